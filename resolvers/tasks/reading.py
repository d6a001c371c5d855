"""Lists of tasks: what may be asked for, and in which order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.errors import Invalid
from resolvers.paging import Key, Page, read_page
from resolvers.search import pattern, words
from resolvers.tables import Task, TaskLabel
from resolvers.tasks.batch import AS_SHOWN
from resolvers.tasks.create import LABELS
from resolvers.unset import UNSET, Unset
from resolvers.validation import checked_text, instant, read_id

#: As long as a title can be.
SEARCH_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Everything said must hold. Ids that are nobody's, or another user's, match nothing."""

    completed: bool | None = None
    recurring: bool | None = None
    overdue: bool | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None
    priorities: Sequence[int] | None = None
    project_id: str | None | Unset = UNSET
    label_ids: Sequence[str] | None = None
    parent_id: str | None | Unset = UNSET
    spawned_from_id: str | None = None
    search: str | None = None
    deleted: bool = False


class TaskOrder(Enum):
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    DUE_DATE_ASC = "DUE_DATE_ASC"
    PRIORITY_DESC = "PRIORITY_DESC"
    POSITION_ASC = "POSITION_ASC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"


_BY: dict[TaskOrder, Key] = {
    TaskOrder.CREATED_AT_ASC: Key(col(Task.created_at), datetime),
    TaskOrder.CREATED_AT_DESC: Key(col(Task.created_at), datetime, descending=True),
    TaskOrder.DUE_DATE_ASC: Key(col(Task.due_at), datetime, nullable=True),
    TaskOrder.PRIORITY_DESC: Key(col(Task.priority), int, descending=True),
    TaskOrder.POSITION_ASC: Key(col(Task.position)),
    TaskOrder.UPDATED_AT_DESC: Key(col(Task.updated_at), datetime, descending=True),
}


async def list_tasks(
    session: AsyncSession,
    user_id: UUID,
    wanted: TaskFilter,
    order: TaskOrder,
    first: int,
    after: str | None,
    now: datetime,
) -> Page[Task]:
    """Raises Invalid with the field `first` or `after`, or below `filter`. `now` decides what is overdue."""
    statement = sa.select(Task).options(AS_SHOWN).where(*_conditions(user_id, wanted, now))
    by = _BY[order]
    keys = [by, Key(col(Task.id), UUID, descending=by.descending)]
    return await read_page(session, statement, order.name, keys, first, after)


async def count_tasks(session: AsyncSession, user_id: UUID, wanted: TaskFilter, now: datetime) -> int:
    found = await session.execute(
        sa.select(sa.func.count()).select_from(Task).where(*_conditions(user_id, wanted, now))
    )
    return int(found.scalar_one())


def _conditions(user_id: UUID, wanted: TaskFilter, now: datetime) -> Iterable[sa.ColumnElement[bool]]:
    yield col(Task.user_id) == user_id
    yield col(Task.deleted_at).is_not(None) if wanted.deleted else col(Task.deleted_at).is_(None)
    if wanted.completed is not None:
        done = col(Task.completed_at).is_not(None)
        yield done if wanted.completed else ~done
    if wanted.overdue is not None:
        late = col(Task.completed_at).is_(None) & (col(Task.overdue_at) < now)
        # Not `NOT late`, which is unknown where there is no due date.
        on_time = (
            col(Task.completed_at).is_not(None)
            | col(Task.overdue_at).is_(None)
            | (col(Task.overdue_at) >= now)
        )
        yield late if wanted.overdue else on_time
    if wanted.due_after is not None:
        yield col(Task.due_at) >= instant(wanted.due_after, "filter", "dueAfter")
    if wanted.due_before is not None:
        yield col(Task.due_at) < instant(wanted.due_before, "filter", "dueBefore")
    if wanted.priorities is not None:
        yield col(Task.priority).in_(set(wanted.priorities))
    if wanted.project_id is not UNSET:
        yield _refers(col(Task.project_id), wanted.project_id)
    if wanted.parent_id is not UNSET:
        yield _refers(col(Task.parent_id), wanted.parent_id)
    if wanted.recurring is not None:
        yield col(Task.recurring).is_(wanted.recurring)
    if wanted.spawned_from_id is not None:
        yield _refers(col(Task.spawned_from_id), wanted.spawned_from_id)
    if wanted.label_ids is not None:
        if len(wanted.label_ids) > LABELS:
            raise Invalid(f"At most {LABELS} labels can be asked for.", "filter", "labelIds")
        for label_id in wanted.label_ids:
            yield _carries(label_id)
    if wanted.search is not None:
        search = checked_text(wanted.search, "filter", "search")
        if len(search) > SEARCH_CHARACTERS:
            raise Invalid(f"A search has at most {SEARCH_CHARACTERS} characters.", "filter", "search")
        for word in words(search):
            yield col(Task.search_text).like(pattern(word), escape="\\")


def _refers(column: sa.SQLColumnExpression[UUID | None], id_: str | None) -> sa.ColumnElement[bool]:
    if id_ is None:
        return column.is_(None)
    parsed = read_id(id_)
    return sa.false() if parsed is None else column == parsed


def _carries(label_id: str) -> sa.ColumnElement[bool]:
    parsed = read_id(label_id)
    if parsed is None:
        return sa.false()
    return (
        sa.select(sa.literal(1))
        .where(col(TaskLabel.task_id) == col(Task.id), col(TaskLabel.label_id) == parsed)
        .exists()
    )
