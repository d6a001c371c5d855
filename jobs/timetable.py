"""What runs when."""

from datetime import timedelta
from uuid import uuid4

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Counter

from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.transaction import Log
from resolvers.tasks import purge_deleted, users_with_purgeable

log = structlog.get_logger()

#: A deleted task can be restored for so long.
KEPT_DELETED = timedelta(days=30)
PURGE_EVERY_SECONDS = 3600
PURGE_USERS = 100
PURGE_TASKS = 500

purged_total = Counter(
    "taskflow_tasks_purged_total", "Tasks that were deleted 30 days ago and are gone for good."
)


class Timetable:
    """Jobs of this process. Any number of processes may run them: what they do, they do once."""

    def __init__(self, database: Database, log: Log) -> None:
        self._database = database
        self._log = log
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A tick that comes late must still run, and several that were missed run once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        self._scheduler.add_job(self._purge, "interval", seconds=PURGE_EVERY_SECONDS)
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def purge(self) -> int:
        """Take away for good what was deleted more than 30 days ago; returns how many tasks."""
        async with self._database.read() as session:
            before = await self._database.now(session) - KEPT_DELETED
        purged = 0
        while True:
            async with self._database.read() as session:
                users = await users_with_purgeable(session, before, PURGE_USERS)
            for user_id in users:
                outcome = await self._log.change_as_job(
                    user_id, lambda tx: purge_deleted(tx, before, PURGE_TASKS), str(uuid4())
                )
                purged += outcome.value
            if not users:
                return purged

    async def _purge(self) -> None:
        try:
            purged_total.inc(await self.purge())
        except Unavailable:
            log.warning("purge_waits", reason="the database does not answer")
