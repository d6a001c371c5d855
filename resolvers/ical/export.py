"""A whole account, page by page: as iCalendar, and as plain data in the words of the log.

The pages are not of one moment: what changes meanwhile is told as it was or as it is. A page goes on behind what the
last one ended with, so nothing comes twice, and nothing that stays is left out.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.accounts import read_user
from resolvers.aggregates import label_data, project_data, reminder_data, task_data, user_data
from resolvers.channels.changing import target
from resolvers.errors import Invalid
from resolvers.ical.items import Place, Wanted, items_of, read_after, zones_of
from resolvers.ical.writing import Manner, component, head, tail
from resolvers.ical.zones import vtimezone
from resolvers.instants import instant_text, zone_or_utc
from resolvers.labels import label_ids_of_tasks
from resolvers.log.forms import TaskData
from resolvers.recurrences.reading import recurrences_by_ids
from resolvers.tables import Channel, Label, Project, Reminder, Task
from resolvers.validation import read_id

FIRST = range(1, 1_001)
#: A page ends earlier where the descriptions in it are so long together: they are up to 20,000 characters each.
PAGE_CHARACTERS = 2_000_000
#: Tasks of a calendar are read so many at once.
CHUNK_TASKS = 100
#: In the order in which they are told: what refers to others comes behind them.
_TABLES: dict[str, type[Project | Label | Task | Reminder | Channel]] = {
    "project": Project,
    "label": Label,
    "task": Task,
    "reminder": Reminder,
    "channel": Channel,
}
_KINDS = ("user", *_TABLES)

type Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported[Part]:
    """One page. end: the place to go on from; has_next: whether there may be more."""

    part: Part
    end: str | None
    has_next: bool


async def export_calendar(
    session: AsyncSession, user_id: UUID, first: int, after: str | None, now: datetime
) -> Exported[str]:
    """The texts of all pages, one after another, are the file. Parents stand before what is below them.

    Raises Invalid with the field `first` or `after`.
    """
    _check(first)
    user = await read_user(session, user_id)
    wanted = Wanted(user_id)
    place = Place() if after is None else _read_place(after)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    manner = Manner(events=False, today=today, all_day_time=user.all_day_reminder_time)
    parts: list[str] = []
    further: Place | None = place
    characters = 0
    while further is not None and len(parts) < first and characters < PAGE_CHARACTERS:
        tasks, further = await read_after(session, wanted, further, min(CHUNK_TASKS, first - len(parts)))
        added = [component(item, manner) for item in await items_of(session, wanted, tasks)]
        characters += sum(map(len, added))
        parts += added
    if after is None:
        zones = await zones_of(session, user_id)
        parts = [head(), *(vtimezone(zone) for zone in zones if zone_or_utc(zone).key == zone), *parts]
    if further is None:
        return Exported("".join([*parts, tail()]), None, has_next=False)
    end = _encode([further.level, further.position, str(further.id)])
    return Exported("".join(parts), end, has_next=True)


async def export_data(
    session: AsyncSession, user_id: UUID, first: int, after: str | None
) -> Exported[list[Node]]:
    """Everything that is the user's, but for passwords, tokens and what channels keep secret.

    Raises Invalid with the field `first` or `after`.
    """
    _check(first)
    kind, behind = ("user", UUID(int=0)) if after is None else _read_thing(after)
    nodes: list[Node] = []
    has_next = False
    for each in _KINDS[_KINDS.index(kind) :]:
        if each == "user":
            if after is None:
                nodes.append({"kind": "user"} | user_data(await read_user(session, user_id)))
            continue
        start = behind if each == kind else UUID(int=0)
        limit = first + 1 - len(nodes)
        fitting = await _fitting(session, user_id, start, limit) if each == "task" else limit
        nodes += await _nodes(session, user_id, each, start, fitting)
        has_next = len(nodes) > first or fitting < limit
        if has_next:
            break
    page = nodes[:first]
    end = None if not page else _encode([page[-1]["kind"], page[-1]["id"]])
    return Exported(page, end, has_next)


async def _fitting(session: AsyncSession, user_id: UUID, behind: UUID, limit: int) -> int:
    """`limit`, or how many of so many tasks are a page: at least one."""
    found = await session.execute(
        sa.select(sa.func.length(col(Task.description)))
        .where(col(Task.user_id) == user_id, col(Task.id) > behind)
        .order_by(col(Task.id))
        .limit(limit)
    )
    for number, characters in enumerate(accumulate(found.scalars())):
        if characters > PAGE_CHARACTERS:
            return max(1, number)
    return limit


async def _nodes(session: AsyncSession, user_id: UUID, kind: str, behind: UUID, limit: int) -> list[Node]:
    table = _TABLES[kind]
    found = await session.execute(
        sa.select(table)
        .where(col(table.user_id) == user_id, col(table.id) > behind)
        .order_by(col(table.id))
        .limit(limit)
    )
    rows: Sequence[Any] = found.scalars().all()
    data: Sequence[Mapping[str, Any]]
    match kind:
        case "project":
            data = [project_data(row) for row in rows]
        case "label":
            data = [label_data(row) for row in rows]
        case "task":
            data = await _tasks(session, user_id, rows)
        case "reminder":
            data = [reminder_data(row) for row in rows]
        case _:
            data = [_channel_data(row) for row in rows]
    return [{"kind": kind, **each} for each in data]


async def _tasks(session: AsyncSession, user_id: UUID, tasks: Sequence[Task]) -> list[TaskData]:
    ids = [task.id for task in tasks]
    labels = await label_ids_of_tasks(session, user_id, ids)
    recurrences = await recurrences_by_ids(session, user_id, [task.id for task in tasks if task.recurring])
    return [task_data(task, labels.get(task.id, ()), recurrences.get(task.id)) for task in tasks]


def _channel_data(channel: Channel) -> Node:
    return {
        "id": str(channel.id),
        "channelKind": channel.kind,
        "label": channel.label,
        "target": target(channel),
        "types": [type_.replace(".", "_").upper() for type_ in channel.types],
        "enabled": channel.enabled,
        "confirmed": channel.confirmed_at is not None,
        "createdAt": instant_text(channel.created_at),
    }


def _check(first: int) -> None:
    if first not in FIRST:
        raise Invalid(f"`first` goes from {FIRST[0]} to {FIRST[-1]:,}.", "first")


def _encode(place: Sequence[object]) -> str:
    return urlsafe_b64encode(orjson.dumps(place)).rstrip(b"=").decode()


def _decode(cursor: str) -> Any:
    try:
        return orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        return None


def _read_place(cursor: str) -> Place:
    match _decode(cursor):
        case [int(level), str(position), str(id_)] if 0 <= level <= 5 and position.isalnum():
            parsed = read_id(id_)
            if parsed is not None:
                return Place(level, position, parsed)
    raise _no_place()


def _read_thing(cursor: str) -> tuple[str, UUID]:
    match _decode(cursor):
        case [str(kind), str(id_)] if kind in _KINDS:
            parsed = read_id(id_)
            if parsed is not None:
                return kind, parsed
    raise _no_place()


def _no_place() -> Invalid:
    return Invalid("This cursor does not belong to this export.", "after")
