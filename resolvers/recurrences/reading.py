"""Reading recurrences of many tasks at once, and what a rule would do."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.calendar import Series, parse_rule, wall_clock
from resolvers.paging import checked_first
from resolvers.tables import Recurrence


async def recurrences_by_ids(
    session: AsyncSession, user_id: UUID, task_ids: Iterable[UUID]
) -> dict[UUID, Recurrence]:
    found = await session.exec(
        select(Recurrence).where(
            col(Recurrence.user_id) == user_id, col(Recurrence.task_id).in_(list(task_ids))
        )
    )
    return {recurrence.task_id: recurrence for recurrence in found}


def preview(rule: str, start: datetime, time_zone: str, all_day: bool, first: int) -> list[datetime]:
    """The rule's first occurrences at or after `start`, as the scheduler reckons them.

    Raises Invalid with the field `rule`, `start`, `timeZone` or `first`.
    """
    checked_first(first)
    zone = validation.time_zone(time_zone)
    wall = wall_clock(validation.instant(start, "start"), zone)
    series = Series(parse_rule(rule, "rule"), wall, zone, all_day, field=("rule",))
    series.check("rule")
    return [occurrence.at for occurrence in series.first(first)]
