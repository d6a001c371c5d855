"""The process itself: its release, its loop, and what in it is queued for."""

import asyncio
import platform

from prometheus_client import Gauge, Histogram, disable_created_metrics
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from graphql_api.version import VERSION
from resolvers import passwords
from resolvers.database import Database

LAG_EVERY_SECONDS = 0.25

#: When each counter was made doubles what is kept, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]

build_info = Gauge(
    "taskflow_build_info", "Always 1; which release runs, on which Python.", ["version", "python"]
)
build_info.labels(VERSION, platform.python_version()).set(1)
loop_lag = Histogram(
    "taskflow_event_loop_lag_seconds",
    "How much later than asked for the event loop came back to a task that slept.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
tasks_gauge = Gauge("taskflow_asyncio_tasks", "Tasks of the event loop, whatever they wait for.")
connections_gauge = Gauge(
    "taskflow_database_connections_in_use", "Connections of the pool that are lent out just now.", ["pool"]
)
connections_most = Gauge("taskflow_database_connections_max", "As many as the pool lends at once.", ["pool"])
hashes_waiting = Gauge("taskflow_password_hashes_waiting", "Passwords that wait for their turn to be hashed.")
hash_seconds = Histogram(
    "taskflow_password_hash_seconds",
    "Of hashing a password: waiting for a turn, and the work.",
    ["part"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def watch_parts(database: Database) -> None:
    """Have the figures of this process tell of its parts."""
    if database.reader is database.writer:
        _watch_pool("all", database.writer)
    else:
        _watch_pool("writer", database.writer)
        _watch_pool("reader", database.reader)
    hashes_waiting.set_function(lambda: passwords.turns.waiting)
    passwords.turns.on_end = _hashed


async def watch_loop() -> None:
    """Runs until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_EVERY_SECONDS
        await asyncio.sleep(LAG_EVERY_SECONDS)
        loop_lag.observe(max(0.0, loop.time() - due))


def count_tasks() -> None:
    """Takes as long as there are many: done when somebody asks."""
    tasks_gauge.set(len(asyncio.all_tasks()))


def _watch_pool(name: str, engine: AsyncEngine) -> None:
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    connections_gauge.labels(name).set_function(pool.checkedout)
    connections_most.labels(name).set(pool.size())


def _hashed(waited: float, worked: float) -> None:
    hash_seconds.labels("wait").observe(waited)
    hash_seconds.labels("work").observe(worked)
