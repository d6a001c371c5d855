"""A lease: of all processes on a database, which one does what only one should.

Nothing here may be needed for a thing to happen once: a process that was paused learns only when it wakes that its
time is over. What it then writes is refused by the fencing number, which grows with each holder.
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable
from typing import override

import structlog
from prometheus_client import Gauge
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.lease import give_up_lease, lock_lease, take_lease

log = structlog.get_logger()

#: Renewals in the time of one: the database may leave two unanswered.
RENEWALS = 3
#: A stop does not wait longer: the lease then runs out by itself.
RELEASE_SECONDS = 1.5

held_gauge = Gauge("taskflow_lease_held", "Whether this process holds the lease.", ["name"])


class LeaseLost(Exception):
    """Somebody else holds it, or did so in between."""


class Lease:
    """`clock` is this process's own: seconds that only go on, also while it is paused."""

    def __init__(
        self, database: Database, name: str, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._name = name
        self.seconds = seconds
        self._clock = clock
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._fencing: int | None = None
        self._until = 0.0
        self._rests_until = clock()
        self._answers = True
        held_gauge.labels(name).set_function(lambda: self.held is not None)

    @property
    def held(self) -> int | None:
        """The fencing number; None where it is not held, or this process can't know that it still is."""
        return self._fencing if self._clock() < self._until else None

    async def keep(self) -> None:
        """Runs until cancelled: take the lease when it can be had, and renew it."""
        while True:
            await self.renew()
            await asyncio.sleep(self.seconds / RENEWALS)

    async def renew(self) -> None:
        """Take or renew it once. Where the database does not answer, it is held until its time is up."""
        if self._clock() < self._rests_until:
            return
        # Reckoned from before the question: the database never lets it go earlier than this process does.
        until = self._clock() + self.seconds
        try:
            async with asyncio.timeout(self.seconds), self._database.transaction() as session:
                fencing = await take_lease(self._database, session, self._name, self._owner, self.seconds)
        except (Unavailable, TimeoutError):
            if self._answers:
                log.warning("lease_waits", lease=self._name, reason="the database does not answer")
            self._answers = False
            return
        self._answers = True
        if fencing != self._fencing:
            log.info("lease_lost" if fencing is None else "lease_taken", lease=self._name, fencing=fencing)
        self._fencing, self._until = fencing, until

    async def release(self) -> None:
        """The next one need not wait until it runs out. At a stop when `keep` has ended."""
        self._fencing = None
        try:
            async with asyncio.timeout(RELEASE_SECONDS), self._database.transaction() as session:
                await give_up_lease(self._database, session, self._name, self._owner)
        except (Unavailable, TimeoutError):
            log.warning("lease_not_released", lease=self._name, reason="the database does not answer")

    async def pass_on(self) -> None:
        """To whoever reaches for it in the time that all take to do so; after that this process does so again."""
        self._rests_until = self._clock() + 2 * self.seconds / RENEWALS
        await self.release()

    async def fenced(self, session: AsyncSession, fencing: int) -> None:
        """What the transaction writes is as the holder of that number, to whom it belongs until the commit.

        Raises LeaseLost where it is no longer the one.
        """
        if not await lock_lease(session, self._name, self._owner, fencing):
            raise LeaseLost


class SoleLease(Lease):
    """Of a database that one process has for itself: there is nobody to agree with, and nothing to write down."""

    @property
    @override
    def held(self) -> int:
        return 1

    @override
    async def keep(self) -> None:
        await asyncio.Event().wait()

    @override
    async def release(self) -> None: ...

    @override
    async def pass_on(self) -> None: ...

    @override
    async def fenced(self, session: AsyncSession, fencing: int) -> None: ...
