"""Sends what is due in the ledger: many channels at once, none of them holding up another.

Any number of workers share the work. What is sent is noted afterwards, so whoever dies in between has it sent once
more, under the same key; nothing is noted as sent that was not.
"""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter, Gauge
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs import traces
from jobs.channels.courier import Courier
from jobs.channels.sending import SEND_SECONDS, Message, Outcome, Sending, next_messages
from jobs.log_fields import log_fields
from resolvers.database import Database
from resolvers.deliveries.claim import CLAIM, next_due, release
from resolvers.deliveries.reading import Subject, count_pending
from resolvers.deliveries.room import Room
from resolvers.errors import Unavailable
from resolvers.log.events import Event

log = structlog.get_logger()

#: Messages under way in one process.
AT_ONCE = 64
#: The longest sleep where nobody else writes: what nobody told of is found by then.
LONGEST_SLEEP_SECONDS = 60.0
RETRY_SECONDS = 1.0
#: For what is under way when the process stops.
STOP_SECONDS = 4.0
BACKLOG_COUNTED = 10_000
COUNT_EVERY_SECONDS = 5.0

failures_total = Counter(
    "taskflow_delivering_failures_total", "Messages that failed in a way that nobody foresaw."
)
backlog_gauge = Gauge("taskflow_deliveries_waiting", f"Still to be sent, counted up to {BACKLOG_COUNTED}.")


class Delivering:
    """poll_seconds  how often PostgreSQL is asked what other processes have left to send"""

    def __init__(self, database: Database, courier: Courier, poll_seconds: float) -> None:
        self._database = database
        self._sending = Sending(database, courier)
        self._sleep_seconds = LONGEST_SLEEP_SECONDS if database.is_sqlite else poll_seconds
        self._late_first = True
        self._woken = asyncio.Event()
        self._next_count = 0.0
        self._tasks: dict[asyncio.Task[None], Message] = {}

    @property
    def under_way(self) -> list[asyncio.Task[None]]:
        """Messages that are being sent."""
        return list(self._tasks)

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            self._woken.clear()
            try:
                seconds = await self.start_due()
            except Unavailable:
                log.warning("deliveries_wait", reason="the database does not answer")
                seconds = RETRY_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), min(seconds, self._sleep_seconds))

    async def start_due(self) -> float:
        """Begin to send what is due, as far as there is room; returns in how many seconds the next is.

        Raises Unavailable.
        """
        while (places := AT_ONCE - len(self._tasks)) > 0:
            under_way = [(message.owner, message.lane) for message in self._tasks.values()]
            # Mostly there is nothing: that is found out by one look, which holds nobody up.
            async with self._database.read() as session:
                now = await self._database.now(session)
                soonest = await next_due(session, now, Room(under_way))
                if soonest is None:
                    if not under_way:
                        backlog_gauge.set(0)
                    return self._sleep_seconds
                await self._count_backlog(session)
                seconds = (soonest - now).total_seconds()
            if seconds > 0:
                return seconds
            async with self._database.transaction() as session:
                now = await self._database.now(session)
                messages = await next_messages(session, now, places, under_way, late_first=self._late_first)
            self._late_first = not self._late_first
            for message in messages:
                task = asyncio.create_task(self._send(message), name="delivery")
                self._tasks[task] = message
                task.add_done_callback(self._ended)
            if not messages:
                # What is due, and was left to others or to a channel that just began to rest, is not looked at at once.
                return RETRY_SECONDS
        return self._sleep_seconds  # the end of one of them wakes

    async def give_back(self) -> None:
        """At the stop: wait a little for what is under way, and leave the rest to others at once."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if left:
            with contextlib.suppress(Unavailable):
                async with self._database.transaction() as session:
                    await release(session, [message.owner for message in left.values()])

    async def _count_backlog(self, session: AsyncSession) -> None:
        """Now and then: it may be long."""
        now = asyncio.get_running_loop().time()
        if now >= self._next_count:
            self._next_count = now + COUNT_EVERY_SECONDS
            backlog_gauge.set(await count_pending(session, BACKLOG_COUNTED))

    async def _send(self, message: Message) -> None:
        try:
            await self._send_and_note(message)
        except Exception as error:
            failures_total.inc()
            log.exception("delivery_failed", delivery_id=str(message.key))
            if not isinstance(error, Unavailable):
                # Should that fail as well, its claim runs out, and it is tried again.
                with contextlib.suppress(Exception):
                    await self._note(self._sending.give_up(message))

    async def _send_and_note(self, message: Message) -> None:
        loop = asyncio.get_running_loop()
        latest = loop.time() + CLAIM.total_seconds() - SEND_SECONDS
        subject = await self._outlast(lambda: self._sending.read(message), latest)
        if loop.time() > latest:
            return  # the claim would run out while it is sent, and another would send it, too
        event = _event_of(message, subject)
        with (
            structlog.contextvars.bound_contextvars(delivery_id=str(message.key), **_fields(event)),
            traces.after("send", "client", event) if event is not None else contextlib.nullcontext(),
        ):
            outcome = await self._sending.send(message, subject)
            # However long that takes: while nobody else has claimed it, it need not be sent again.
            await self._outlast(lambda: self._note(outcome))

    async def _note(self, outcome: Outcome) -> None:
        async with self._database.transaction() as session:
            await outcome(session)

    async def _outlast[T](self, act: Callable[[], Awaitable[T]], latest: float = math.inf) -> T:
        """Until the database answers. Raises Unavailable after `latest`, by the loop's clock."""
        while True:
            try:
                return await act()
            except Unavailable:
                if asyncio.get_running_loop().time() > latest:
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._woken.set()


def _event_of(message: Message, subject: Subject | None) -> Event | None:
    """What it tells of, or the first of several; None for a letter."""
    told = subject.told.get(message.deliveries[0].id) if subject is not None else None
    return told.event if told is not None else None


def _fields(event: Event | None) -> dict[str, str]:
    return log_fields(event) if event is not None else {}
