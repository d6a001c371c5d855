"""Pages by keyset: a cursor holds the values that its row sorts by, so pages stay right while rows come and go."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.errors import Invalid

FIRST = range(1, 101)


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """edges  each row with the cursor of its place"""

    edges: list[tuple[str, Row]]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Key:
    """One column to sort by. Where it can be null, nulls come last."""

    column: sa.SQLColumnExpression[Any]
    read: type = str
    descending: bool = False
    nullable: bool = False


def checked_first(first: int) -> int:
    if first not in FIRST:
        raise Invalid(f"`first` goes from {FIRST[0]} to {FIRST[-1]}.", "first")
    return first


async def read_page[Row](
    session: AsyncSession,
    statement: sa.Select[Row],
    name: str,
    keys: Sequence[Key],
    first: int,
    after: str | None,
) -> Page[Row]:
    """The `first` rows of `statement` after the cursor, sorted by `keys`, of which the last tells rows apart.

    name  the order's own, so that a cursor of another order is refused
    Raises Invalid with the field `first` or `after`.
    """
    checked_first(first)
    if after is not None:
        statement = statement.where(_after(keys, _decode(after, name, keys)))
    for key in keys:
        by: sa.ColumnElement[Any] = key.column.desc() if key.descending else key.column.asc()
        # In these words both databases take the order from an index.
        statement = statement.order_by(by.nulls_last() if key.nullable else by)
    found = await session.execute(statement.add_columns(*(key.column for key in keys)).limit(first + 1))
    rows = found.all()
    edges = [(_encode(name, row[1:]), row[0]) for row in rows[:first]]
    return Page(edges, len(rows) > first, after is not None)


def _after(keys: Sequence[Key], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Rows behind the one with these values: behind in the first key, or equal there and behind in the rest."""
    key, value = keys[0], values[0]
    if value is None:
        # Among the nulls, which come last, only the rest of the keys decides.
        behind: sa.ColumnElement[bool] = sa.false()
        equal: sa.ColumnElement[bool] = key.column.is_(None)
    else:
        behind = key.column < value if key.descending else key.column > value
        if key.nullable:
            behind = behind | key.column.is_(None)
        equal = key.column == value
    if len(keys) == 1:
        return behind
    further = behind | (equal & _after(keys[1:], values[1:]))
    if key.nullable:
        return further
    # Says nothing new, but an index can begin here: an OR alone makes it read all that was on earlier pages.
    here: sa.ColumnElement[bool] = key.column <= value if key.descending else key.column >= value
    return here & further


def _encode(name: str, values: Sequence[Any]) -> str:
    # The PostgreSQL driver has a UUID type of its own, which only `str` knows.
    return urlsafe_b64encode(orjson.dumps([name, *values], default=str)).rstrip(b"=").decode()


def _decode(cursor: str, name: str, keys: Sequence[Key]) -> list[Any]:
    try:
        decoded = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(decoded, list) or decoded[0] != name or len(decoded) != len(keys) + 1:
            raise ValueError(name)
        return [_read(key, value) for key, value in zip(keys, decoded[1:], strict=True)]
    except (ValueError, TypeError, IndexError, OverflowError):
        raise Invalid("This cursor does not belong to this list and order.", "after") from None


def _read(key: Key, value: Any) -> Any:
    if value is None:
        if not key.nullable:
            raise ValueError("null")
        return None
    if key.read is int:
        if type(value) is not int or not -(2**15) <= value < 2**15:  # as far as a SMALLINT goes
            raise ValueError("no number")
        return value
    if not isinstance(value, str) or "\x00" in value or not value.isprintable():
        raise ValueError("no text")
    if key.read is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("no instant")
        return instant.astimezone(UTC)
    if key.read is date:
        return date.fromisoformat(value)
    return UUID(value) if key.read is UUID else value
