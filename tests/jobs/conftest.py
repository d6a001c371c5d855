import pytest

from jobs import retries as retries_module
from resolvers.database import Database
from tests.jobs.journal import World
from tests.jobs.office import Office
from tests.jobs.people import Hands, People


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def hands(database: Database) -> Hands:
    """The database's clock from here on."""
    database.clock = hands = Hands()
    return hands


@pytest.fixture
def office(database: Database, hands: Hands) -> Office:
    return Office(database, hands)


@pytest.fixture
async def world(database: Database) -> World:
    world = World(database)
    await world.make_table()
    return world


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again in the same order of times, but sooner."""
    monkeypatch.setattr(retries_module, "FIRST_REST_SECONDS", 0.01)
