"""Brings the database to this release's form.

Safe to run from several processes at once: one migrates, the others wait.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection

from resolvers.database import (
    IDLE_IN_TRANSACTION_SECONDS,
    SQLITE_BUSY_MILLISECONDS,
    Database,
    outages_as_unavailable,
    postgresql_engine,
)

log = structlog.get_logger()

ROOT = Path(__file__).resolve().parents[1]
#: Any number that nothing else on the database uses as an advisory lock.
MIGRATION_LOCK = 0x7A5C_F10E
SQLITE_WAIT_MILLISECONDS = 60_000


def alembic_config(connection: sa.Connection) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade (or, given an older `revision`, downgrade) the schema: all of the way, or not at all.

    A database that a newer release migrated is left as it is: the release before can live with that, and is what
    people go back to. Raises Unavailable where it does not answer.
    """
    async with outages_as_unavailable(), connect(database) as connection, connection.begin():
        await connection.run_sync(lambda sync: move(sync, revision))


def move(connection: sa.Connection, revision: str) -> None:
    """As `migrate`, in a transaction of the caller's."""
    if connection.dialect.name == "postgresql":
        # Held to the end of the transaction, so that it also works behind a transaction pooler.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    config = alembic_config(connection)
    current = revision_of(connection)
    known = known_revisions(connection)
    if current is not None and current not in known:
        log.warning(
            "database_is_newer", revision=current, reason="nothing to migrate: this release goes on with it"
        )
        return
    if revision == "base" or (
        revision in known and current in known and known.index(revision) > known.index(current)
    ):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
    if revision_of(connection) != current:
        check_references(connection)


def check_references(connection: sa.Connection) -> None:
    """Where SQLite was told not to look at them."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("there would be references to rows that are not there")


def revision_of(connection: sa.Connection) -> str | None:
    """None where there is nothing yet."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions(connection: sa.Connection) -> list[str]:
    """This release's, the newest first."""
    scripts = ScriptDirectory.from_config(alembic_config(connection))
    return [script.revision for script in scripts.walk_revisions()]


@asynccontextmanager
async def connect(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection whose statements may do and take what a migration needs."""
    if not database.is_sqlite:
        # A statement may take its time: an index on a large table does, and so does waiting for it.
        engine = postgresql_engine(
            database.url,
            "taskflow migrate",
            {"idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_SECONDS * 1000)},
            poolclass=sa.NullPool,
        )
        async with engine.connect() as connection:
            yield connection
        return
    async with database.writer.connect() as connection:
        # SQLite alters a table by putting a copy in its place. Dropping the old one would take along all rows that
        # refer to it, so nobody looks meanwhile. Inside a transaction this setting can't be changed.
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute("PRAGMA foreign_keys=OFF")
        # Others may be migrating, which takes longer than any request.
        await raw.execute(f"PRAGMA busy_timeout={SQLITE_WAIT_MILLISECONDS}")
        try:
            yield connection
        finally:
            await raw.execute("PRAGMA foreign_keys=ON")
            await raw.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MILLISECONDS}")


async def is_served_by_this_release(database: Database) -> bool:
    """Whether the database has every migration of this release. It may have those of the next, which this one can live
    with: so old processes serve on while new ones take their places, and again when those are taken back.
    """

    def read(connection: sa.Connection) -> tuple[str | None, list[str]]:
        return revision_of(connection), known_revisions(connection)

    async with database.reader.connect() as connection:
        revision, known = await connection.run_sync(read)
    return revision is not None and (revision == known[0] or revision not in known)
