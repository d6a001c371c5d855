"""Everything that dashboard and alerts ask Prometheus for is there, and is answered with something."""

import asyncio
import importlib
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grafana_foundation_sdk.cog.plugins as grafana_plugins
import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client import REGISTRY

from tests.observability.prometheus import DASHBOARD, Prometheus
from tests.observability.test_alerts import RULES
from tests.support.client import EVENTS, Api, open_socket
from tests.support.server import Server

BOARD: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
#: By figures that one process on SQLite has no cause to tell: something that fails, or is sent, or another bus.
MAY_BE_EMPTY = re.compile(
    "rate_limited|let_go|kafka|dapr|spawn_lateness|set_aside|due_failures|task_failures|spans_total|taskflow_delivery_|deliveries_total|socket_closes"
)
#: With what they import, all modules that count anything.
COUNTING = (
    "graphql_api.app",
    "graphql_api.doors.patience",
    "graphql_api.doors.dapr",
    "graphql_api.telemetry.tracing",
    "jobs.bus.dapr_bus",
    "jobs.bus.kafka_bus",
    "jobs.broadcast.redis_backend",
)
SECONDS = 60


def asked() -> Iterator[tuple[str, str]]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def test_grafana_knows_every_member():
    """By the types that Grafana generates from its schema: what they do not know is lost on the way."""
    grafana_plugins.register_default_plugins()
    assert list(lost(BOARD, json.loads(JSONEncoder().encode(Dashboard.from_json(BOARD))))) == []


def lost(given: Any, kept: Any, at: str = "") -> Iterator[str]:
    if isinstance(given, dict) and isinstance(kept, dict):
        for name, value in given.items():
            yield from lost(value, kept.get(name, "nothing"), f"{at}.{name}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for number, value in enumerate(given):
            yield from lost(value, kept[number], f"{at}[{number}]")
    elif given != kept:
        yield f"{at}: {given!r} became {kept!r}"


def test_panels_stand_beside_each_other():
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])


def test_every_figure_that_is_asked_for_exists():
    for module in COUNTING:
        importlib.import_module(module)
    told = {name for family in REGISTRY.collect() for name in (family.name, f"{family.name}_total")}
    told |= {f"{name}{end}" for name in set(told) for end in ("_bucket", "_sum", "_count")}
    expressions = [expression for _, expression in asked()] + [rule["expr"] for rule in RULES]
    named = {name for each in expressions for name in re.findall(r"\b(?:taskflow|process)_\w+", each)}
    assert named - told == set()
    # And the other way round: what nobody looks at is not worth its bytes.
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("taskflow_")}
    assert ours - {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in named} == set()


@pytest.mark.services
async def test_every_panel_is_answered(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    try:
        with Prometheus(tmp_path, server.url.removeprefix("http://")) as prometheus:
            load = asyncio.create_task(use(server))
            try:
                await asyncio.to_thread(look, prometheus, load)
            finally:
                load.cancel()
                await asyncio.gather(load, return_exceptions=True)
    finally:
        await server.kill()


def look(prometheus: Prometheus, load: asyncio.Task[None]) -> None:
    rules = prometheus.get("rules")["groups"][0]["rules"]
    assert [rule["name"] for rule in rules] == [rule["alert"] for rule in RULES]
    deadline = time.monotonic() + SECONDS
    empty = dict.fromkeys(expression for _, expression in asked())
    while [each for each in empty if not MAY_BE_EMPTY.search(each)] and time.monotonic() < deadline:
        assert not load.done(), load.exception()
        empty = dict.fromkeys(each for each in empty if not answers(prometheus, each))
    assert [each for each in empty if not MAY_BE_EMPTY.search(each)] == []
    # They were reckoned with real figures, and nothing is amiss.
    rules = prometheus.get("rules")["groups"][0]["rules"]
    assert {rule["health"] for rule in rules} == {"ok"}
    assert [rule["name"] for rule in rules if rule["alerts"]] == []


def answers(prometheus: Prometheus, expression: str) -> bool:
    """With a number: a quantile of nothing is none."""
    found = prometheus.value(expression.replace("$__rate_interval", "10s"))
    return any(sample["value"][1] != "NaN" for sample in found)


async def use(server: Server) -> None:
    """A little of everything, again and again."""
    async with Api(server.url) as api:
        await api.sign_up(timeZone="UTC")
        cursor = (await api.run("{ cursor }"))["cursor"]
        async with open_socket(server.url, api.token) as socket:
            await socket.subscribe(EVENTS)
            while True:
                at = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
                task = (await api.mutate("createTask", "task { id }", title="Buy milk"))["task"]
                await api.mutate("createReminder", "errors { code }", taskId=task["id"], remindAt=at)
                await api.mutate("completeTask", "errors { code }", id="nobody's")
                async with open_socket(server.url, api.token) as behind:
                    await behind.subscribe(EVENTS, after=cursor)
                    await behind.next()
                async with Api(server.url) as guest:
                    await guest.sign_up()
                await socket.next()
