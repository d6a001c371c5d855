"""A database that has nothing yet, and the tools to take it from revision to revision."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from graphql_api.settings import Settings
from resolvers.database import Database
from tests.conftest import BOTH
from tests.services.postgres import make_database


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As DATABASE_URL has it."""
    if request.param == "postgresql":
        return make_database(request.getfixturevalue("postgresql_url"), f"t{uuid4().hex}")
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
async def empty(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(Settings(database_url=empty_url, data_dir=tmp_path).database)
    yield database
    await database.close()
