"""What ties together all that one request causes: events, log lines and spans."""

import re
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import Scope

CORRELATION_HEADER = "x-correlation-id"
_IN_SCOPE = "taskflow.correlation_id"
CORRELATION_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
#: W3C trace context: version, trace id, parent id, flags. Zeros mean none; only versions to come may add to it.
TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})-[0-9a-f]{2}(?P<more>-.*)?",
    re.ASCII,
)


def is_correlation_id(text: str) -> bool:
    return CORRELATION_ID.fullmatch(text) is not None


def correlation_id_of(scope: Scope) -> str:
    """`X-Correlation-ID`, else the id of the trace that the request belongs to, else a new one. Always the same."""
    if _IN_SCOPE not in scope:
        scope[_IN_SCOPE] = _correlation_id(Headers(scope=scope))
    return str(scope[_IN_SCOPE])


def _correlation_id(headers: Headers) -> str:
    given = headers.get(CORRELATION_HEADER, "")
    if is_correlation_id(given):
        return given
    parent = trace_parent_of(headers)
    return parent[0] if parent is not None else str(uuid4())


def trace_parent_of(headers: Headers) -> tuple[str, str] | None:
    """The trace that the request belongs to, and the span that it was made in, in hexadecimal."""
    found = TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    if found and not (found["version"] == "00" and found["more"]):
        return found["trace"], found["span"]
    return None
