"""GET /calendar/{token}.ics: a user's tasks, for calendars. `?as=events` tells them as events."""

from collections.abc import AsyncIterator

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from graphql_api.doors.outgoing import outgoing_of
from graphql_api.doors.unread import Room
from graphql_api.wiring import Parts
from resolvers.errors import Unavailable
from resolvers.ical.feed import note_read, open_feed, write_feed

log = structlog.get_logger()

AS_EVENTS = "events"
#: What a part of the document is taken to be before it is there: a page of long descriptions.
PART_BYTES = 2 * 2**20
_HEADERS = {
    # The URL is the secret: neither it nor what it leads to is for anybody between.
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
_NOT_FOUND = "There is no such calendar. It may have been revoked.\n"
_AWAY = "The server can't do this right now. Please come again.\n"


def calendar_routes(parts: Parts) -> list[Route]:
    database = parts.database

    async def feed(request: Request) -> Response:
        events = request.query_params.get("as") == AS_EVENTS
        try:
            opened = await open_feed(database, request.path_params["token"], events)
            if opened is None:
                return PlainTextResponse(_NOT_FOUND, 404, {**_HEADERS, "Cache-Control": "no-store"})
            if request.method == "GET":
                await note_read(database, opened)
            tag = f'W/"{opened.tag}"'
            headers = {**_HEADERS, "ETag": tag}
            if tag in _tags(request.headers.get("if-none-match", "")):
                return Response(status_code=304, headers=headers)
            headers["Content-Disposition"] = 'inline; filename="taskflow.ics"'
            if request.method == "HEAD":
                return Response(headers=headers, media_type="text/calendar")
            text = write_feed(database, opened, events)
            # What can be refused with a status of its own is: the first part is there before the answer begins.
            first = await anext(text)
        except Unavailable:
            return PlainTextResponse(
                _AWAY, 503, {**_HEADERS, "Cache-Control": "no-store", "Retry-After": "30"}
            )
        whose = str(opened.user.id)
        if (outgoing := outgoing_of(request.scope)) is not None:
            outgoing.belongs_to(whose)
        body = _encoded(first, text, Room(whose))
        return StreamingResponse(body, headers=headers, media_type="text/calendar")

    return [Route("/calendar/{token}.ics", feed)]


async def _encoded(first: str, rest: AsyncIterator[str], room: Room) -> AsyncIterator[bytes]:
    """An error in the middle cuts the answer off, so that no calendar takes half of it for the whole."""
    yield first.encode()
    try:
        while True:
            await room.wait_and_take(PART_BYTES)
            part = await anext(rest, None)
            if part is None:
                return
            yield part.encode()
            del part
            # It is with the connection now, which counts it.
            room.give_back()
    finally:
        room.give_back()


def _tags(header: str) -> set[str]:
    return {tag.strip() for tag in header.split(",")}
