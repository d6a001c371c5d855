"""The loads. Each warms up, measures for a while, and waits until all is delivered, which is then checked."""

import asyncio
import time
from dataclasses import dataclass, field

from tests.bench.device import Device
from tests.bench.load import Load, Usage, under_load
from tests.bench.target import Target

WARM_SECONDS = 1.0
CREATE_SECONDS = 3.0
SYNC_SECONDS = 6.0
FAN_OUT_SECONDS = 4.0
#: Changes on their way at once: enough that the server never waits for the client.
FAN_OUT_CHANGES = 4


@dataclass(slots=True)
class Measured:
    """One load, or several of the same kind taken together. Times in seconds."""

    #: How many loads these are together.
    rounds: int = 0
    #: Creates that were answered, or deliveries.
    operations: int = 0
    #: Creates that an overloaded server declined; nothing was done.
    refused: int = 0
    seconds: float = 0
    server_cpu: float = 0
    client_cpu: float = 0
    #: From just before the request is sent to the event's arrival on the other device.
    delays: list[float] = field(default_factory=list)
    #: How much later than due the client sent.
    late: list[float] = field(default_factory=list)

    def add(self, operations: int, used: Usage) -> None:
        self.rounds += 1
        self.operations += operations
        self.seconds += used.at
        self.server_cpu += used.server
        self.client_cpu += used.client


async def creates(target: Target, measured: Measured, connections: int) -> None:
    """One user; each connection sends its next change as soon as the last one is answered. Nobody listens."""
    async with under_load(target, connections) as load:
        stopping = False

        async def keep_creating() -> None:
            while not stopping and not load.failed:
                await load.create(0)

        async with asyncio.TaskGroup() as workers:
            for _ in range(connections):
                workers.create_task(keep_creating())
            await asyncio.sleep(WARM_SECONDS)
            before, begin = load.answered, load.usage()
            await asyncio.sleep(CREATE_SECONDS)
            measured.add(load.answered - before, begin.until(load.usage()))
            stopping = True


async def sync(target: Target, measured: Measured, rate: float, users: int) -> None:
    """`rate` changes a second, whatever the answers do, by users in turn with two devices each."""
    async with under_load(target) as load:
        for user in range(users):
            await load.connect(user, 2)
        await on_schedule(load, rate, max(users, int(rate * WARM_SECONDS)), users)
        answered, refused = load.answered, len(load.refused)

        def heard(device: Device, number: int) -> None:
            if device.is_other:
                measured.delays.append(time.monotonic() - load.sent_at[number])

        load.heard = heard
        count = int(rate * SYNC_SECONDS)
        begin = load.usage()
        late = await on_schedule(load, rate, count, users)
        measured.add(load.answered - answered, begin.until(load.usage()))
        measured.refused += len(load.refused) - refused
        measured.late += late


async def on_schedule(load: Load, rate: float, count: int, users: int) -> list[float]:
    """Send each change when it is due, answers or none, then wait until all is delivered; how late each was sent."""
    late = []
    begin = time.monotonic()
    async with asyncio.TaskGroup() as sending:
        for i in range(count):
            due = begin + i / rate
            await asyncio.sleep(due - time.monotonic())
            late.append(time.monotonic() - due)
            sending.create_task(load.create(i % users))
    await load.all_delivered()
    return late


async def fan_out(target: Target, measured: Measured, sockets: int) -> None:
    """All sockets of one user. The next change is made when one has reached them all, a few being on their way."""
    async with under_load(target) as load:
        await load.connect(0, sockets)
        creating: set[asyncio.Task[None]] = set()
        started = 0
        stopping = False

        def keep_on_their_way(*_: object) -> None:
            nonlocal started
            while not stopping and started - load.delivered // sockets < FAN_OUT_CHANGES:
                started += 1
                creating.add(asyncio.create_task(load.create(0)))

        load.heard = keep_on_their_way
        keep_on_their_way()
        await asyncio.sleep(WARM_SECONDS)
        before, begin = load.delivered, load.usage()
        await asyncio.sleep(FAN_OUT_SECONDS)
        measured.add(load.delivered - before, begin.until(load.usage()))
        stopping = True
        await asyncio.gather(*creating)
