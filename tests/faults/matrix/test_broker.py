"""The broker dies, forgets, hangs, loses its answers, or can't be reached by one of the processes."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from tests.support.client import DEADLINE_SECONDS, Api
from tests.support.deployment import KAFKA, Deployment, deployment
from tests.support.load import Load, load, p95

pytestmark = pytest.mark.services

AWAY_SECONDS = 10.0
#: Longer than a publishing is waited for.
HUNG_SECONDS = 12.0
#: Between processes: the poll of the log, a publishing that it may wait for, and the machine's own slowness.
BRIDGED_SECONDS = 7.0
#: Within a process, whatever the bus does.
LIVE_SECONDS = 1.0
FAULTLESS = {"answered"}
CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { errors { code } } }"
WAITING = "SELECT count(*) FROM event_log WHERE user_id = '{}' AND published_at IS NULL"


def check_live(load_: Load, since: float, until: float) -> None:
    """Between those instants no request failed, and everybody saw everything."""
    assert load_.journal.answers.keys() == FAULTLESS
    own, all_ = load_.lags(since, until, same_process=True), load_.lags(since, until)
    print(f"meanwhile: {p95(own):.3f} s (p95) in the same process, {max(all_):.2f} s (max) in others")
    assert p95(own) < LIVE_SECONDS
    assert max(all_) < BRIDGED_SECONDS


async def check_backlog(d: Deployment) -> None:
    """Or the fault did nothing."""
    backlog = await d.count("SELECT count(*) FROM event_log WHERE published_at IS NULL")
    print(f"{backlog} events wait")
    assert backlog > 0


async def test_f01_killed_and_started_again(tmp_path: Path):
    async with deployment(KAFKA, tmp_path) as d, load(d) as load_:
        assert d.kafka
        since = time.monotonic()
        await d.kafka.kill()
        await asyncio.sleep(AWAY_SECONDS)
        await check_backlog(d)
        until = time.monotonic()
        await d.kafka.start()
        await load_.until_acked(40)
        await load_.settle_and_check()
        check_live(load_, since, until)


async def test_f02_started_again_without_its_data(tmp_path: Path):
    async with deployment(KAFKA, tmp_path) as d, load(d) as load_, Api(d.apis[0].url) as quiet:
        assert d.kafka
        await asyncio.gather(*(worker.kill() for worker in d.workers))
        # Of this user nothing more is heard: what the broker forgets of theirs only a search of the log finds.
        await quiet.sign_up()
        await quiet.run(CREATE, input={"title": "published, and forgotten"})
        await d.until(WAITING.format(quiet.user_id), lambda rows: rows == [(0,)])
        await d.kafka.kill()
        d.kafka.wipe()
        await load_.until_acked(40)
        await d.kafka.start()
        await asyncio.gather(*(worker.start() for worker in d.workers))
        await load_.until_acked(40)
        await load_.settle_and_check()
        assert load_.journal.answers.keys() == FAULTLESS


async def test_f03_hung_and_woken(tmp_path: Path):
    async with deployment(KAFKA, tmp_path) as d, load(d) as load_:
        assert d.kafka
        since = time.monotonic()
        d.kafka.pause()
        await asyncio.sleep(HUNG_SECONDS)
        await check_backlog(d)
        until = time.monotonic()
        d.kafka.resume()
        await load_.until_acked(40)
        await load_.settle_and_check()
        check_live(load_, since, until)


async def test_f04_takes_messages_and_its_answers_are_lost(tmp_path: Path):
    async with deployment(KAFKA, tmp_path, proxied=["kafka"]) as d, load(d) as load_:
        for proxy in d.proxies["kafka"]:
            proxy.lose_replies()
        await asyncio.sleep(HUNG_SECONDS)
        for proxy in d.proxies["kafka"]:
            proxy.heal()
        await load_.until_acked(40)
        stored = await load_.settle_and_check()
        on_topic = await count_on_topic(d)
        print(f"{len(stored.log)} events, {on_topic} messages on the topic")
        assert on_topic > len(stored.log), "nothing was published twice: nothing was tested"


async def test_f19_out_of_reach_for_one_process(tmp_path: Path):
    async with deployment(KAFKA, tmp_path, proxied=["kafka"]) as d, load(d) as load_:
        since = time.monotonic()
        d.proxies["kafka"][0].hold()
        await asyncio.sleep(HUNG_SECONDS)
        until = time.monotonic()
        d.proxies["kafka"][0].heal()
        await load_.until_acked(40)
        await load_.settle_and_check()
        check_live(load_, since, until)


async def count_on_topic(d: Deployment) -> int:
    assert d.kafka
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=d.kafka.bootstrap)
    async with asyncio.timeout(DEADLINE_SECONDS):
        await consumer.start()
        try:
            await consumer.topics()
            consumer.subscribe(["tasks.events"])
            while not (assigned := consumer.assignment()):
                await consumer.getmany(timeout_ms=50)
            return sum((await consumer.end_offsets(assigned)).values())
        finally:
            await consumer.stop()
