import pytest

from resolvers.database import Database
from tests.resolvers.life import Life


@pytest.fixture
async def life(database: Database) -> Life:
    life = Life(database)
    await life.begin()
    return life
