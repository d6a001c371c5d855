"""compose.yaml's one door: one of the APIs behind it dies, and whoever was there goes on at the other."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import async_playwright, expect

from tests.deploy.front import Front, loopback_addresses
from tests.deploy.topology import Services, Topology
from tests.e2e.app import BACK_MS, Window, api_of
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.support.client import Api, GraphQLFailed
from tests.support.replica import Replica, comparable
from tests.support.server import Server
from tests.support.subscriber import Subscriber

pytestmark = pytest.mark.deploy

METRICS = {"METRICS_TOKEN": "of this test alone"}
SUBSCRIBERS = 6
WRITTEN_MEANWHILE = 20
#: Of a closed socket and a connection that is refused: nobody waits for a time to run out.
BACK_SECONDS = 30
EVENTS_AFTER = """
query ($after: Cursor) {
  events(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Topology, Front]]:
    folder = tmp_path_factory.mktemp("front")
    hosts = loopback_addresses(2)
    front = Front(folder, hosts)
    with Services("kafka") as services:
        door = {"PUBLIC_URL": front.url, "CORS_ORIGINS": front.url, "RATE_LIMIT": "off"}
        topology = Topology(services, folder, hosts=hosts, **METRICS, **door)
        try:
            topology.open()
            front.open()
            yield topology, front
        finally:
            front.end(signal.SIGKILL)
            topology.end()


async def sockets(server: Server) -> int:
    """How many it has open."""
    bearer = {"Authorization": f"Bearer {METRICS['METRICS_TOKEN']}"}
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, headers=bearer) as http:
        lines = (await http.get("/metrics")).text.splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith("taskflow_sockets_open "))


async def told_after(api: Api, cursor: str) -> list[str]:
    """The ids of all events since."""
    ids: list[str] = []
    while True:
        page = (await api.run(EVENTS_AFTER, after=cursor))["events"]
        ids += [node["id"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return ids


class Writer:
    """A script that asks again until it is answered, under the same id."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.titles: list[str] = []

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._write(f"Task {len(self.titles)}")
            await asyncio.sleep(0.05)

    async def _write(self, title: str) -> None:
        id_ = str(uuid4())
        while True:
            with suppress(httpx.TransportError, GraphQLFailed, ValueError):
                payload = await self.api.mutate(
                    "createTask", "task { id } errors { code }", id=id_, title=title
                )
                assert payload["errors"] == []
                self.titles.append(title)
                return
            await asyncio.sleep(0.1)


async def until(what: str, holds: Callable[[], bool], changed: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(BACK_SECONDS):
            while not holds():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        raise AssertionError(f"not within {BACK_SECONDS} s: {what}") from None


async def test_windows_and_scripts_go_on_at_the_other_one_and_miss_nothing(
    deployed: tuple[Topology, Front],
):
    topology, front = deployed
    changed = asyncio.Event()
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.push_async_callback(browser.close)
        window = await Window.open(browser, front.url)
        await window.sign_up()
        await window.page.set_viewport_size({"width": 1280, "height": 10_000})
        api = await api_of(window, front.url)
        stack.push_async_callback(api.http.aclose)
        replica = await Replica.load(api)
        subscribers = [
            Subscriber([front.url], api.user_id, api.token or "", await Replica.load(api), changed)
            for _ in range(SUBSCRIBERS)
        ]
        writer = Writer(api)
        running = [asyncio.create_task(each.run()) for each in (writer, *subscribers)]
        try:
            await until("all watch", lambda: all(each.connected for each in subscribers), changed)
            lost = 0
            for _ in topology.apis:
                counts = [await sockets(server) for server in topology.apis]
                assert sum(counts) >= SUBSCRIBERS + 1, counts
                victim = max(zip(counts, topology.apis, strict=True), key=lambda each: each[0])[1]
                before = len(writer.titles)
                await victim.kill()
                lost += max(counts)
                enough = before + WRITTEN_MEANWHILE
                await until(
                    "all hear what is written at the other one",
                    lambda: all(len(each.heard) >= enough for each in subscribers),  # noqa: B023
                    changed,
                )
                await expect(window.row(f"Task {before + WRITTEN_MEANWHILE - 1}")).to_have_count(
                    1, timeout=BACK_MS
                )
                await window.is_live()
                await victim.start()
            running[0].cancel()
            await asyncio.gather(running[0], return_exceptions=True)
            await window.add("by the window")
            await expect(window.connection).to_have_attribute("data-waiting", "0", timeout=BACK_MS)
            events = await told_after(api, replica.cursor)
            await until(
                "all have heard everything",
                lambda: all(len(each.heard) >= len(events) for each in subscribers),
                changed,
            )
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        # In order, each once, whichever API told it; nobody was told to load anew.
        for each in subscribers:
            assert [heard.id for heard in each.heard] == events
            assert each.errors == []
        assert sum(sum(each.closes.values()) for each in subscribers) >= lost - 2
        fresh = comparable((await Replica.load(api)).state)
        assert [comparable(each.replica.state) for each in subscribers] == [fresh] * SUBSCRIBERS
        titles = {task["title"] for task in fresh["task"].values()}
        assert {*writer.titles, "by the window"} <= titles
        await expect(window.rows).to_have_count(len(titles))
