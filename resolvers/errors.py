"""The ways a request can be turned down.

    Refusal             an expected no, answered in the payload's `errors`; `field` names the input at fault
    ├── Invalid         a value breaks a rule
    ├── NotFound        no such thing, or not the viewer's: one answer for both, on purpose
    ├── Conflict        it moved on, or its id is taken; `current` is the thing as it now is
    ├── LimitExceeded   the viewer owns as many as one may
    ├── EmailTaken · BadCredentials · SessionEnded
    Unauthenticated     no valid session stands behind the request
    Unavailable         the database cannot be reached, or is too busy: the same request may be repeated
    RateLimited         too much of something in too short a time
    CursorInvalid       not a cursor of this user
    CursorExpired       older than the log is kept, or from before a restore

Anything else that is raised is a bug: it is logged, and the client learns only its correlation id.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """An expected no. `code` is for programs, `message` for people, `field` is the path of the input field."""

    code: ClassVar[str]

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field: tuple[str, ...] = field


class Invalid(Refusal):
    code = "INVALID_INPUT"


class NotFound(Refusal):
    code = "NOT_FOUND"

    def __init__(self, kind: str, *field: str) -> None:
        super().__init__(f"There is no such {kind}.", *field)


class Conflict(Refusal):
    code = "CONFLICT"

    def __init__(self, message: str, *field: str, current: Any = None) -> None:
        super().__init__(message, *field)
        self.current = current


class LimitExceeded(Refusal):
    code = "LIMIT_EXCEEDED"


class EmailTaken(Refusal):
    code = "EMAIL_TAKEN"


class BadCredentials(Refusal):
    code = "BAD_CREDENTIALS"


class SessionEnded(Refusal):
    code = "SESSION_ENDED"


class Unauthenticated(Exception):
    """The request has no token, or its session has ended or never was."""


class Unavailable(Exception):
    """The database did not answer. Nothing is known to have changed; the same request may be repeated."""


class RateLimited(Exception):
    """Too much of something in too short a time. `retry_after` is in seconds, `message` for people."""

    def __init__(self, what: str, retry_after: int) -> None:
        many, unit = (retry_after, "second") if retry_after < 120 else (-(-retry_after // 60), "minute")
        super().__init__(f"Too many {what}. Try again in {many} {unit}{'s' * (many != 1)}.")
        self.retry_after = retry_after


class CursorInvalid(Exception):
    """Not a cursor of this user: another's, damaged, or from a future that never was."""


class CursorExpired(Exception):
    """A place that the log no longer reaches: the state has to be loaded anew."""
