"""How much the database holds: read when somebody asks for it, and kept for a while."""

import asyncio
from contextlib import suppress
from time import monotonic

from prometheus_client import Gauge

from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.sizes import read_sizes

READ_EVERY_SECONDS = 60.0
#: A scrape does not wait longer for it.
READ_SECONDS = 2.0

stored_bytes = Gauge(
    "taskflow_stored_bytes",
    "Bytes on disk of the database, and of the event log in it with its indexes (PostgreSQL alone tells that).",
    ["what"],
)
stored_events = Gauge("taskflow_stored_events", "Events in the log; on PostgreSQL, as it estimates.")


class Stored:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._next_read = 0.0

    async def look(self) -> None:
        """Where the database does not answer, what was known is told on."""
        if monotonic() < self._next_read:
            return
        self._next_read = monotonic() + READ_EVERY_SECONDS
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(READ_SECONDS), self._database.read() as session:
                sizes = await read_sizes(session)
            stored_bytes.labels("database").set(sizes.database_bytes)
            if sizes.event_bytes is not None:
                stored_bytes.labels("event log").set(sizes.event_bytes)
            stored_events.set(sizes.events)
