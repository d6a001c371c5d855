"""Processes of TaskFlow die, hang, stand still, or are replaced one after another."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from jobs.consumer import CONSUMER
from resolvers.database import IDLE_IN_TRANSACTION_SECONDS
from tests.faults.kinds import AT_APIS, AT_WORKERS, killed_at
from tests.faults.matrix.looking import answers, errors_in, metric, until, until_passed
from tests.support.deployment import KAFKA, Deployment, standing
from tests.support.due import now
from tests.support.load import load
from tests.support.server import Server

pytestmark = pytest.mark.services

KILLS = 5
BETWEEN_KILLS_SECONDS = 0.2, 1.5
#: Until the end of a lease that nobody renews (LEASE_SECONDS), and a sweep that it is for.
TAKEN_OVER_SECONDS = 25.0
#: Of workers, in either direction.
CHANGES = 12
BLOCK_SECONDS = 3
PENDING = "SELECT count(*) FROM reminders WHERE status = 'PENDING' AND remind_at <= now()"
WAITING = "SELECT count(*) FROM event_log WHERE published_at IS NULL AND created_at < now() - interval '2 s'"


@pytest.fixture(scope="module")
def standing_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    with standing(KAFKA, folder, program="tests.faults.program") as deployment:
        yield deployment


@pytest.fixture
async def d(standing_deployment: Deployment) -> AsyncIterator[Deployment]:
    """Each test leaves it as it found it; one that failed may not have."""
    yield standing_deployment
    for server in standing_deployment.servers:
        for place in (server.data_dir / "failpoints").glob("*"):
            place.unlink()
        if not await answers(server):
            await start_again(server)


async def start_again(server: Server) -> None:
    await server.kill()
    await server.start()


async def test_f10_killed_at_each_place_and_at_random(d: Deployment):
    random_ = random.Random(10)
    async with load(d, due_seconds=20) as load_:
        for places, servers in ((AT_WORKERS, d.workers), (AT_APIS, d.apis)):
            for place in places:
                assert await killed_at(servers, place), f"nobody came to {place}"
        for _ in range(KILLS):
            await asyncio.sleep(random_.uniform(*BETWEEN_KILLS_SECONDS))
            await start_again(random_.choice(d.servers))
        await load_.until_acked(20)
        await load_.settle_and_check()
        # Who lost its server went on at the other, from where it was.
        for subscriber in load_.subscribers:
            assert {heard.url for heard in subscriber.heard} == {api.url for api in d.apis}


async def holds_lease(server: Server) -> bool:
    return await metric(server, 'taskflow_lease_held{name="relay"}') == 1


async def worker_that_sweeps(d: Deployment) -> Server:
    """Brought about by stopping all others for a moment."""
    for server in d.apis:
        await server.stop()
    holders: list[Server] = []

    async def found() -> bool:
        holders[:] = [server for server in d.workers if await holds_lease(server)]
        return bool(holders)

    await until("a worker took the lease", found)
    await asyncio.gather(*(server.start() for server in d.apis))
    return holders[0]


@contextmanager
def woken_at_last(server: Server) -> Iterator[None]:
    try:
        yield
    finally:
        server.resume()


async def test_f11_hung_while_it_holds_the_lease_and_sweeps(d: Deployment):
    holder = await worker_that_sweeps(d)
    others = [server for server in d.servers if server is not holder]
    async with load(d, due_seconds=1) as load_:
        # What comes due is over: the holder publishes nothing but what it sweeps up.
        await asyncio.sleep(max(0.0, (load_.all_due_at - now()).total_seconds()) + 1)
        holder.arm("after_publish", "stop")
        with woken_at_last(holder):
            # This one leaves an event that nobody has published.
            d.apis[1].arm("after_commit", "kill")
            await until_passed(d.apis[1], "after_commit")
            await until_passed(holder, "after_publish")
            await start_again(d.apis[1])

            async def taken_over() -> bool:
                return any([await holds_lease(server) for server in others])

            await until("another took the lease", taken_over, TAKEN_OVER_SECONDS)
            # It sweeps up what the other had published, and could not note.
            await d.until(WAITING, lambda rows: rows == [(0,)], TAKEN_OVER_SECONDS)
        await load_.until_acked(20)
        await load_.settle_and_check()

    async def refused() -> bool:
        return "relay_note_refused" in holder.log

    # The fencing number tells it, as soon as it is awake: it is not the one any more.
    await until("it may note nothing", refused)
    assert not await holds_lease(holder)


async def test_f12_hung_while_it_holds_due_reminders(d: Deployment):
    worker = d.workers[0]
    async with load(d, due_seconds=5) as load_:
        worker.arm("in_ring", "stop")
        with woken_at_last(worker):
            await until_passed(worker, "in_ring")
            # So long the database keeps what it has locked; then the other worker rings.
            await asyncio.sleep(max(0.0, (load_.all_due_at - now()).total_seconds()))
            assert await d.count(PENDING) > 0, "it held none: nothing was tested"
            await d.until(
                PENDING, lambda rows: rows == [(0,)], IDLE_IN_TRANSACTION_SECONDS + TAKEN_OVER_SECONDS
            )
        await load_.until_acked(20)
        await load_.settle_and_check()


async def test_f21_stopped_and_started_one_after_another(d: Deployment):
    async with load(d) as load_:
        for server in d.servers:
            await server.stop()
            await server.start()
            await load_.until_connected()
            await load_.until_acked(10)
        await load_.settle_and_check()
        for subscriber in load_.subscribers:
            # None is a server that is down just then: the next one is tried.
            assert subscriber.closes.keys() <= {1012, None}
            assert subscriber.closes[1012] <= len(d.apis)
        assert load_.journal.answers["unavailable"] == 0


async def test_f22_workers_come_and_go(d: Deployment):
    random_ = random.Random(22)
    async with load(d, due_seconds=15) as load_:
        for _ in range(CHANGES // 2):
            worker = random_.choice(d.workers)
            # In good order, or without a word: then the other waits for the end of its session.
            await random_.choice([worker.stop, worker.kill])()
            await worker.start()
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == {"answered"}
        await until("the group has read everything", lambda: all_is_read(d))


async def all_is_read(d: Deployment) -> bool:
    """Whether the group itself got there, and not only the sweep in its place."""
    assert d.kafka
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=d.kafka.bootstrap, group_id=CONSUMER, enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = [TopicPartition("tasks.events", number) for number in range(6)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        return all([(await consumer.committed(each) or 0) >= ends[each] for each in partitions])
    finally:
        await consumer.stop()


async def test_f26_event_loops_that_stand_still(d: Deployment):
    blocked = [d.apis[0], d.workers[0]]
    async with load(d, due_seconds=2 * BLOCK_SECONDS) as load_:
        for server in blocked:
            server.arm("loop", f"block {BLOCK_SECONDS}")
        await asyncio.gather(*(until_passed(server, "loop") for server in blocked))
        await load_.until_acked(40)
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == {"answered"}
        assert not any(subscriber.closes for subscriber in load_.subscribers), "a socket was lost"


async def test_none_of_them_met_what_nobody_expected(d: Deployment):
    """In all that was done to them here."""
    assert [line for server in d.servers for line in errors_in(server)] == []
