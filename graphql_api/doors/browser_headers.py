"""The headers that keep a browser strict about what this process serves, on every HTTP answer."""

import hashlib
import html
import re
from base64 import b64encode
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphql_api.doors.origins import came_by_https

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r"<[a-z][^>]*?\sstyle=\"([^\"]*)\"")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)

#: Nothing that is neither a page nor a script is a place where anything is loaded or run.
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#: A script's own policy is that of the worker which it may be. The service worker loads whatever the app consists of.
SCRIPT = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SCRIPT_TYPES = ("text/javascript", "application/javascript")
#: What no page of ours asks for, so that no script in it can.
UNUSED_FEATURES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
GRAPHIQL_PATHS = ("/graphql", "/graphiql/")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
}


class BrowserHeaders:
    """Adds them where an answer has none of its own."""

    def __init__(self, app: ASGIApp, public_url: str, web_app: Path, graphiql: Path) -> None:
        self._app = app
        self._public_url = public_url
        self._web_app = web_app_policy(_pages(web_app))
        self._graphiql = graphiql_policy(_pages(graphiql))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # What a browser has already stays under the policy that came with it: one here would replace that.
                if message["status"] != HTTPStatus.NOT_MODIFIED:
                    policy = self._policy(scope["path"], headers.get("content-type", ""))
                    headers.setdefault("Content-Security-Policy", policy)
                if came_by_https(HTTPConnection(scope), self._public_url):
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _policy(self, path: str, content_type: str) -> str:
        if content_type.startswith(SCRIPT_TYPES):
            return SCRIPT
        if not content_type.startswith("text/html"):
            return NOTHING
        return self._graphiql if path.startswith(GRAPHIQL_PATHS) else self._web_app


def web_app_policy(pages: Iterable[str]) -> str:
    """Scripts run from this origin, or inline where their hash is that of one in the pages; style attributes likewise.

    Style elements may be anybody's: dialogs hold the page behind them still with one, whose text is made from the width
    of the scroll bar. What a foreign one could load is this origin's alone.
    """
    pages = list(pages)
    scripts = _hashes(_INLINE_SCRIPT, pages)
    attributes = _hashes(_STYLE_ATTRIBUTE, pages)
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *scripts)),
            "style-src-elem 'self' 'unsafe-inline'",
            " ".join(("style-src-attr", *(("'unsafe-hashes'", *attributes) if attributes else ("'none'",)))),
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def graphiql_policy(pages: Iterable[str]) -> str:
    """Its editor, Monaco, styles what it draws inline, brings its font in its style sheet, and works in blobs."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *_hashes(_INLINE_SCRIPT, pages))),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def plain_page_policy(page: str) -> str:
    """Of a page that runs nothing, and may send its own form here."""
    styles = " ".join(_hashes(_STYLE, [page]))
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def _pages(folder: Path) -> list[str]:
    return [page.read_text(encoding="utf-8") for page in sorted(folder.rglob("*.html"))]


def _hashes(what: re.Pattern[str], pages: Iterable[str]) -> list[str]:
    found = {
        html.unescape(text) if what is _STYLE_ATTRIBUTE else text
        for page in pages
        for text in what.findall(page)
    }
    return sorted(
        f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in found if text
    )
