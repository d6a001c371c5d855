"""`python -m graphql_api backup FILE`: all that people have, as of one moment, while the server runs."""

import argparse
import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from graphql_api.migrate import revision_of
from graphql_api.programs.backup_file import Manifest, Writer, kinds_of
from graphql_api.programs.common import complain, existing_database, say
from graphql_api.settings import Settings
from graphql_api.version import VERSION
from resolvers.database import Database, outages_as_unavailable
from resolvers.tables import Lease, PasswordReset, SignInSession, metadata

#: sysexits.h EX_CANTCREAT.
EXIT_CANT_CREATE = 73
#: Of processes that run, and what signs somebody in: what was ended since the backup must not be good again.
LEFT_OUT = {table.__tablename__ for table in (Lease, SignInSession, PasswordReset)}
ROWS_AT_ONCE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="where to; a file that is there is replaced")


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Raises SettingsError, Unavailable."""
    path: Path = arguments.file
    async with existing_database(settings) as database:
        try:
            manifest, size = await back_up(database, path)
        except OSError as error:
            complain(f"taskflow: can't write {path} ({error.strerror}).")
            return EXIT_CANT_CREATE
    rows = manifest.rows
    say(f"{path}: {rows['users']} users, {rows['tasks']} tasks, {rows['event_log']} events, {size} bytes.")
    return 0


async def back_up(database: Database, path: Path) -> tuple[Manifest, int]:
    """What is in it, and its size in bytes. The file appears when all is in it and on the disk.

    Raises OSError, Unavailable.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            manifest = await _write(database, file)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too
    finally:
        os.close(folder)
    return manifest, size


async def _write(database: Database, file: IO[bytes]) -> Manifest:
    async with outages_as_unavailable(), database.reader.connect() as connection:
        if not database.is_sqlite:  # where every transaction shows one moment
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            return await connection.run_sync(lambda sync: _write_all(sync, file))


def _write_all(connection: sa.Connection, file: IO[bytes]) -> Manifest:
    revision = revision_of(connection)
    assert revision is not None
    made_at = datetime.now(UTC)
    with Writer(file) as writer:
        for table in metadata.sorted_tables:
            if table.name not in LEFT_OUT:
                writer.add(table.name, kinds_of(table), _rows(connection, table))
        return writer.finish(VERSION, revision, made_at)


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[Sequence[Any]]:
    """As they come, never all of them at once."""
    statement = sa.select(table).execution_options(yield_per=ROWS_AT_ONCE)
    for rows in connection.execute(statement).partitions():
        yield from rows
