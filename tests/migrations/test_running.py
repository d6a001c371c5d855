"""Migrating as it is done: by the program, by several at once, by an older release, and where it goes wrong."""

import asyncio
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from graphql_api import migrate as migrating
from graphql_api.migrate import migrate
from resolvers import database as databases
from resolvers.database import Database
from tests.migrations.catalog import OWN, is_current, put_rows, read_catalog, read_rows
from tests.support.client import Api
from tests.support.server import ROOT, Server

DEADLINE_SECONDS = 60
REVISION = '''"""A revision of this test alone."""

import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = {newest!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes this process a release with one revision more, which does what it is told; returns the one before it."""

    def release(upgrade: str, downgrade: str = "pass") -> str:
        root = tmp_path / "next release"
        shutil.copytree(ROOT / "migrations", root / "migrations")
        shutil.copy(ROOT / "alembic.ini", root)
        newest = ScriptDirectory(str(root / "migrations")).get_current_head()
        text = REVISION.format(newest=newest, upgrade=upgrade, downgrade=downgrade)
        (root / "migrations/versions/next.py").write_text(text)
        monkeypatch.setattr(migrating, "ROOT", root)
        assert newest is not None
        return newest

    return release


async def program(url: str, data_dir: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Exit status, stdout and stderr of `python -m graphql_api …`, as a user would call it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "graphql_api",
        *arguments,
        cwd=ROOT,
        env={"DATABASE_URL": url, "DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_SECONDS):
        said, complained = await process.communicate()
    return process.returncode, said.decode(), complained.decode()


async def test_the_program_migrates_and_says_so_and_again_does_no_harm(
    empty: Database, empty_url: str, tmp_path: Path
):
    for _ in range(2):
        answer = await program(empty_url, tmp_path, "migrate")
        assert answer == (0, "The database is ready for this release.\n", "")
        assert await is_current(empty)


async def test_of_several_programs_at_once_one_migrates_and_all_succeed(
    empty: Database, empty_url: str, tmp_path: Path
):
    # A SQLite file belongs to one process, and whoever comes second is told so; none leaves it half done.
    expected = {0, 78} if empty.is_sqlite else {0}
    answers = await asyncio.gather(*(program(empty_url, tmp_path, "migrate") for _ in range(4)))
    assert {status for status, _, _ in answers} <= expected, answers
    assert 0 in {status for status, _, _ in answers}
    assert not [complained for _, _, complained in answers if "Traceback" in complained]
    assert await is_current(empty)


async def test_of_several_connections_at_once_one_migrates_and_the_others_wait(empty: Database):
    others = [Database(empty.url) for _ in range(4)]
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await asyncio.gather(*(migrate(database) for database in [empty, *others]))
    finally:
        for database in others:
            await database.close()
    async with empty.reader.connect() as connection:
        found = await connection.execute(sa.text(f"SELECT version_num FROM {OWN}"))
        assert len(found.all()) == 1
    assert await is_current(empty)


async def test_the_release_before_goes_on_with_what_a_newer_one_migrated(
    empty: Database, empty_url: str, tmp_path: Path
):
    """Going back to it is starting it, however it is started."""
    await migrate(empty)
    await put_rows(empty)
    async with empty.writer.begin() as connection:
        await connection.execute(sa.text(f"UPDATE {OWN} SET version_num = '9999'"))
    before = await read_catalog(empty), await read_rows(empty)
    status, said, logged = await program(empty_url, tmp_path, "migrate")
    assert (status, said) == (0, "The database is ready for this release.\n")
    assert "database_is_newer" in logged
    assert "9999" in logged
    assert (await read_catalog(empty), await read_rows(empty)) == before
    assert (await program(empty_url, tmp_path, "dlq", "list"))[0] == 0
    for migrate_first in (False, True):
        server = Server(tmp_path, migrate=migrate_first, DATABASE_URL=empty_url)
        await server.start()
        async with Api(server.url) as api:
            await api.sign_up()
            await api.mutate("createTask", "task { id }", title="x")
        await server.stop()
    async with empty.reader.connect() as connection:
        assert await connection.scalar(sa.text(f"SELECT version_num FROM {OWN}")) == "9999"
    assert await read_catalog(empty) == before[0]


async def test_what_goes_wrong_half_way_leaves_everything_as_it_was(empty: Database, next_release: Any):
    await migrate(empty)
    await put_rows(empty)
    before = await read_catalog(empty), await read_rows(empty)
    next_release(
        "op.create_table('half', sa.Column('id', sa.Integer())); op.execute('DELETE FROM task_labels'); "
        "op.execute('SELECT nonsense FROM nowhere')"
    )
    with pytest.raises(sa.exc.DBAPIError):
        await migrate(empty)
    assert not await is_current(empty)
    assert (await read_catalog(empty), await read_rows(empty)) == before


async def test_a_table_that_is_made_anew_keeps_all_that_refers_to_it(empty: Database, next_release: Any):
    """SQLite alters by copying, and the old table is dropped: what refers to it must not go along."""
    await migrate(empty)
    await put_rows(empty)
    before = await read_rows(empty)
    alter = "with op.batch_alter_table('users') as users: users.alter_column('name', nullable={})"
    newest = next_release(alter.format(True), alter.format(False))
    await migrate(empty)
    assert await read_rows(empty) == before
    await migrate(empty, newest)
    assert await read_rows(empty) == before
    # And references are kept again from here on.
    async with empty.writer.begin() as connection:
        with pytest.raises(sa.exc.IntegrityError):
            await connection.execute(
                sa.text("INSERT INTO task_labels (task_id, label_id) VALUES (:id, :id)"),
                {"id": "0" * 32 if empty.is_sqlite else "00000000-0000-0000-0000-000000000000"},
            )


async def test_a_migration_may_take_longer_than_any_other_statement(
    empty: Database, next_release: Any, monkeypatch: pytest.MonkeyPatch
):
    """And so may whoever waits for it."""
    monkeypatch.setattr(databases, "STATEMENT_TIMEOUT_SECONDS", 0.3)
    slow = "op.execute('SELECT pg_sleep(0.6)')" if not empty.is_sqlite else "pass"
    next_release(slow)
    hurried = [Database(empty.url) for _ in range(2)]
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await asyncio.gather(*(migrate(database) for database in hurried))
    finally:
        for database in hurried:
            await database.close()
    assert await is_current(empty)


async def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"postgresql://app@127.0.0.1:{nobody.getsockname()[1]}/taskflow"
        answer = await program(url, tmp_path, "migrate")
    assert answer == (69, "", "taskflow: the database that DATABASE_URL names does not answer.\n")


async def test_a_migration_that_would_leave_loose_references_is_not_kept(empty: Database, next_release: Any):
    await migrate(empty)
    await put_rows(empty)
    before = await read_rows(empty)
    next_release(
        "op.execute('DELETE FROM users')" if empty.is_sqlite else "op.execute('DELETE FROM nowhere')"
    )
    with pytest.raises((RuntimeError, sa.exc.DBAPIError)):
        await migrate(empty)
    assert await read_rows(empty) == before


async def test_a_server_starts_on_what_an_earlier_one_left(empty_url: str, tmp_path: Path):
    server = Server(tmp_path / "server", DATABASE_URL=empty_url)
    await server.start()
    async with Api(server.url) as api:
        await api.sign_up()
        await api.mutate("createTask", "task { id }", title="x")
        await server.stop()
        await server.start()
        again = Api(server.url, api.token)
        assert (await again.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 1
        await again.http.aclose()
    await server.stop()
