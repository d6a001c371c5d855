"""From the bus to the feeds of this process."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from graphql_api import supervise
from graphql_api.live.stream import open_stream
from graphql_api.supervise import Supervisor
from jobs import fanout as fanout_module
from jobs.broadcast import BoundedBroadcast, open_broadcast
from jobs.bus import Message
from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import encode
from jobs.fanout import FanOut, dropped_total, failed_total
from resolvers.database import Database
from resolvers.log.event_log import EVERYTHING
from tests.live.inside import Live, happen, make_viewer, until
from tests.services.redis import Redis


@pytest.fixture
async def bus() -> AsyncIterator[MemoryBus]:
    bus = MemoryBus()
    await bus.start()
    yield bus
    await bus.stop()


async def test_each_message_goes_to_the_channel_of_its_user_and_to_no_other(bus: MemoryBus):
    async with open_broadcast("memory://") as broadcast:
        running = asyncio.create_task(FanOut(bus, broadcast).run())
        async with (
            asyncio.timeout(20),
            broadcast.subscribe(channel="ana") as anas,
            broadcast.subscribe(channel="ben") as bens,
        ):
            for number in range(3):
                await bus.publish(
                    [Message(user, f"{user} {number}".encode()) for user in ("ana", "ben", "nobody")]
                )
            assert [(await anas.get()).message for _ in range(3)] == ["ana 0", "ana 1", "ana 2"]
            assert [(await bens.get()).message for _ in range(3)] == ["ben 0", "ben 1", "ben 2"]
        running.cancel()


async def test_what_there_is_no_room_for_is_dropped_and_the_poll_repairs_it(
    database: Database, bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fanout_module, "HELD_MESSAGES", 3)
    dropped = dropped_total._value.get()
    async with Live(database) as live:
        fanout = FanOut(bus, live.broadcast)
        viewer = await make_viewer(database)
        with closing(await open_stream(live.hub, viewer, None, EVERYTHING)) as stream:
            written = await happen(live.elsewhere, viewer.user_id, 10)
            await bus.publish([encode(event) for event in written])
            assert dropped_total._value.get() == dropped + 7
            running = asyncio.create_task(fanout.run())
            taken = []
            async with asyncio.timeout(20):
                while len(taken) < 3:
                    taken += await stream.batch()
                assert taken == written[:3]
                await live.hub.poll()
                while len(taken) < 10:
                    taken += await stream.batch()
            assert taken == written
            running.cancel()


async def test_a_flood_of_messages_leaves_everything_else_its_turn(bus: MemoryBus):
    async with open_broadcast("memory://") as broadcast:
        fanout = FanOut(bus, broadcast)
        async with broadcast.subscribe(channel="ana") as subscriber:

            async def take() -> int:
                return len([await subscriber.get() for _ in range(10_000)])

            taking = asyncio.create_task(take())
            await bus.publish([Message("ana", b"flood")] * 10_000)
            running = asyncio.create_task(fanout.run())
            turns = 0
            while not fanout._messages.empty():
                turns += 1
                await asyncio.sleep(0)
            assert turns > 50
            # Who takes them as they come had its turns, too: it lost none.
            assert await taking == 10_000
        running.cancel()


async def test_a_broadcaster_that_fails_costs_what_it_was_given_and_the_next_gets_through(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(supervise, "RESTART_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(fanout_module, "BATCH_MESSAGES", 1)

    class Failing(BoundedBroadcast):
        fails = True

        async def publish(self, channel: str, message: str) -> None:
            if self.fails:
                self.fails = False
                raise ConnectionError("on purpose")
            await super().publish(channel, message)

    supervisor = Supervisor()
    async with asyncio.timeout(20), Failing("memory://") as broadcast:
        supervisor.run("fan-out", FanOut(bus, broadcast).run)
        async with broadcast.subscribe(channel="ana") as subscriber:
            await bus.publish([Message("ana", b"lost"), Message("ana", b"heard")])
            assert (await subscriber.get()).message == "heard"
        await supervisor.stop()


async def test_what_is_no_text_goes_the_way_of_all_messages(bus: MemoryBus):
    async with asyncio.timeout(20), open_broadcast("memory://") as broadcast:
        running = asyncio.create_task(FanOut(bus, broadcast).run())
        async with broadcast.subscribe(channel="ana") as subscriber:
            await bus.publish([Message("ana", b"\xff"), Message("ana", b"heard")])
            await subscriber.get()
            assert (await subscriber.get()).message == "heard"
        running.cancel()


@pytest.mark.services
async def test_while_redis_is_away_messages_are_counted_and_dropped_and_afterwards_they_arrive(
    bus: MemoryBus,
):
    failed = failed_total._value.get()
    with Redis() as redis:
        async with asyncio.timeout(40), open_broadcast(redis.url) as broadcast:
            running = asyncio.create_task(FanOut(bus, broadcast).run())
            async with broadcast.subscribe(channel="ana") as subscriber:
                redis.kill()
                with capture_logs() as logs:
                    for _ in range(10):
                        await bus.publish([Message("ana", b"lost")] * 100)
                    await until(lambda: failed_total._value.get() == failed + 1000)
                    redis.start()
                    await until(lambda: broadcast.trouble is None)
                    await bus.publish([Message("ana", b"heard")])
                    assert (await subscriber.get()).message == "heard"
                    await until(lambda: logs[-1]["event"] == "fanout_answers_again")
                told = [entry["event"] for entry in logs if entry["event"].startswith("fanout")]
                assert told == ["fanout_unavailable", "fanout_answers_again"]
            running.cancel()


@pytest.mark.services
async def test_a_redis_that_hangs_holds_the_messages_up_once_and_for_a_moment(bus: MemoryBus):
    failed = failed_total._value.get()
    with Redis() as redis:
        async with open_broadcast(redis.url) as broadcast:
            running = asyncio.create_task(FanOut(bus, broadcast).run())
            redis.pause()
            start = time.monotonic()
            await bus.publish([Message("ana", b"lost")] * 10_000)
            await until(lambda: failed_total._value.get() == failed + 10_000)
            assert time.monotonic() - start < 5
            running.cancel()
