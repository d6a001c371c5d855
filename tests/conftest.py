"""What many tests share: a database of each kind, and a running server on each."""

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from resolvers import passwords
from resolvers.database import Database
from tests.deploy.topology import KINDS
from tests.services.kafka import Kafka
from tests.services.postgres import make_database, postgresql
from tests.support.client import Api
from tests.support.server import Server

#: Everything that touches a database runs on both; PostgreSQL with `make test-services`.
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--topology",
        choices=KINDS,
        help="run the browser tests against compose.yaml's processes: events straight to Kafka, through Dapr, or to a "
        "Kafka that asks for TLS and a password",
    )


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """One broker for all tests that neither stop it nor look at what is not theirs."""
    with Kafka() as broker:
        yield broker


@pytest.fixture(scope="session", params=BOTH)
def shared_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One server for all tests that neither stop it nor look at what is not theirs."""
    environment = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        environment["DATABASE_URL"] = make_database(url, f"t{uuid4().hex}")
    server = Server(tmp_path_factory.mktemp("server"), **environment)
    server.start_now()
    yield server
    server.end_now(signal.SIGKILL)


@pytest.fixture(scope="session")
def limited_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One with the rates and counts of the product. It believes what is said of addresses, so each test has its own."""
    server = Server(tmp_path_factory.mktemp("limited"), RATE_LIMIT="on")
    server.start_now()
    yield server
    server.end_now(signal.SIGKILL)


@pytest.fixture(autouse=True)
def own_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has waited for one has bound it to an event loop, and each test has a loop of its own."""
    monkeypatch.setattr(
        passwords, "turns", passwords.Turns(passwords.HASHES_AT_ONCE, passwords.HASHES_WAITING)
    )


@pytest.fixture(params=BOTH)
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database in this release's form."""
    if request.param == "postgresql":
        url = make_database(request.getfixturevalue("postgresql_url"), f"t{uuid4().hex}")
    else:
        url = f"sqlite:///{tmp_path / 'taskflow.db'}"
    database = Database(Settings(database_url=url, data_dir=tmp_path).database)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def ana(shared_server: Server) -> AsyncIterator[Api]:
    async with Api(shared_server.url) as api:
        await api.sign_up(name="Ana", timeZone="Europe/Vienna")
        yield api


@pytest.fixture
async def ben(shared_server: Server) -> AsyncIterator[Api]:
    async with Api(shared_server.url) as api:
        await api.sign_up(name="Ben", timeZone="America/New_York")
        yield api
