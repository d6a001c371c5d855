"""Spawns the tasks of series that are due."""

from collections import defaultdict
from datetime import datetime
from typing import override
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs.attempts import AT_ONCE, BUSY_SECONDS, FAILED_SECONDS, LATENESS_SECONDS, Failed, Job
from resolvers.recurrences.spawn import due_series, next_spawn, spawn_due

#: Series of one user in one turn.
OF_ONE_USER = 5

spawned_total = Counter("taskflow_tasks_spawned_total", "Tasks spawned from series.")
paused_total = Counter(
    "taskflow_series_paused_total",
    "Series that can't be read any more, such as in a zone that the host lacks.",
)
spawn_lateness = Histogram(
    "taskflow_spawn_lateness_seconds",
    "From the moment to spawn a task to its being there.",
    buckets=LATENESS_SECONDS,
)


class Spawning(Job):
    kind = "spawn"

    @override
    async def take_turn(self, now: datetime, correlation_id: str) -> None:
        async with self._database.read() as session:
            series = await due_series(session, now, AT_ONCE, OF_ONE_USER, self._last_user, *self._resting())
        of_user: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for user_id, series_id in series:
            of_user[user_id].append(series_id)

        async def spawn_each(user_id: UUID) -> None:
            for series_id in of_user[user_id]:
                if not self._users.rests(user_id):
                    await self._spawn(user_id, series_id, correlation_id)

        await self._for_each(of_user, spawn_each)

    @override
    async def next_moment(self, session: AsyncSession) -> datetime | None:
        return await next_spawn(session, *self._resting())

    async def _spawn(self, user_id: UUID, series_id: UUID, correlation_id: str) -> None:
        try:
            spawned = await self._attempt(user_id, lambda tx: spawn_due(tx, series_id), correlation_id)
        except Failed:
            self._things.rest(series_id, *FAILED_SECONDS)
            return
        if spawned is None:
            return
        paused_total.inc(spawned.paused)
        if spawned.lateness:
            self._users.done(user_id)
            self._things.done(series_id)
        else:
            self._things.rest(series_id, *BUSY_SECONDS)
        for seconds in spawned.lateness:
            spawned_total.inc()
            spawn_lateness.observe(seconds)

    def _resting(self) -> tuple[list[UUID], list[UUID]]:
        return self._users.resting(), self._things.resting()
