"""Why a socket closes.

A well-behaved client comes back after 1012, 1013, 4403 and 4408; the others say that it has a bug.
"""

from dataclasses import dataclass

TRY_AGAIN_LATER = 1013
POLICY_VIOLATION = 1008
BAD_MESSAGE = 4400
NOT_YET_ACKNOWLEDGED = 4401
FORBIDDEN = 4403
NO_SUBPROTOCOL = 4406
TIMEOUT = 4408
DUPLICATE_ID = 4409
TOO_MANY_INITS = 4429

#: A close frame carries at most this much reason, in bytes of UTF-8.
REASON_BYTES = 123


@dataclass(frozen=True, slots=True)
class Close(Exception):
    """End the socket with this code and reason."""

    code: int
    reason: str


def cut_reason(reason: str) -> str:
    """`reason`, cut where a close frame would not hold it, never inside a character."""
    return reason.encode()[:REASON_BYTES].decode(errors="ignore")
