"""`python -m graphql_api dlq`: what could not be dealt with, to be looked at, tried again or dropped."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from uuid import UUID

import orjson

from graphql_api.effects import open_effects
from graphql_api.programs.common import complain, existing_database, say
from graphql_api.settings import Settings
from jobs.dead_letters import NoSuchLetter, NotRetried, drop, retry
from resolvers.database import Database
from resolvers.instants import instant_text
from resolvers.log.dead_letters import letter_ids, read_letter, read_letters
from resolvers.tables import DeadLetter

LIST_LETTERS = 100
COLUMNS = ("id", "when", "type", "event", "user", "attempts", "error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="show them, oldest first")
    listing.add_argument(
        "--json", action="store_true", help="one JSON object a line, with the message itself"
    )
    listing.add_argument(
        "--limit", type=_positive, default=LIST_LETTERS, help=f"at most so many ({LIST_LETTERS})"
    )
    for name, help_ in (
        ("retry", "do what the event should have brought about, now"),
        ("drop", "take them away: what they should have brought about never will be"),
    ):
        action = actions.add_parser(name, help=help_)
        which = action.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", metavar="ID", type=_id, nargs="*", default=[], help="as `list` shows it")
        which.add_argument("--all", action="store_true", help="all that are there now")


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit status: 1 where something could not be done. Raises SettingsError, Unavailable."""
    async with existing_database(settings) as database:
        if arguments.action == "list":
            return await _list(database, arguments.limit, as_json=arguments.json)
        ids = await _all(database) if arguments.all else arguments.ids
        if arguments.action == "drop":
            return await _each(ids, lambda id_: _drop(database, id_))
        # What is queued by this, the workers find.
        effects = open_effects(database, lambda: None)
        return await _each(ids, lambda id_: retry(database, effects, id_), "retried")


async def _list(database: Database, limit: int, *, as_json: bool) -> int:
    async with database.read() as session:
        letters = await read_letters(session, limit)
    rows = [_row(letter) for letter in letters]
    if as_json:
        for letter, row in zip(letters, rows, strict=True):
            more = {
                "consumer": letter.consumer,
                "published": letter.published_at and instant_text(letter.published_at),
                "body": letter.body.decode("utf-8", "replace"),
            }
            sys.stdout.write(orjson.dumps(row | more).decode() + "\n")
    elif rows:
        _say_table([dict(zip(COLUMNS, COLUMNS, strict=True)), *rows])
    else:
        say("There are no dead letters.")
    return 0


async def _all(database: Database) -> list[UUID]:
    async with database.read() as session:
        return await letter_ids(session)


async def _drop(database: Database, id_: UUID) -> None:
    async with database.read() as session:
        letter = await read_letter(session, id_)
    if letter is None:
        raise NoSuchLetter
    what = {name: value or "unknown" for name, value in _row(letter).items()}
    say(f"{id_}: event {what['event']}, type {what['type']}, user {what['user']}, {what['error']}")
    await drop(database, id_)


async def _each(ids: list[UUID], act: Callable[[UUID], Awaitable[None]], done: str = "dropped") -> int:
    status = 0
    for id_ in ids:
        try:
            await act(id_)
        except NoSuchLetter:
            complain(f"{id_}: there is no such dead letter.")
            status = 1
        except NotRetried as reason:
            complain(f"{id_}: not retried: {reason}.")
            status = 1
        else:
            say(f"{id_}: {done}.")
    if not ids:
        say("There are no dead letters.")
    return status


def _row(letter: DeadLetter) -> dict[str, str | int | None]:
    return {
        "id": str(letter.id),
        "when": instant_text(letter.created_at),
        "type": _type_of(letter.body),
        "event": None if letter.event_id is None else str(letter.event_id),
        "user": None if letter.user_id is None else str(letter.user_id),
        "attempts": letter.attempts,
        "error": letter.error,
    }


def _type_of(body: bytes) -> str | None:
    """Of whatever it is: it may be no event at all."""
    try:
        type_ = orjson.loads(body)["type"]
    except (ValueError, KeyError, TypeError):
        return None
    return type_ if isinstance(type_, str) else None


def _say_table(rows: list[dict[str, str | int | None]]) -> None:
    cells = [["-" if cell is None else str(cell) for cell in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an id, as `dlq list` shows it") from None
