"""Whether the database can be had at all: asked before anything is served, so that the answer is a sentence."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import sqlalchemy as sa

from graphql_api.embedded import DatabaseLock
from graphql_api.settings import Settings, SettingsError
from resolvers.database import Database, outages_as_unavailable

#: By the beginning of SQLite's name of the error.
_SQLITE_FAULTS = {
    "SQLITE_NOTADB": "is not an SQLite database",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_CANTOPEN": "can't be opened",
    "SQLITE_READONLY": "can't be written",
    "SQLITE_PERM": "can't be opened",
}
#: By the beginning of the SQLSTATE.
_POSTGRESQL_FAULTS = {
    "28": "the server refuses this user or password",
    "3D000": "the server has no such database",
    "42501": "the user may not do what is needed there",
}


def database_variable(settings: Settings) -> str:
    """The setting that says where the database is."""
    return "DATABASE_URL" if settings.database_url else "DATA_DIR"


async def check_database(settings: Settings) -> None:
    """Connect once, and change nothing in it. Raises SettingsError, Unavailable."""
    if _awaits_first_start(settings):
        return
    database = Database(settings.database)
    try:
        async with faults_named(settings), database.reader.connect() as connection:
            await connection.execute(sa.select(1))
    finally:
        await database.close()


def _awaits_first_start(settings: Settings) -> bool:
    """Whether it is a SQLite file still to be made, in a folder that can be used. Raises SettingsError."""
    if not is_missing_file(settings.database):
        return False
    DatabaseLock(Path(settings.database.database or ""), database_variable(settings))
    return True


def is_missing_file(url: sa.URL) -> bool:
    """Whether it is a SQLite file that is not there: opening it would make one."""
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


@asynccontextmanager
async def faults_named(settings: Settings) -> AsyncIterator[None]:
    """Raises SettingsError where a setting is why the database can't be had, Unavailable where it is away."""
    try:
        async with outages_as_unavailable():
            yield
    except Exception as error:
        if (fault := _fault(settings, error) or _fault(settings, error.__cause__)) is None:
            raise
        raise SettingsError(f"{database_variable(settings)}: {fault}") from None


def _fault(settings: Settings, error: BaseException | None) -> str | None:
    """What is wrong with the database's address, in words, where that is what the error is about."""
    original = getattr(error, "orig", None) or error
    if name := getattr(original, "sqlite_errorname", None):
        for beginning, words in _SQLITE_FAULTS.items():
            if name.startswith(beginning):
                return f"{settings.database.database} {words}"
    if state := getattr(original, "sqlstate", None):
        for beginning, words in _POSTGRESQL_FAULTS.items():
            if state.startswith(beginning):
                return words
    if isinstance(original, asyncpg.exceptions.ClientConfigurationError):
        return str(original)
    return None
