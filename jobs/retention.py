"""Forgets events that are older than somebody wants them kept. Any number of processes may do so: each user's log is
taken by one at a time, its oldest events first, and a few in one transaction.
"""

from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from prometheus_client import Counter, Gauge

from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.retention import count_events, forget, users_with_old_events
from resolvers.log.transaction import Busy, Log

log = structlog.get_logger()

#: Of one transaction: its user waits for no longer, nor does anybody else on SQLite.
FORGET_EVENTS = 500
FORGET_USERS = 200

forgotten_total = Counter(
    "taskflow_events_forgotten_total", "Events that were older than EVENT_RETENTION_DAYS."
)
kept_gauge = Gauge("taskflow_events_kept", "Events in the log, as of the last hourly look.")


class Retention:
    """consumer: whose work on an event must be done first; keep: None where the log is kept for ever."""

    def __init__(self, database: Database, log_: Log, consumer: str, keep: timedelta | None) -> None:
        self._database = database
        self._log = log_
        self._consumer = consumer
        self._keep = keep

    async def run(self) -> int:
        """Returns how many were forgotten. Raises Unavailable."""
        forgotten = 0 if self._keep is None else await self._forget(self._keep)
        async with self._database.read() as session:
            kept_gauge.set(await count_events(session))
        return forgotten

    async def _forget(self, keep: timedelta) -> int:
        forgotten = 0
        after: UUID | None = None
        while True:
            async with self._database.read() as session:
                before = await self._database.now(session) - keep
                users = await users_with_old_events(session, before, after, FORGET_USERS)
            for after in users:
                try:
                    while some := (
                        await self._log.change_as_job(
                            after,
                            lambda tx: forget(tx, self._consumer, before, FORGET_EVENTS),  # noqa: B023
                            str(uuid4()),
                            wait_seconds=0,
                        )
                    ).value:
                        forgotten += some
                        forgotten_total.inc(some)
                except Busy:
                    pass  # another process is at it, or the user is changing something: the next hour will do
                except Unavailable:
                    raise
                except Exception:
                    # What is wrong with one user's is no reason to keep the others'.
                    log.exception("events_not_forgotten", user_id=str(after))
            if len(users) < FORGET_USERS:
                return forgotten
