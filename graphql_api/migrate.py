"""Brings the database to this release's form.

Safe to run from several processes at once: one migrates, the others wait.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from resolvers.database import Database

ROOT = Path(__file__).resolve().parents[1]
#: Any number that nothing else on the database uses as an advisory lock.
MIGRATION_LOCK = 0x7A5C_F10E


def alembic_config(connection: sa.Connection) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade (or, given an older `revision`, downgrade) the schema."""

    def run(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            # Held to the end of the transaction, so that it also works behind a transaction pooler.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        config = alembic_config(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        scripts = ScriptDirectory.from_config(config)
        known = [script.revision for script in scripts.walk_revisions()]
        if current is not None and current not in known:
            raise SystemExit(
                f"The database is at revision {current}, which this release does not know: it is newer."
            )
        if revision == "base" or (
            revision in known and current in known and known.index(revision) > known.index(current)
        ):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

    async with database.writer.begin() as connection:
        await connection.run_sync(run)


async def is_current(database: Database) -> bool:
    """Whether the database has every migration of this release."""

    def compare(connection: sa.Connection) -> bool:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
        return MigrationContext.configure(connection).get_current_revision() == scripts.get_current_head()

    async with database.reader.connect() as connection:
        return await connection.run_sync(compare)
