"""Has every event take effect once, whatever the bus loses, repeats or mixes up.

A message only says that there is something new of its user; what it is, the log says. So nothing is lost with the
messages: what none told of, the sweep finds.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import orjson
import structlog
from prometheus_client import Gauge

from jobs.bus import Bus, Message
from jobs.bus.message import BadMessage, UnknownType, decode
from jobs.catch_up import CatchUp, Told, consumed_total
from jobs.dead_letters import letter_of_message, publish_letters
from jobs.effects import Effect
from jobs.retries import Retries, jittered
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log.dead_letters import add_letters
from resolvers.log.inbox import users_behind, users_of_newer

log = structlog.get_logger()

CONSUMER = "taskflow-consumers"
#: Younger events are still on their way over the bus.
SWEEP_AFTER_SECONDS = 10.0
SWEEP_EVERY_SECONDS = 30.0
SWEEP_USERS = 200
#: While the database does not answer, at first and at last.
OUTAGE_SECONDS = 0.1, 5.0

lag_gauge = Gauge(
    "taskflow_consumer_lag_seconds", "Age of the oldest event that the last sweep found not dealt with."
)


class Consumer:
    """One of any number on the same database: they share the work of one `name`.

    clock  seconds that only go on, as time.monotonic does
    """

    def __init__(
        self,
        database: Database,
        bus: Bus,
        effects: Sequence[Effect],
        name: str = CONSUMER,
        sweep_seconds: float = SWEEP_EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._bus = bus
        self._name = name
        self._sweep_seconds = sweep_seconds
        self._clock = clock
        self._retries = Retries(clock)
        self._catch_up = CatchUp(database, effects, name, self._retries, self._wake)
        #: Set when there may be something to try again, or a letter to publish.
        self._woken = asyncio.Event()
        #: At once, too: a process that starts often would never come to it.
        self._next_search = clock()
        bus.consume(self.handle)

    async def handle(self, messages: Sequence[Message]) -> None:
        """Returns when all is dealt with, but for users whose log stands still: `sweep` comes back to them.

        Outlasts every outage of the database.
        """
        told: Told = defaultdict(list)
        unreadable: list[tuple[Message, BadMessage]] = []
        for message in messages:
            try:
                event = decode(message.body)
                told[event.user_id].append(event.seq)
            except UnknownType:
                # It is counted when the log is read beyond it.
                try:
                    told[UUID(message.key)] += []
                except ValueError:
                    consumed_total.labels("foreign").inc()
            except BadMessage as error:
                unreadable.append((message, error))
        if unreadable:
            await self._outlast(lambda: self._put_aside(unreadable, told))
        for user_id in [user_id for user_id in told if self._retries.rests(user_id)]:
            del told[user_id]
        await self._outlast(lambda: self._catch_up.go_on(list(told), told))
        for user_id, left in told.items():
            if left:
                consumed_total.labels("foreign").inc(len(left))
                log.warning("foreign_events", user_id=str(user_id), count=len(left))

    async def sweep(self) -> None:
        """Runs until cancelled: tries again what failed, and looks for events that no message told of."""
        while True:
            seconds = min(self._next_search - self._clock(), self._retries.seconds())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), max(0, seconds))
            woken = self._woken.is_set()
            self._woken.clear()
            try:
                await self._catch_up.go_on(self._retries.due(), defaultdict(list))
                searching = self._clock() >= self._next_search
                if searching:
                    self._next_search = self._clock() + self._sweep_seconds
                if searching:
                    await self.search()
                if woken or searching:
                    await publish_letters(self._database, self._bus, self._name)
            except Unavailable:
                log.warning("consumer_sweep_waits", reason="the database does not answer")
                await asyncio.sleep(OUTAGE_SECONDS[1])

    async def search(self) -> None:
        """Deal with all that is older than a message takes. Raises Unavailable."""
        after: UUID | None = None
        found, lag_seconds = 0, 0.0
        while True:
            async with self._database.read() as session:
                now = await self._database.now(session)
                before = now - timedelta(seconds=min(SWEEP_AFTER_SECONDS, self._sweep_seconds))
                behind = await users_behind(session, self._name, before, after, SWEEP_USERS)
            lag_seconds = max([lag_seconds, *((now - since).total_seconds() for _, since in behind)])
            lag_gauge.set(lag_seconds)
            found += len(behind)
            users = [user_id for user_id, _ in behind if not self._retries.rests(user_id)]
            await self._catch_up.go_on(users, defaultdict(list))
            if len(behind) < SWEEP_USERS:
                break
            after = behind[-1][0]
        if found:
            log.info("consumer_swept", users=found)

    async def _put_aside(self, unreadable: Sequence[tuple[Message, BadMessage]], told: Told) -> None:
        """What is no event becomes a dead letter. What a later release wrote is dealt with in its turn."""
        async with self._database.transaction() as session:
            now = await self._database.now(session)
            ids = {id_ for message, _ in unreadable if (id_ := _id_of(message)) is not None}
            newer = await users_of_newer(session, ids) if ids else {}
            letters = []
            for message, error in unreadable:
                id_ = _id_of(message)
                if id_ in newer:
                    told[newer[id_]] += []
                else:
                    letters.append(letter_of_message(self._name, message, error, now))
            dead = await add_letters(session, letters)
        consumed_total.labels("dead").inc(len(dead))
        consumed_total.labels("repeated").inc(len(letters) - len(dead))
        self._wake()

    def _wake(self) -> None:
        self._woken.set()

    async def _outlast(self, act: Callable[[], Awaitable[None]]) -> None:
        """Until the database answers, however long that takes."""
        seconds, longest = OUTAGE_SECONDS
        waited = False
        while True:
            try:
                await act()
            except Unavailable:
                if not waited:
                    log.warning("consumer_waits", reason="the database does not answer")
                waited = True
                await asyncio.sleep(jittered(seconds))
                seconds = min(2 * seconds, longest)
            else:
                if waited:
                    log.info("consumer_goes_on")
                return


def _id_of(message: Message) -> UUID | None:
    """What a message that can't be read gives as its id."""
    try:
        return UUID(orjson.loads(message.body)["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
