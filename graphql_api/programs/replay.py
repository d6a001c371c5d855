"""`python -m graphql_api replay`: rebuild users' state from the event log alone, and compare it with the tables."""

import argparse
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import orjson

from graphql_api.programs.common import complain, existing_database, say
from graphql_api.settings import Settings
from resolvers.database import Database
from resolvers.log.replay import Difference, Replayed, all_users, find_user, replay

#: sysexits.h EX_NOUSER.
EXIT_NO_USER = 67
EXIT_DIFFERENT = 1
#: Of a value, where it is for people.
SHOWN_CHARACTERS = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--user",
        metavar="EMAIL_OR_ID",
        action="append",
        help="this one only; may be given several times (all users)",
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line: of each user, and last of all together"
    )


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit status: 0 where all is the same, 1 where anything differs. Raises SettingsError, Unavailable."""
    summary = Summary()
    async with existing_database(settings) as database:
        try:
            async for user_id in _users(database, arguments.user):
                replayed = await replay(database, user_id)
                if replayed is not None:  # or it was deleted just now
                    summary.add(replayed)
                    _tell(replayed, as_json=arguments.json)
        except NoSuchUser as error:
            complain(f"taskflow: there is no user {error}.")
            return EXIT_NO_USER
    say(_json(asdict(summary)) if arguments.json else str(summary))
    return EXIT_DIFFERENT if summary.different else 0


class NoSuchUser(Exception):
    """Named as they were asked for."""


@dataclass
class Summary:
    users: int = 0
    different: int = 0
    events: int = 0
    things: int = 0
    #: Things that only events told of that are no longer kept.
    untold: int = 0

    def add(self, replayed: Replayed) -> None:
        self.users += 1
        self.different += bool(replayed.differing)
        self.events += replayed.events
        self.things += replayed.things
        self.untold += replayed.untold

    def __str__(self) -> str:
        verdict = f"{self.different} of them differ" if self.different else "log and tables agree"
        untold = (
            f" Of {self.untold} things the log no longer tells: they were not compared."
            if self.untold
            else ""
        )
        return f"{self.users} users, {self.events} events, {self.things} things: {verdict}.{untold}"


async def _users(database: Database, names: list[str] | None) -> AsyncIterator[UUID]:
    """Raises NoSuchUser, Unavailable."""
    if names is None:
        async for user_id in all_users(database):
            yield user_id
        return
    for name in names:
        async with database.read() as session:
            found = await find_user(session, name)
        if found is None:
            raise NoSuchUser(name)
        yield found


def _tell(replayed: Replayed, *, as_json: bool) -> None:
    if as_json:
        say(_json(asdict(replayed)))
        return
    verdict = f"{replayed.differing} differences" if replayed.differing else "ok"
    kept = f" ({replayed.forgotten} before them are no longer kept)" if replayed.forgotten else ""
    untold = f" ({replayed.untold} of them not compared)" if replayed.untold else ""
    say(
        f"{replayed.email} {replayed.user_id}: "
        f"{replayed.events} events{kept}, {replayed.things} things{untold}: {verdict}"
    )
    for difference in replayed.differences:
        say(f"  {_in_words(difference)}")
    if more := replayed.differing - len(replayed.differences):
        say(f"  and {more} more")


def _in_words(difference: Difference) -> str:
    log, tables = (
        "nothing" if value is None and not difference.field else _short(value)
        for value in (difference.log, difference.tables)
    )
    where = f"{difference.thing} {difference.field}".rstrip()
    return f"{where}: the log has {log}, the tables {tables}"


def _short(value: Any) -> str:
    text = _json(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _json(value: Any) -> str:
    # The driver's ids are of a class of its own.
    return orjson.dumps(value, default=str).decode()
