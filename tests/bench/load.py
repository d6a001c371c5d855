"""One load under way on one target."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.bench.cpu import cpu_seconds
from tests.bench.device import Device
from tests.bench.post import CONNECTIONS, BenchFailed, Pool
from tests.bench.target import Target, TaskFlow

CONNECTING_AT_ONCE = 32
POLL_SECONDS = 0.002
#: After a load: its sockets' ends, and what the server does late, are not to be the next one's.
SETTLE_SECONDS = 1.0
OVERLOADED = b'"code":"UNAVAILABLE"'

#: No number is told twice, whatever the target.
numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Usage:
    """Moments and CPU times, in seconds."""

    at: float
    server: float
    client: float

    def until(self, later: "Usage") -> "Usage":
        return Usage(later.at - self.at, later.server - self.server, later.client - self.client)


class Load:
    def __init__(self, target: Target, connections: int) -> None:
        self.target = target
        self.devices: dict[int, list[Device]] = defaultdict(list)
        #: By number, when it was about to be sent (time.monotonic()).
        self.sent_at: dict[int, float] = {}
        #: By number, when the answer came that says that it was done.
        self.answered_at: dict[int, float] = {}
        #: By user, in no order.
        self.made: dict[int, list[int]] = defaultdict(list)
        self.answered = 0
        #: The server has too much to do: mostly nothing was done, but it may have been the answer that was too much.
        self.refused: set[int] = set()
        #: Without those that were refused.
        self.delivered = 0
        self.last_answer = b""
        #: Told of every delivery, beside this load's own count.
        self.heard: Callable[[Device, int], None] = lambda device, number: None
        self._pool = Pool(target.port, connections)
        self._failure: Exception | None = None

    async def connect(self, user: int, count: int) -> None:
        """That many sockets of the user, which hear of all that is made from now on."""
        turns = asyncio.Semaphore(CONNECTING_AT_ONCE)
        greeting = await self.target.greeting(user)
        loop = asyncio.get_running_loop()

        async def one(nth: int) -> Device:
            async with turns:
                device = Device(self.target.path(user), list(greeting), self._hear, self.fail)
                port = self.target.socket_port(user, nth)
                await loop.create_connection(lambda: device, "127.0.0.1", port)
                await device.ready
                return device

        self.devices[user] = await asyncio.gather(*(one(nth) for nth in range(count)))
        self.devices[user][-1].is_other = True
        self.check_failure()

    async def create(self, user: int) -> None:
        number = next(numbers)
        self.made[user].append(number)
        self.sent_at[number] = time.monotonic()
        try:
            answer = await self._pool.post(self.target.create(user, number))
        except (BenchFailed, OSError) as error:
            return self.fail(error)
        if self.target.accepted(answer):
            self.answered += 1
            self.answered_at[number] = time.monotonic()
            self.last_answer = answer
        elif OVERLOADED in answer:
            self.made[user].remove(number)
            self.refused.add(number)
            self.delivered -= sum(number in device.numbers for device in self.devices[user])
        else:
            self.fail(BenchFailed(f"a change was refused: {answer[:300]!r}"))
        return None

    async def all_delivered(self) -> None:
        while self.delivered < sum(len(made) * len(self.devices[user]) for user, made in self.made.items()):
            self.check_failure()
            await asyncio.sleep(POLL_SECONDS)

    def usage(self) -> Usage:
        return Usage(time.monotonic(), cpu_seconds(self.target.pid), time.process_time())

    def fail(self, error: Exception) -> None:
        self._failure = self._failure or error

    @property
    def failed(self) -> bool:
        return self._failure is not None

    def check_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def check(self) -> None:
        """Every device of a user was told of every change of theirs, once, and all in one order."""
        self.check_failure()
        for user, devices in self.devices.items():
            every = [self._without_refused(device.numbers) for device in devices]
            for told in every:
                if sorted(told) != sorted(self.made[user]):
                    raise BenchFailed(f"{self.target.name}: a socket missed a change, or got it twice")
                if told != every[0]:
                    raise BenchFailed(
                        f"{self.target.name}: two sockets of a user got changes in another order"
                    )

    def _without_refused(self, told: list[int]) -> list[int]:
        return [number for number in told if number not in self.refused] if self.refused else told

    def _hear(self, device: Device, number: int) -> None:
        if number not in self.refused:
            self.delivered += 1
        self.heard(device, number)

    async def close(self) -> None:
        for devices in self.devices.values():
            for device in devices:
                device.close()
        self._pool.close()
        await asyncio.sleep(SETTLE_SECONDS)


@asynccontextmanager
async def under_load(target: Target, connections: int = CONNECTIONS) -> AsyncIterator[Load]:
    """Raises BenchFailed where a delivery was not as promised."""
    load = Load(target, connections)
    try:
        yield load
        await load.all_delivered()
        load.check()
    finally:
        await load.close()


async def sample(target: TaskFlow) -> tuple[bytes, bytes]:
    """An answer, and what a socket is sent."""
    async with under_load(target) as load:
        await load.connect(0, 1)
        await load.create(0)
        await load.all_delivered()
        return load.last_answer, load.devices[0][0].frame
