"""What the programs beside the server have in common: a database that is there already, and words for a terminal."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from graphql_api.migrate import is_served_by_this_release
from graphql_api.reach import database_variable, faults_named, is_missing_file
from graphql_api.settings import Settings, SettingsError
from resolvers.database import Database


@asynccontextmanager
async def existing_database(settings: Settings) -> AsyncIterator[Database]:
    """Raises SettingsError where there is none that this release can use, Unavailable."""
    variable = database_variable(settings)
    if is_missing_file(settings.database):
        raise SettingsError(f"{variable}: there is no database yet")
    database = Database(settings.database)
    try:
        async with faults_named(settings):
            served = await is_served_by_this_release(database)
        if not served:
            raise SettingsError(
                f"{variable}: the database is not in this release's form; "
                "`python -m graphql_api migrate` brings it there"
            )
        yield database
    finally:
        await database.close()


def say(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")


def complain(text: str) -> None:
    sys.stderr.write(printable(text) + "\n")


def printable(text: str) -> str:
    """What comes from outside must not move the terminal's cursor."""
    return "".join(each if each.isprintable() else " " for each in text)
