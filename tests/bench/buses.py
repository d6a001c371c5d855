"""What each bus adds to the way of a change to another process, and how many events a second go through Kafka."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.bounded import run
from tests.bench.buses_report import Way, flows_table, sync_table, topic_table
from tests.bench.deployed import OTHERS, Replicas, replicas, settle
from tests.bench.post import BenchFailed
from tests.bench.scenarios import sync
from tests.bench.throughput import climb
from tests.bench.topic import to_topic
from tests.support.deployment import DAPR, KAFKA, KAFKA_REDIS, POSTGRESQL, Shape

#: The first is what the others are compared with. With their names short enough for a column.
SHAPES = (
    replace(POSTGRESQL, name="one process"),
    replace(KAFKA, name="Kafka", workers=1),
    replace(KAFKA_REDIS, name="Kafka + Redis", workers=1),
    replace(DAPR, name="Dapr", workers=1),
)
RATE, USERS, ROUNDS = 50.0, 20, 2
TOPIC_EVENTS = 300
#: Users, with one device each.
AUDIENCE = 100
#: Events a second, each for some time. Beyond them it goes on until a rate is not kept.
RATES, BEYOND = (250.0, 500.0, 1000.0), (1500.0, 2000.0, 3000.0)
SECONDS = 10.0
#: Of each deployment, beside what is asked for.
LIMIT_SECONDS = 300
DIRECT = "taskflow_dapr_direct_total"


def measure(folder: Path, seconds: float) -> str:
    """seconds: how long the last of RATES is held."""
    load_before = os.getloadavg()[0]
    ways = [_measured(shape, folder / str(n), seconds) for n, shape in enumerate(SHAPES)]
    return "\n".join(["", *_heading(load_before), *_tables(ways)])


def _measured(shape: Shape, folder: Path, seconds: float) -> Way:
    way = Way(shape.name)
    try:
        with replicas(shape, folder, AUDIENCE if shape.bus == "kafka" else USERS) as target:
            _measure(way, target, seconds)
    except pytest.skip.Exception as skipped:
        way.skipped = str(skipped)
    return way


def _measure(way: Way, target: Replicas, seconds: float) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS + seconds
    kafka = target.deployment.kafka
    run(settle(target), deadline)
    direct = target.count(DIRECT)
    for turn in range(ROUNDS):
        _say(way, f"mutation to other device, {turn + 1}/{ROUNDS}")
        before, begin = target.used()[OTHERS], time.monotonic()
        run(sync(target, way.sync, RATE, USERS), deadline)
        way.others.append((target.used()[OTHERS] - before) / (time.monotonic() - begin))
    if kafka is not None:
        _say(way, "mutation to topic")
        way.topic = run(to_topic(target, kafka.bootstrap, RATE, USERS, TOPIC_EVENTS), deadline)
    if target.count(DIRECT) != direct:
        raise BenchFailed("events went past the sidecar")
    if target.deployment.shape.bus == "kafka":
        _say(way, "events at a rate")
        rates = [(rate, seconds if rate == RATES[-1] else SECONDS) for rate in RATES]
        way.flows = run(climb(target, rates, BEYOND), deadline)


def _heading(load_before: float) -> list[str]:
    machine = f"{os.cpu_count()} cores shared by all, load average {load_before:.1f} before"
    return [
        "Buses: TaskFlow on PostgreSQL (without fsync). One process, on the memory bus; else two API processes and a",
        f"worker, each with a sidecar where it is Dapr. Loopback, {machine}.",
    ]


def _tables(ways: list[Way]) -> Iterator[str]:
    yield from (f"Not on {way.name}: {way.skipped}." for way in ways if way.skipped)
    ways = [way for way in ways if not way.skipped]
    if ways:
        yield ""
        yield f"mutation at one process to a device at the other, {RATE:.0f}/s, {2 * USERS} sockets"
        yield from sync_table(ways)
    if with_topic := [way for way in ways if way.topic]:
        yield ""
        yield f"a change on the topic, from its answer, {RATE:.0f}/s (below 0: it came first)"
        yield from topic_table(with_topic)
    for way in ways:
        if way.flows:
            yield ""
            yield f"events through {way.name} to {AUDIENCE} sockets at two processes, written by a third"
            yield from flows_table(way.flows)


def _say(way: Way, what: str) -> None:
    print(f"{way.name}: {what}", file=sys.stderr, flush=True)
