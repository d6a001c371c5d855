"""Rings the reminders that are due."""

from collections.abc import Collection
from datetime import datetime
from typing import override
from uuid import UUID

from prometheus_client import Counter, Histogram
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs.attempts import AT_ONCE, BUSY_SECONDS, FAILED_SECONDS, LATENESS_SECONDS, Failed, Job
from resolvers.reminders.ring import due_reminders, next_ring, ring_due, users_with_due_reminders

#: Rung in one transaction: a user with very many waits in between for the others.
RINGS = 100

rung_total = Counter("taskflow_reminders_total", "Reminders that came due.", ["outcome"])
# What begins with its first time has not grown, to those who look at how fast it grows.
for each in ("on time", "late", "missed"):
    rung_total.labels(each)
ring_lateness = Histogram(
    "taskflow_ring_lateness_seconds", "From a reminder's moment to its ring.", buckets=LATENESS_SECONDS
)


class Ringing(Job):
    kind = "ring"

    @override
    async def take_turn(self, now: datetime, correlation_id: str) -> None:
        async with self._database.read() as session:
            users = await users_with_due_reminders(
                session, now, AT_ONCE, self._last_user, self._users.resting(), self._things.resting()
            )
        # All ring before the first is told of, or with many due at once the last would be late.
        with self._log.announced_together():
            await self._for_each(users, lambda user_id: self._ring_user(user_id, correlation_id))

    @override
    async def next_moment(self, session: AsyncSession) -> datetime | None:
        return await next_ring(session, self._users.resting(), self._things.resting())

    async def _ring_user(self, user_id: UUID, correlation_id: str) -> None:
        try:
            await self._ring(user_id, None, correlation_id)
        except Failed:
            await self._ring_one_by_one(user_id, correlation_id)

    async def _ring_one_by_one(self, user_id: UUID, correlation_id: str) -> None:
        """One of them fails, and the others were not rung because of it."""
        async with self._database.read() as session:
            now = await self._database.now(session)
            ids = await due_reminders(session, user_id, now, RINGS, self._things.resting())
        for id_ in ids:
            if self._users.rests(user_id):
                return
            try:
                await self._ring(user_id, [id_], correlation_id)
            except Failed:
                self._things.rest(id_, *FAILED_SECONDS)
            else:
                self._things.done(id_)

    async def _ring(self, user_id: UUID, ids: Collection[UUID] | None, correlation_id: str) -> None:
        """Those of `ids`, or of all, that are due. Raises Failed, Unavailable."""
        resting = self._things.resting()
        rung = await self._attempt(user_id, lambda tx: ring_due(tx, RINGS, ids, resting), correlation_id)
        if rung is None:
            return
        if rung.rings or rung.missed:
            self._users.done(user_id)
        else:
            self._users.rest(user_id, *BUSY_SECONDS)
        rung_total.labels("missed").inc(rung.missed)
        for seconds, late in rung.rings:
            rung_total.labels("late" if late else "on time").inc()
            ring_lateness.observe(seconds)
