"""Pages by keyset, over a table with a column of every kind that lists sort by."""

import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from resolvers.database import Database
from resolvers.errors import Invalid
from resolvers.paging import Key, Page, read_page
from resolvers.tables import Task
from resolvers.tables.columns import BytewiseText

INSTANT = sa.inspect(Task).columns["created_at"].type
#: Of its own, so that no migration is to know of it.
THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("at", INSTANT, nullable=False),
    sa.Column("maybe_at", INSTANT),
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("number", sa.SmallInteger(), nullable=False),
    sa.Column("rank", BytewiseText, nullable=False),
)
READ: dict[str, type] = {
    "at": datetime,
    "maybe_at": datetime,
    "day": date,
    "number": int,
    "rank": str,
    "id": UUID,
}
type Thing = dict[str, Any]
NOW = datetime(2026, 3, 29, 1, 0, 0, 123456, tzinfo=UTC)


def some_thing(chance: random.Random) -> Thing:
    """Few different values, so that many tie."""
    at = [NOW + timedelta(microseconds=chance.randrange(4)) for _ in range(2)]
    return {
        "id": UUID(int=chance.getrandbits(128)),
        "at": at[0],
        "maybe_at": chance.choice([None, at[1]]),
        "day": date(2026, 3, 27 + chance.randrange(3)),
        "number": chance.randrange(-2, 3),
        "rank": chance.choice(["Zz", "a0", "a0V", "az", "b00"]),
    }


@pytest.fixture
async def things(database: Database) -> list[Thing]:
    chance = random.Random(7)
    rows = [some_thing(chance) for _ in range(50)]
    async with database.writer.begin() as connection:
        await connection.run_sync(THINGS.metadata.create_all)
        await connection.execute(sa.insert(THINGS), rows)
    return rows


def keys(*names: str, descending: bool = False) -> list[Key]:
    return [Key(THINGS.c[name], READ[name], descending, nullable=name == "maybe_at") for name in names]


async def page(database: Database, by: list[Key], first: int, after: str | None) -> Page[UUID]:
    async with database.read() as session:
        return await read_page(session, sa.select(THINGS.c.id), "THINGS", by, first, after)


def place(thing: Thing, names: Sequence[str], descending: bool) -> tuple[Any, ...]:
    """Python's own order; what is null lies last either way."""
    values: list[Any] = []
    for name in names:
        values.append((thing[name] is None) != descending)
        values.append(NOW if thing[name] is None else thing[name])
    return tuple(values)


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_of_every_size_are_the_whole_list_in_order(
    database: Database, things: list[Thing], descending: bool
):
    for names in (
        ["at", "id"],
        ["maybe_at", "id"],
        ["day", "id"],
        ["number", "id"],
        ["rank", "id"],
        ["id"],
        ["number", "rank", "id"],
        ["rank", "maybe_at", "day", "id"],
        ["maybe_at", "number", "id"],
    ):
        by = keys(*names, descending=descending)
        expected = sorted(things, key=lambda thing: place(thing, names, descending), reverse=descending)
        for first in (4, 25, 49, 50, 51):
            found: list[UUID] = []
            after = None
            while True:
                got = await page(database, by, first, after)
                found += [id_ for _, id_ in got.edges]
                assert got.has_previous == (after is not None)
                assert got.has_next == (len(found) < len(things))
                if not got.has_next:
                    break
                assert len(got.edges) == first
                after = got.edges[-1][0]
            assert found == [thing["id"] for thing in expected], names


async def test_every_row_has_the_cursor_of_its_own_place(database: Database, things: list[Thing]):
    by = keys("maybe_at", "id")
    edges = (await page(database, by, 100, None)).edges
    for index, (cursor, _) in enumerate(edges):
        rest = await page(database, by, 100, cursor)
        assert [id_ for _, id_ in rest.edges] == [id_ for _, id_ in edges[index + 1 :]]


async def test_a_page_has_one_to_a_hundred_rows(database: Database, things: list[Thing]):
    for first in (-1, 0, 101, 2**31 - 1):
        with pytest.raises(Invalid) as refused:
            await page(database, keys("id"), first, None)
        assert refused.value.field == ("first",)


def cursor_of(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


BAD_VALUES = [
    "true",
    "[]",
    "{}",
    "1.5",
    "1e400",
    "NaN",
    "32768",
    "-32769",
    "2147483648",
    "-9223372036854775808",
    "18446744073709551616",
    "1" * 5000,
    '"\\u0000"',
    '"\\ud800"',
]
#: Texts, which a column of texts may well have.
BAD_TIMES = [
    '""',
    '"0001-01-01T00:00:00+23:59"',
    '"9999-12-31T23:59:59-23:59"',
    '"2026-03-29T01:00:00"',
    '"2026-02-30T01:00:00Z"',
    '"10000-01-01"',
    '"２０２６-03-29T01:00:00Z"',
]


async def test_a_cursor_holds_no_value_that_its_column_can_not_have(database: Database, things: list[Thing]):
    for name in ("at", "maybe_at", "day", "number", "rank", "id"):
        for value in [*BAD_VALUES, *(BAD_TIMES if name != "rank" else [])]:
            values = [value] if name == "id" else [value, f'"{uuid4()}"']
            hand_made = cursor_of(f'["THINGS",{",".join(values)}]')
            with pytest.raises(Invalid) as refused:
                await page(database, keys(name, "id") if name != "id" else keys("id"), 10, hand_made)
            assert refused.value.field == ("after",), (name, value)


async def test_a_null_is_only_read_for_a_column_that_can_be_null(database: Database, things: list[Thing]):
    hand_made = cursor_of(f'["THINGS",null,"{uuid4()}"]')
    assert (await page(database, keys("maybe_at", "id"), 10, hand_made)).has_previous
    with pytest.raises(Invalid):
        await page(database, keys("at", "id"), 10, hand_made)
