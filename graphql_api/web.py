"""The web app and GraphiQL, as files of this process, and the headers that keep a browser strict about them."""

import hashlib
import os
import re
from base64 import b64encode
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).resolve().parents[1]
WEB_APP = ROOT / "frontend" / "out"
GRAPHIQL = ROOT / "frontend" / "graphiql" / "dist"

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
#: Files whose names hold a hash of their content never change.
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

NOT_BUILT = "The web app is not built here. `make run` builds it; the API answers at /graphql all the same.\n"


#: What the build leaves beside a file that gets smaller by it, the smallest first.
COMPRESSED = (("br", ".br"), ("gzip", ".gz"))


class WebFiles(StaticFiles):
    """A folder of pages and assets, each with the right caching, and compressed where it was built so."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = path.startswith(("_next/static/", "assets/"))
        response.headers["Cache-Control"] = (
            IMMUTABLE if hashed and response.status_code == 200 else REVALIDATE
        )
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        accepted = Headers(scope=scope).get("accept-encoding", "")
        for encoding, suffix in COMPRESSED:
            compressed = Path(f"{os.fspath(full_path)}{suffix}")
            if encoding in accepted and compressed.is_file():
                response = super().file_response(compressed, compressed.stat(), scope, status_code)
                response.headers["Content-Encoding"] = encoding
                return response
        return super().file_response(full_path, stat_result, scope, status_code)


class BrowserHeaders:
    """Adds the security headers to every HTTP answer.

    Scripts run only from this origin, or inline where their hash is that of a script in the served pages.
    """

    def __init__(self, app: ASGIApp, content_security_policy: str) -> None:
        self._app = app
        self._policy = content_security_policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                if headers.get("content-type", "").startswith("text/html"):
                    headers["Content-Security-Policy"] = self._policy
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def content_security_policy() -> str:
    scripts = sorted(
        {
            f"'sha256-{b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
            for folder in (WEB_APP, GRAPHIQL)
            for page in folder.rglob("*.html")
            for body in _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8"))
            if body
        }
    )
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def graphiql_page(request: Request) -> Response:
    page = GRAPHIQL / "index.html"
    if not page.is_file():
        return PlainTextResponse("GraphiQL is not built here: `make run` builds it.\n", 404)
    return FileResponse(page, headers={"Cache-Control": REVALIDATE})


def web_routes(graphiql: bool) -> list[BaseRoute]:
    """Mount these last: the web app answers every path that nothing else does."""
    routes: list[BaseRoute] = []
    if graphiql and GRAPHIQL.is_dir():
        routes.append(Mount("/graphiql", WebFiles(directory=GRAPHIQL)))
    if WEB_APP.is_dir():
        routes.append(Mount("/", WebFiles(directory=WEB_APP, html=True)))
    else:
        routes.append(Route("/", lambda request: PlainTextResponse(NOT_BUILT, 404)))
    return routes
