"""People at work while a test breaks things: several users, each with devices that write and devices that show."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from math import inf
from uuid import UUID

from tests.support.client import DEADLINE_SECONDS, Api
from tests.support.deployment import Deployment
from tests.support.due import fall_due, now
from tests.support.journal import Journal, Outcome, Request
from tests.support.oracle import Oracle, Stored
from tests.support.replica import Replica
from tests.support.subscriber import Subscriber
from tests.support.writer import LAST_SECONDS, Writer

#: From a device's answer to its next request. Not so fast that the machine's two cores are the fault under test.
PACE_SECONDS = 0.1
#: What is set up first of what falls due meanwhile.
LEAD_SECONDS = 3.0


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


class Load:
    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.journal = Journal()
        self.users: list[Api] = []
        self.writers: list[Writer] = []
        self.subscribers: list[Subscriber] = []
        self.writing: list[asyncio.Task[None]] = []
        self.listening: list[asyncio.Task[None]] = []
        self.all_due_at: datetime = now()

    @property
    def acked(self) -> list[Request]:
        return self.journal.of(Outcome.ACKED)

    async def until(self, condition: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
        """Wait until what the clients know fulfils it."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.journal.changed.clear()
                await self.journal.changed.wait()

    async def until_acked(self, more: int, seconds: float = DEADLINE_SECONDS) -> None:
        """Wait until so many more requests are done."""
        enough = len(self.acked) + more
        await self.until(lambda: len(self.acked) >= enough, seconds)

    async def until_connected(self, seconds: float = DEADLINE_SECONDS) -> None:
        await self.until(lambda: all(subscriber.connected for subscriber in self.subscribers), seconds)

    def lags(self, since: float = 0, until: float = inf, *, same_process: bool = False) -> list[float]:
        """From each answer in that time to its being shown, on each device: seconds, inf where it is not.

        same_process  only where the server that answered is the one that showed it
        """
        told = {r.id: r for r in self.acked if r.told_at is not None and since <= r.told_at <= until}
        found = []
        for subscriber in self.subscribers:
            heard = {event.correlation_id: event for event in subscriber.heard}
            for request in told.values():
                event = heard.get(request.id)
                if request.user_id != subscriber.user_id or (
                    same_process and (event is None or event.url != request.url)
                ):
                    continue
                found.append(inf if event is None else event.at - (request.told_at or 0))
        return found

    async def settle(self) -> None:
        """The end of writing: what is under way is brought to its end, and what was to fall due is due."""
        for writer in self.writers:
            writer.stop()
        async with asyncio.timeout(LAST_SECONDS + DEADLINE_SECONDS):
            await asyncio.gather(*self.writing)
        await asyncio.sleep(max(0.0, (self.all_due_at - now()).total_seconds()))

    async def settle_and_check(self, dead: Collection[UUID] = ()) -> Stored:
        await self.settle()
        for task in self.listening:
            if task.done():
                task.result()  # a device that gave up, and says why
        oracle = Oracle(self._deployment.database_url, self.journal, self.subscribers, self.users, set(dead))
        stored = await oracle.check()
        lags = sorted(self.lags())
        print(
            f"{len(stored.log)} events, {len(self.acked)} requests done; answers: {dict(self.journal.answers)}; "
            f"shown after {lags[len(lags) // 2]:.3f} s (p50), {p95(lags):.3f} s (p95), {lags[-1]:.1f} s (max); "
            f"sockets ended: {dict(sum((s.closes for s in self.subscribers), Counter()))}"
        )
        return stored


@asynccontextmanager
async def load(
    deployment: Deployment,
    *,
    users: int = 3,
    writers: int = 2,
    due_seconds: float = 10.0,
    pace_seconds: float = PACE_SECONDS,
) -> AsyncIterator[Load]:
    """Everybody is at work, with `writers` devices each and one that shows at each API process.

    Reminders ring and series spawn during the first `due_seconds`.
    """
    load = Load(deployment)
    urls = [api.url for api in deployment.apis]
    async with AsyncExitStack() as stack:
        load.users = [await stack.enter_async_context(Api(urls[n % len(urls)])) for n in range(users)]
        await asyncio.gather(*(api.sign_up() for api in load.users))
        from_ = now() + timedelta(seconds=LEAD_SECONDS)
        load.all_due_at = from_ + timedelta(seconds=due_seconds)
        await asyncio.gather(*(fall_due(api, from_, due_seconds) for api in load.users))
        for number, api in enumerate(load.users):
            for first in range(len(urls)):
                mine = urls[first:] + urls[:first]
                load.subscribers.append(
                    Subscriber(
                        mine, api.user_id, api.token or "", await Replica.load(api), load.journal.changed
                    )
                )
            # What users change at one process alone, the others learn from the bus, or from the poll. The second one
            # changes things everywhere, so that each process looks into the log by itself.
            mine = urls[number // 2 % len(urls) :] + urls[: number // 2 % len(urls)]
            load.writers += [
                Writer(mine, api.user_id, api.token or "", load.journal, roams=number % 2 == 1)
                for _ in range(writers)
            ]
        load.listening = [asyncio.create_task(subscriber.run()) for subscriber in load.subscribers]
        try:
            await load.until_connected()
            load.writing = [asyncio.create_task(writer.run(pace_seconds)) for writer in load.writers]
            await load.until_acked(2 * len(load.writers))
            yield load
        finally:
            for task in load.listening + load.writing:
                task.cancel()
            await asyncio.gather(*load.listening, *load.writing, return_exceptions=True)
