"""A server as `make run` starts it, or with --topology several as Compose does, and a real browser."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.deploy.topology import Services, Topology
from tests.e2e.reach import OpenServer
from tests.support.server import Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("these tests need Chromium on PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> Iterator[Services | None]:
    """What several processes stand on, with --topology."""
    kind = request.config.getoption("topology")
    if kind is None:
        yield None
        return
    with Services(kind) as services:
        yield services


@pytest.fixture(scope="session")
def topology(
    services: Services | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Topology | None]:
    """One for all tests: everybody in it has an account of their own."""
    if services is None:
        yield None
        return
    topology = Topology(services, tmp_path_factory.mktemp("topology"), GRAPHIQL="on")
    try:
        topology.open()
        yield topology
    finally:
        topology.end()


@pytest.fixture
async def server(tmp_path: Path, topology: Topology | None) -> AsyncIterator[Server | Topology]:
    if topology is not None:
        yield topology
        await topology.start()  # what was killed and left so
        return
    server = Server(tmp_path, RATE_LIMIT="on")  # the web app must never come near
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def open_server(tmp_path: Path, services: Services | None) -> OpenServer:
    """Opens one with settings of its own, on a port that is known beforehand. Whoever opens it stops it."""

    async def open_(port: int, **environment: str) -> Server | Topology:
        if services is None:
            server = Server(tmp_path, port=port, **{"RATE_LIMIT": "on"} | environment)
            await server.start()
            return server
        topology = Topology(services, tmp_path, port=port, **environment)
        topology.open()
        return topology

    return open_
