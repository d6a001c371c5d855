"""Which pages may use the API with a browser's own credentials."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

#: A WebSocket's origin is written with the scheme of the page.
_PAGE_SCHEME = {"ws": "http", "wss": "https"}


def may_use(request: HTTPConnection, allowed: Collection[str]) -> bool:
    """Whether the request comes from a page of this origin or an allowed one, or from no page at all.

    Programs send no Origin; browsers always do where it matters.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if origin.rstrip("/") in allowed:
        return True
    page = urlsplit(origin)
    scheme = _PAGE_SCHEME.get(request.url.scheme, request.url.scheme)
    return (page.scheme, page.netloc.lower()) == (scheme, request.headers.get("host", "").lower())
