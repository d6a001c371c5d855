import pytest

from resolvers.database import Database
from tests.jobs.people import Hands, People


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def hands(database: Database) -> Hands:
    """The database's clock from here on."""
    database.clock = hands = Hands()
    return hands
