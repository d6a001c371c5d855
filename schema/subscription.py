"""Watching: which events somebody wants. How they reach the socket is the live channel's."""

from collections.abc import AsyncGenerator
from typing import cast

import strawberry

from schema.context import Info
from schema.inputs import or_none
from schema.query import event_filter
from schema.scalars import Cursor
from schema.types.event import Event
from schema.types.event_type import EventType

_LEFT_OUT = strawberry.UNSET


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="""Every event of the viewer's, in order, each once. With `after`, first all that happened since that cursor, then on as it
happens, with nothing missed between the two. Without it, from now on.
After CURSOR_EXPIRED (older than the log is kept, or from before a restore) and CURSOR_INVALID, which arrive as a `next` with `errors`, then `complete`, load the state anew. When the access token runs out (4403) or the client is too slow to keep (1013), the socket closes:
come back, with a fresh token, from the last cursor."""
    )
    async def events(
        self,
        info: Info,
        after: Cursor | None = _LEFT_OUT,
        types: list[EventType] | None = _LEFT_OUT,
        aggregate_id: strawberry.ID | None = _LEFT_OUT,
    ) -> AsyncGenerator[Event]:
        wanted = event_filter(or_none(types), or_none(aggregate_id))
        # Each event becomes an `Event` of this schema when it is executed, which happens once for all who watch alike.
        events = await info.context.live.watch(info.context.signed_in, or_none(after), wanted)
        return cast("AsyncGenerator[Event]", events)
