"""/channels/…: where the links in mails lead. They ask for no sign-in: whoever has the mail may follow them."""

from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from graphql_api.doors.browser_headers import plain_page_policy
from graphql_api.wiring import Parts
from resolvers.channels.following import address_of_link, confirm, unsubscribe
from resolvers.errors import Unavailable

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<link rel="icon" href="/icon.svg"><title>{title} · TaskFlow</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1.5rem }}
h1 {{ font-size: 1.6rem; line-height: 1.25 }}
button {{ font: inherit; padding: .6rem 1.2rem; border: 0; border-radius: .5rem; background: #4f46e5; color: #fff }}
</style></head><body><main><h1>{title}</h1>{content}</main></body></html>
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": plain_page_policy(_PAGE.format(title="", content="")),
}


def channel_routes(parts: Parts) -> list[Route]:
    """Add them before the web app, which answers every path that nothing else does."""
    database = parts.database

    async def confirmed(request: Request) -> Response:
        if request.method == "HEAD":
            # Mail servers look at links in advance; it is people who follow them.
            return _page("Confirm this address", "")
        address = await confirm(database, request.path_params["token"])
        if address is None:
            return _stale()
        return _page(
            "Confirmed",
            f"<p>Reminders reach <b>{escape(address)}</b> while it is switched on in the settings.</p>{_HOME}",
        )

    async def unsubscribing(request: Request) -> Response:
        token = request.path_params["token"]
        if request.method == "POST":
            # By the button, or by a mail program on its own (RFC 8058): the body says nothing that counts.
            if not await unsubscribe(database, token):
                return _stale()
            return _page("Done", f"<p>Nothing more is sent to this address.</p>{_HOME}")
        address = await address_of_link(database, token)
        if address is None:
            return _stale()
        question = f"<p>No more mail from TaskFlow to <b>{escape(address)}</b>?</p>"
        return _page("Unsubscribe", f'{question}<form method="post"><button>No more of it</button></form>')

    return [
        Route("/channels/confirm/{token}", _guarded(confirmed), methods=["GET"]),
        Route("/channels/unsubscribe/{token}", _guarded(unsubscribing), methods=["GET", "POST"]),
    ]


_HOME = '<p><a href="/">Open TaskFlow</a></p>'


def _guarded(door: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        try:
            return await door(request)
        except Unavailable:
            return _page("Try again", "<p>This can't be done right now. Try again in a minute.</p>", 503)

    return guarded


def _stale() -> Response:
    return _page(
        "This link is not good any more", f"<p>It is too old, or was not copied whole.</p>{_HOME}", 404
    )


def _page(title: str, content: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=escape(title), content=content), status, _HEADERS)
