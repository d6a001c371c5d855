"""Who hears what: within a process and through Redis alike, and whatever becomes of Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from broadcaster._backends.memory import MemoryBackend

from jobs.broadcast import BoundedBroadcast, BroadcastUnavailable, Gap, Unsubscribed, bounded, open_broadcast
from jobs.broadcast.redis_backend import RedisBroadcast
from tests.live.inside import until
from tests.services.redis import Redis

DEADLINE_SECONDS = 20
#: Within that, all is as it was after Redis came back.
BACK_SECONDS = 10
BOTH = ["memory", pytest.param("redis", marks=pytest.mark.services)]


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[BoundedBroadcast]:
    async with asyncio.timeout(2 * DEADLINE_SECONDS):
        broadcast = open_broadcast(url)
        await broadcast.connect()
        try:
            yield broadcast
        finally:
            await broadcast.disconnect()


@pytest.fixture(params=BOTH)
async def broadcast(request: pytest.FixtureRequest) -> AsyncIterator[BoundedBroadcast]:
    url = request.getfixturevalue("redis").url if request.param == "redis" else "memory://"
    async with connected(url) as broadcast:
        yield broadcast


async def heard(
    broadcast: BoundedBroadcast, *subscribers: bounded.BoundedSubscriber, on: str = "ana"
) -> None:
    """What is said now, all of them hear."""
    said = str(time.monotonic())
    await broadcast.publish(channel=on, message=said)
    for subscriber in subscribers:
        async with asyncio.timeout(DEADLINE_SECONDS):
            event = await subscriber.get()
        assert (event.channel, event.message) == (on, said)


async def test_twenty_who_come_first_at_once_all_hear(broadcast: BoundedBroadcast):
    async with AsyncExitStack() as stack:
        subscribers = await asyncio.gather(
            *(stack.enter_async_context(broadcast.subscribe(channel="ana")) for _ in range(20))
        )
        await heard(broadcast, *subscribers)


async def test_who_comes_while_another_leaves_hears(broadcast: BoundedBroadcast):
    for _ in range(50):
        async with AsyncExitStack() as first, AsyncExitStack() as second:
            await first.enter_async_context(broadcast.subscribe(channel="ana"))
            _, subscriber = await asyncio.gather(
                first.aclose(), second.enter_async_context(broadcast.subscribe(channel="ana"))
            )
            await heard(broadcast, subscriber)


async def test_each_channel_has_its_own_messages_in_order(broadcast: BoundedBroadcast):
    async with AsyncExitStack() as stack:
        channels = [f"user {number}" for number in range(10)]
        subscribers = {
            channel: await stack.enter_async_context(broadcast.subscribe(channel=channel))
            for channel in channels
        }
        for start in range(0, 100, 20):
            await broadcast.publish_all(
                [(channel, str(number)) for number in range(start, start + 20) for channel in channels]
            )
        for channel, subscriber in subscribers.items():
            events = [await subscriber.get() for _ in range(100)]
            assert {event.channel for event in events} == {channel}
            assert [event.message for event in events] == [str(number) for number in range(100)]


async def test_who_is_slow_keeps_nobody_and_learns_that_it_missed_something(
    broadcast: BoundedBroadcast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounded, "HELD_EVENTS", 20)
    async with broadcast.subscribe(channel="ana") as slow, broadcast.subscribe(channel="ana") as quick:
        for number in range(200):
            await broadcast.publish(channel="ana", message=str(number))
            assert (await quick.get()).message == str(number)
        with pytest.raises(Gap):
            await slow.get()
        # What is newest is kept, and the gap is told once.
        assert [(await slow.get()).message for _ in range(20)] == [str(number) for number in range(180, 200)]
        await heard(broadcast, slow, quick)


async def test_who_still_listens_at_the_end_is_told(
    broadcast: BoundedBroadcast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounded, "HELD_EVENTS", 1)

    async def listen(subscribed: asyncio.Event) -> None:
        async with broadcast.subscribe(channel="ana") as subscriber:
            subscribed.set()
            with pytest.raises(Unsubscribed):
                await subscriber.get()

    subscribed = [asyncio.Event() for _ in range(3)]
    listening = [asyncio.create_task(listen(event)) for event in subscribed]
    for event in subscribed:
        await event.wait()
    await broadcast.disconnect()
    async with asyncio.timeout(DEADLINE_SECONDS):
        await asyncio.gather(*listening)
    await broadcast.connect()  # for the fixture to end


@pytest.mark.parametrize("moment", range(6))
async def test_nothing_is_kept_of_who_left_at_whatever_moment(broadcast: BoundedBroadcast, moment: int):
    async def listen() -> None:
        async with broadcast.subscribe(channel="ana") as subscriber:
            await subscriber.get()

    listening = asyncio.create_task(listen())
    for _ in range(moment):
        await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait([listening])
    assert broadcast._subscribers == {}
    assert len(broadcast._locks) == 0
    async with broadcast.subscribe(channel="ana") as subscriber:
        await heard(broadcast, subscriber)


class Slow(MemoryBackend):
    """Takes its time to subscribe and to unsubscribe: until the gate opens."""

    def __init__(self) -> None:
        super().__init__("memory://")
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked: list[str] = []

    async def subscribe(self, channel: str) -> None:
        self.asked.append("subscribe")
        await self.gate.wait()
        await super().subscribe(channel)

    async def unsubscribe(self, channel: str) -> None:
        self.asked.append("unsubscribe")
        await self.gate.wait()
        await super().unsubscribe(channel)


async def test_nobody_is_let_in_before_messages_come_nor_shut_out_by_who_leaves():
    backend = Slow()
    entered: list[bounded.BoundedSubscriber] = []

    async def listen(stack: AsyncExitStack) -> None:
        entered.append(await stack.enter_async_context(broadcast.subscribe(channel="ana")))

    async def rest_at_the_gate(asked: list[str]) -> None:
        await until(lambda: backend.asked == asked)
        for _ in range(10):
            await asyncio.sleep(0)
        assert backend.asked == asked

    async with (
        BoundedBroadcast(backend=backend) as broadcast,
        AsyncExitStack() as old,
        AsyncExitStack() as new,
    ):
        backend.gate.clear()
        coming = asyncio.gather(listen(old), listen(old))
        await rest_at_the_gate(["subscribe"])
        assert entered == []
        backend.gate.set()
        await coming
        await heard(broadcast, *entered)

        backend.gate.clear()
        leaving = asyncio.create_task(old.aclose())
        await rest_at_the_gate(["subscribe", "unsubscribe"])
        coming = asyncio.gather(listen(new))
        await rest_at_the_gate(["subscribe", "unsubscribe"])
        backend.gate.set()
        await asyncio.gather(leaving, coming)
        await heard(broadcast, entered[-1])


@pytest.mark.services
async def test_redis_forgets_who_left_before_it_answered(redis: Redis):
    async def listen() -> None:
        async with broadcast.subscribe(channel="ana") as subscriber:
            await subscriber.get()

    async with connected(redis.url) as broadcast:
        redis.pause()
        listening = asyncio.create_task(listen())
        await asyncio.wait([listening], timeout=0.1)
        listening.cancel()
        await asyncio.wait([listening])
        redis.resume()
        async with broadcast.subscribe(channel="ben"):
            assert redis.cli("pubsub", "channels") == "taskflow:user:ben"


@pytest.mark.services
async def test_processes_hear_each_other_and_redis_is_told_who_left(redis: Redis):
    async with connected(redis.url) as one, connected(redis.url) as other:
        async with one.subscribe(channel="ana") as anas, other.subscribe(channel="ben") as bens:
            assert set(redis.cli("pubsub", "channels").split()) == {"taskflow:user:ana", "taskflow:user:ben"}
            await heard(one, bens, on="ben")
            await heard(other, anas, on="ana")
        await until(lambda: redis.cli("pubsub", "channels") == "")


@pytest.mark.services
@pytest.mark.parametrize("end", [Redis.kill, Redis.stop])
async def test_after_redis_was_away_old_and_new_subscribers_hear_and_all_were_told_of_the_gap(
    redis: Redis, end
):
    async with RedisBroadcast(redis.url) as broadcast, broadcast.subscribe(channel="ana") as old:
        gap = asyncio.Event()
        broadcast.on_gap.append(gap.set)
        end(redis)
        await until(lambda: broadcast.trouble)
        assert broadcast.trouble == "BROADCAST_URL or REDIS_URL: Redis does not answer"
        async with broadcast.subscribe(channel="ana") as newer, broadcast.subscribe(channel="ben") as other:
            with pytest.raises(BroadcastUnavailable):
                await broadcast.publish(channel="ana", message="lost")
            # So long that it is tried less often.
            await until(lambda: broadcast._redis._pauses.tries > 3)
            assert not gap.is_set()
            redis.start()
            async with asyncio.timeout(BACK_SECONDS):
                await gap.wait()
            assert broadcast.trouble is None
            async with broadcast.subscribe(channel="ana") as newest:
                await heard(broadcast, old, newer, newest)
            await heard(broadcast, other, on="ben")


@pytest.mark.services
async def test_a_redis_that_hangs_is_noticed_while_nobody_publishes(redis: Redis):
    async with connected(redis.url) as broadcast, broadcast.subscribe(channel="ana") as subscriber:
        gap = asyncio.Event()
        broadcast.on_gap.append(gap.set)
        redis.pause()
        async with asyncio.timeout(BACK_SECONDS):
            await until(lambda: broadcast.trouble)
        redis.resume()
        async with asyncio.timeout(BACK_SECONDS):
            await gap.wait()
        await heard(broadcast, subscriber)


@pytest.mark.services
async def test_nobody_waits_long_for_a_redis_that_hangs(redis: Redis):
    async with connected(redis.url) as broadcast, broadcast.subscribe(channel="ana") as subscriber:
        redis.pause()
        start = time.monotonic()
        with pytest.raises(BroadcastUnavailable):
            await broadcast.publish(channel="ana", message="lost")
        first = time.monotonic()
        for _ in range(100):
            with pytest.raises(BroadcastUnavailable):
                await broadcast.publish(channel="ana", message="lost")
        rest = time.monotonic()
        async with broadcast.subscribe(channel="ben") as other:
            subscribed = time.monotonic()
            assert first - start < 3
            assert rest - first < 1
            assert subscribed - rest < 3
            redis.resume()
            await until(lambda: broadcast.trouble is None)
            await heard(broadcast, other, on="ben")
        await broadcast.disconnect()
        with pytest.raises(Unsubscribed):
            await subscriber.get()
        redis.pause()
        start = time.monotonic()
        await broadcast.connect()
        assert time.monotonic() - start < 3


@pytest.mark.services
async def test_who_was_not_waited_for_is_told_of_a_gap_when_redis_answers_after_all(redis: Redis):
    async with connected(redis.url) as broadcast:
        gaps: list[str | None] = []
        broadcast.on_gap.append(lambda: gaps.append(broadcast.trouble))
        redis.pause()
        async with broadcast.subscribe(channel="ana") as subscriber:
            redis.resume()
            await until(lambda: gaps)
            # It was slow, not away.
            assert gaps == [None]
            await heard(broadcast, subscriber)


@pytest.mark.services
async def test_a_redis_that_is_absent_at_the_start_is_found_when_it_comes():
    redis = Redis()
    start = time.monotonic()
    async with connected(redis.url) as broadcast, broadcast.subscribe(channel="ana") as subscriber:
        assert time.monotonic() - start < 3
        assert broadcast.trouble == "BROADCAST_URL or REDIS_URL: Redis does not answer"
        gap = asyncio.Event()
        broadcast.on_gap.append(gap.set)
        with redis:
            async with asyncio.timeout(BACK_SECONDS):
                await gap.wait()
            await heard(broadcast, subscriber)


@pytest.mark.services
@pytest.mark.parametrize("given", [":wrong@", ""])
async def test_a_wrong_password_is_told_apart_and_not_told(given: str):
    with Redis(password="secret") as redis:
        async with connected(redis.url) as broadcast:
            assert broadcast.trouble is None
        async with connected(redis.url.replace(":secret@", given)) as broadcast:
            assert broadcast.trouble == "BROADCAST_URL or REDIS_URL: Redis refuses the user or the password"
            redis.cli("config", "set", "requirepass", given.strip(":@"))
            await until(lambda: broadcast.trouble is None)


@pytest.mark.services
async def test_what_redis_refuses_is_told_without_what_it_was_asked(redis: Redis):
    async with connected(redis.url) as broadcast:
        redis.cli("acl", "setuser", "default", "resetchannels")
        with pytest.raises(BroadcastUnavailable, match=r"refuses .* no permissions"):
            await broadcast.publish(channel="ana", message="a secret")
        assert broadcast.trouble is not None
        assert "secret" not in broadcast.trouble
        redis.cli("acl", "setuser", "default", "allchannels")
        async with broadcast.subscribe(channel="ana") as subscriber:
            await heard(broadcast, subscriber)
        assert broadcast.trouble is None
