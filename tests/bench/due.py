"""How late reminders ring: from their moment to the ring in the log, and to its arrival on a device."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.bench.device import Device
from tests.bench.load import Load, under_load
from tests.bench.post import BenchFailed, request
from tests.bench.scenarios import Measured
from tests.bench.target import CREATE, TaskFlow, operation, subscribing, title

USERS = 20
RINGS = 1000
#: Made and rung first, which also tells how long making them all will take; that and much of it again is then given.
WARM_RINGS = 100
WARM_SECONDS = 6.0
CONNECTIONS = 16
TIMESTAMP = re.compile(rb'"timestamp":"([^"]+)"')
HEARD = """subscription Rings($after: Cursor) { events(after: $after, types: [REMINDER_TRIGGERED]) {
cursor type aggregateId timestamp task { id title } reminder { id remindAt status late } } }"""


@dataclass(slots=True)
class Reminding(TaskFlow):
    """What is made here is a task with a reminder at the next of `moments`, and what its sockets hear is the ring."""

    moments: Iterator[datetime] = field(default_factory=lambda: iter(()))
    #: By number, when it is to ring.
    at: dict[int, datetime] = field(default_factory=dict)

    def create(self, user: int, number: int) -> bytes:
        at = self.at[number] = next(self.moments)
        reminder = {"remindAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        new = {"title": title(number), "reminders": [reminder]}
        return request("/graphql", self.tokens[user], operation(CREATE, input=new))

    async def greeting(self, user: int) -> list[bytes]:
        return await subscribing(self, user, HEARD)


async def lateness(target: Reminding, measured: Measured, over_seconds: float) -> None:
    """`delays` are the arrivals' and `late` the rings'.

    RINGS reminders of USERS users in turn, one device each, evenly over so many seconds; 0 is one moment for all.
    """
    async with under_load(target, CONNECTIONS) as load:
        for user in range(USERS):
            await load.connect(user, 1)
        making = await _make(load, target, WARM_RINGS, WARM_SECONDS, 0)
        await load.all_delivered()

        def heard(device: Device, number: int) -> None:
            at = target.at[number]
            measured.delays.append(time.time() - at.timestamp())
            if (found := TIMESTAMP.search(device.frame)) is None:
                raise BenchFailed(f"an event without a timestamp: {device.frame[:300]!r}")
            measured.late.append((datetime.fromisoformat(found[1].decode()) - at).total_seconds())

        load.heard = heard
        ahead = 2 + 1.7 * making * RINGS / WARM_RINGS
        making = await _make(load, target, RINGS, ahead, over_seconds)
        await asyncio.sleep(ahead - making)
        begin = load.usage()
        await load.all_delivered()
        measured.add(RINGS, begin.until(load.usage()))


async def _make(load: Load, target: Reminding, count: int, ahead: float, over_seconds: float) -> float:
    """Reminders of the users in turn, the first of them that many seconds ahead; how long making them took."""
    begin, first = time.monotonic(), datetime.now(UTC) + timedelta(seconds=ahead)
    target.moments = (first + timedelta(seconds=over_seconds * i / count) for i in range(count))
    async with asyncio.TaskGroup() as making:
        for i in range(count):
            making.create_task(load.create(i % USERS))
    load.check_failure()
    took = time.monotonic() - begin
    if load.refused or took > ahead:
        raise BenchFailed(f"{target.name}: {count} reminders were not made within {ahead:.1f} s")
    return took
