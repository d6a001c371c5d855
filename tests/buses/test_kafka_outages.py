"""Kafka dies, hangs or forgets everything: nothing waits for it, and all goes on by itself when it is back."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from jobs.bus import BusUnavailable, Message
from jobs.bus.kafka_bus import KafkaBus
from tests.buses.hearing import Heard, messages, until
from tests.buses.kafka_configs import kafka_config
from tests.services.kafka import Kafka

pytestmark = pytest.mark.services

#: From the broker's being back to everything's being as before.
RECOVERY_SECONDS = 30
#: The longest that anything else of the process is held up.
STALL_SECONDS = 0.3


@pytest.fixture(scope="module")
def broker() -> Iterator[Kafka]:
    """One to be ill-treated; each test leaves it running."""
    with Kafka() as broker:
        yield broker


class Publishing:
    """Publishes one message after the other, as the relay does: each until it was taken."""

    def __init__(self, bus: KafkaBus) -> None:
        self.taken: list[Message] = []
        self.slowest = 0.0
        self.refusals = self.slow_refusals = 0
        self._bus = bus

    async def run(self) -> None:
        for number in range(1_000_000):
            message = Message(f"user {number % 3}", f"{number}".encode())
            while True:
                if await self._published(message):
                    break
                await asyncio.sleep(0.05)
            self.taken.append(message)
            await asyncio.sleep(0.005)

    async def reach(self, count: int) -> None:
        """Wait until so many more were taken."""
        wanted = len(self.taken) + count
        await until(lambda: len(self.taken) >= wanted, RECOVERY_SECONDS)

    async def _published(self, message: Message) -> bool:
        before = time.monotonic()
        try:
            await self._bus.publish([message])
        except BusUnavailable:
            self.refusals += 1
            self.slow_refusals += time.monotonic() - before > 1
            return False
        finally:
            self.slowest = max(self.slowest, time.monotonic() - before)
        return True


@asynccontextmanager
async def publishing(bus: KafkaBus) -> AsyncIterator[Publishing]:
    """Meanwhile the loop must never stand still."""
    publishing = Publishing(bus)
    task = asyncio.create_task(publishing.run())
    stalls: list[float] = []

    async def watch() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            stalls.append(time.monotonic() - before)

    watching = asyncio.create_task(watch())
    try:
        yield publishing
    finally:
        for each in (task, watching):
            each.cancel()
        await asyncio.gather(task, watching, return_exceptions=True)
    assert max(stalls) < STALL_SECONDS
    assert publishing.slowest < 5


@pytest.mark.parametrize("how", ["killed", "hung"])
async def test_nothing_is_lost_and_each_key_keeps_its_order(broker: Kafka, how: str):
    bus = KafkaBus(kafka_config(broker, session_seconds=2.0))
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await bus.start()
    async with publishing(bus) as publisher:
        await publisher.reach(100)
        if how == "killed":
            await broker.kill()
        else:
            broker.pause()
        # Long enough to be noticed by all who wait for it.
        await until(lambda: bus.trouble is not None and publisher.refusals >= 20)
        assert bus.trouble.startswith("KAFKA_BOOTSTRAP_SERVERS: ")
        # One was surprised; after that it was known.
        assert publisher.slow_refusals <= 1
        if how == "killed":
            await broker.start()
        else:
            broker.resume()
        await publisher.reach(100)
    sent = publisher.taken
    await until_all(taken, sent)
    assert bus.trouble is None
    for key in ("user 0", "user 1", "user 2"):
        of_key = [message for message in sent if message.key == key]
        first = dict.fromkeys(message for message in taken.messages if message.key == key)
        assert [message for message in first if message in set(of_key)] == of_key
    # What is published from now on is heard at once, as before.
    await bus.publish(messages("afterwards", 1))
    await until_all(heard, messages("afterwards", 1))
    await bus.stop()


async def test_a_broker_that_lost_everything_gets_its_topics_again(broker: Kafka):
    config = kafka_config(broker, session_seconds=2.0)
    bus = KafkaBus(config)
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await bus.start()
    await bus.publish(messages("before", 50))
    await taken.wait_for(50)
    async with publishing(bus) as publisher:
        await publisher.reach(20)
        await broker.kill()
        broker.wipe()
        lost = len(publisher.taken)
        await broker.start()
        await publisher.reach(50)
    # What it had taken and not handed on is gone, and stands in the log.
    await until_all(taken, publisher.taken[lost:])
    # Listeners begin anew, and may miss what is published meanwhile.
    async with asyncio.timeout(RECOVERY_SECONDS), publishing(bus) as publisher:
        before = len(heard.messages)
        await heard.wait_for(before + 20)
    await bus.publish_dead(messages("dead", 1))
    assert bus.trouble is None
    await bus.stop()


async def test_start_and_stop_do_not_wait_for_a_broker_that_hangs(broker: Kafka):
    bus = KafkaBus(kafka_config(broker))
    heard = Heard()
    bus.listen(heard)
    bus.consume(heard.handle)
    broker.pause()
    try:
        started = time.monotonic()
        await bus.start()
        assert time.monotonic() - started < 6
        assert bus.trouble is not None
        stopped = time.monotonic()
        await bus.stop()
        assert time.monotonic() - stopped < 4
    finally:
        broker.resume()
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


async def test_a_stop_in_the_middle_of_an_outage_leaves_nothing_behind(broker: Kafka):
    bus = KafkaBus(kafka_config(broker, session_seconds=2.0))
    heard = Heard()
    bus.listen(heard)
    bus.consume(heard.handle)
    await bus.start()
    await bus.publish(messages("ana", 10))
    await heard.wait_for(20)
    broker.pause()
    try:
        publishing = asyncio.create_task(bus.publish(messages("ana", 10)))
        await asyncio.sleep(0)
        stopped = time.monotonic()
        await bus.stop()
        assert time.monotonic() - stopped < 4
        with pytest.raises(BusUnavailable):
            await publishing
    finally:
        broker.resume()
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


async def until_all(heard: Heard, sent: list[Message]) -> None:
    wanted = set(sent)
    await until(lambda: wanted <= set(heard.messages), RECOVERY_SECONDS)
