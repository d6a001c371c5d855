"""What channels are to be told: a row of the ledger for each event and channel."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import Database
from resolvers.deliveries.queue import queue_event
from resolvers.log.events import Event

_WAKES = "wakes on commit"


class Notify:
    """on_queued: called after a commit that left something to send. Must not wait."""

    def __init__(self, database: Database, on_queued: Callable[[], None]) -> None:
        self._database = database
        self._on_queued = on_queued

    def wants(self, event: Event) -> bool:
        """Who has channels is in the database."""
        return True

    async def apply(self, session: AsyncSession, event: Event) -> None:
        if await queue_event(self._database, session, event) and not session.info.get(_WAKES):
            session.info[_WAKES] = True
            sa.event.listen(session.sync_session, "after_commit", lambda _: self._on_queued(), once=True)
