"""Every revision, up and down, on an empty database and on one that is in use."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from resolvers.database import Database
from resolvers.tables import metadata
from tests.migrations.catalog import OWN, is_current, put_rows, read_catalog, read_rows, revisions
from tests.services.postgres import make_database


async def all_revisions(database: Database) -> list[str]:
    async with database.reader.connect() as connection:
        return await connection.run_sync(revisions)


async def tables(database: Database) -> set[str]:
    async with database.reader.connect() as connection:
        return set(await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())) - {OWN}


@pytest.fixture
async def modelled(
    request: pytest.FixtureRequest, empty: Database, tmp_path: Path
) -> AsyncIterator[Database]:
    """A database made from the models, without any migration."""
    if empty.is_sqlite:
        url = f"sqlite:///{tmp_path / 'modelled.db'}"
    else:
        url = make_database(request.getfixturevalue("postgresql_url"), f"t{uuid4().hex}")
    database = Database(Settings(database_url=url, data_dir=tmp_path).database)
    async with database.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()


async def test_the_migrations_make_what_the_models_say(empty: Database, modelled: Database):
    await migrate(empty)
    migrated = await read_catalog(empty)
    assert migrated
    assert migrated == await read_catalog(modelled)


async def test_alembic_would_write_no_further_migration(empty: Database):
    await migrate(empty)

    def differences(connection: sa.Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    async with empty.reader.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_positions_sort_by_bytes_whatever_the_language_of_the_server(empty: Database):
    await migrate(empty)
    ranks = ["a0", "Zz", "a0V", "B00", "zz", "a0a"]
    for table in ("tasks", "projects"):
        async with empty.writer.connect() as connection:
            await connection.execute(sa.text("CREATE TEMPORARY TABLE ranks AS SELECT position FROM " + table))
            await connection.execute(
                sa.text("INSERT INTO ranks VALUES (:rank)"), [{"rank": rank} for rank in ranks]
            )
            found = await connection.execute(sa.text("SELECT position FROM ranks ORDER BY position"))
            assert list(found.scalars()) == sorted(ranks, key=str.encode)
            await connection.rollback()
    if not empty.is_sqlite:
        columns = (await read_catalog(empty))["columns"]
        collations = {name: column[3] for name, column in columns.items() if name[1] == "position"}
        assert collations == {("tasks", "position"): "C", ("projects", "position"): "C"}


async def test_up_to_the_newest_down_to_nothing_and_up_again(empty: Database):
    assert not await is_current(empty)
    await migrate(empty)
    assert await is_current(empty)
    form = await read_catalog(empty)
    await put_rows(empty)
    await migrate(empty, "base")
    assert await tables(empty) == set()
    assert not await is_current(empty)
    await migrate(empty)
    assert await is_current(empty)
    assert await read_catalog(empty) == form


async def test_migrating_what_is_migrated_changes_nothing(empty: Database):
    await migrate(empty)
    await put_rows(empty)
    before = await read_catalog(empty), await read_rows(empty)
    await migrate(empty)
    assert (await read_catalog(empty), await read_rows(empty)) == before


async def test_each_step_up_and_down_keeps_what_is_there(empty: Database):
    """With rows in every table, each referring to another, so that a table made anew would be noticed."""
    steps = ["base", *await all_revisions(empty)]
    for before, after in pairwise(steps):
        form = await read_catalog(empty)
        rows = await read_rows(empty)
        await migrate(empty, after)
        assert_kept(rows, await read_rows(empty))
        newer_form = await read_catalog(empty)
        await put_rows(empty)
        newer_rows = await read_rows(empty)
        await migrate(empty, before)
        assert await read_catalog(empty) == form
        assert_kept(newer_rows, await read_rows(empty))
        await migrate(empty, after)
        assert await read_catalog(empty) == newer_form
        await put_rows(empty)
    assert await is_current(empty)


def assert_kept(
    before: dict[str, list[dict[str, object]]], after: dict[str, list[dict[str, object]]]
) -> None:
    """Each row of a table that is in both is there, with the values of the columns that are in both."""
    for table in before.keys() & after.keys():
        assert len(after[table]) == len(before[table]), table
        for row in before[table]:
            assert any(
                all(other.get(name, value) == value for name, value in row.items()) for other in after[table]
            )
