"""Which pages may use the API with a browser's own credentials.

A page's own address is what the browser says (Origin), and never what a proxy says of it. So pages of
PUBLIC_URL are known as the web app even where the proxy before the server is not among TRUSTED_PROXIES, and the server
sees plain HTTP.
"""

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


def came_by_https(request: HTTPConnection, public_url: str) -> bool:
    """Whether the browser did: a trusted proxy says so, or its page is PUBLIC_URL's, and that begins with https."""
    if request.url.scheme in {"https", "wss"}:
        return True
    return public_url.startswith("https://") and request.headers.get("origin") == public_url
