"""The web app and GraphiQL, as files of this process."""

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ROOT = Path(__file__).resolve().parents[2]
WEB_APP = ROOT / "frontend" / "out"
GRAPHIQL = ROOT / "frontend" / "graphiql" / "dist"

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
