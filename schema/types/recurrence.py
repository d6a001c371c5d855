"""How a task recurs, as its row or an event tells it."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Self
from zoneinfo import ZoneInfo

import strawberry

from resolvers.calendar import Series, parse_rule
from resolvers.calendar.durations import Duration, parse_duration
from resolvers.calendar.words import summary
from resolvers.errors import Invalid
from resolvers.instants import zone_or_utc
from resolvers.recurrences import plan
from schema.scalars import RecurrenceRule, TimeZone

UPCOMING = range(1, 101)
#: As many as most ask for.
FEW = 5


@lru_cache(1_000)
def _later(series: tuple[Any, ...], after: datetime, count: int) -> tuple[datetime, ...]:
    """Remembered, since a query can ask for it many times over: rule, start, zone, whether by days, skips."""
    rule, start, zone, all_day, *skipped = series
    expanded = Series(
        parse_rule(rule),
        datetime.fromisoformat(start),
        ZoneInfo(zone),
        all_day,
        [datetime.fromisoformat(wall) for wall in skipped],
    )
    return tuple(each.at for each in expanded.after(after, count))


@strawberry.enum
class RecurrenceMode(Enum):
    SCHEDULE = strawberry.enum_value(
        plan.Mode.SCHEDULE, description="Occurrences follow the rule, whether or not earlier ones were done."
    )
    COMPLETION = strawberry.enum_value(
        plan.Mode.COMPLETION,
        description="The rule counts from when the last spawned task was completed: `every 3 days after I did it`.",
    )


@strawberry.enum(description="What happens to occurrences that passed while no server was running.")
class MissedPolicy(Enum):
    LATEST = plan.Missed.LATEST
    ALL = plan.Missed.ALL
    SKIP = plan.Missed.SKIP


@strawberry.type
class Recurrence:
    rule: RecurrenceRule
    time_zone: TimeZone
    start: datetime = strawberry.field(description="The first occurrence: the rule's DTSTART.")
    mode: RecurrenceMode
    missed: MissedPolicy
    lead: Duration = strawberry.field(
        description="How long before an occurrence its task is spawned; never less than the longest `beforeDue` among "
        "the task's reminders."
    )
    next_occurrence: datetime | None = strawberry.field(
        description="The next occurrence that will be spawned (the first one is the series task itself); null where the "
        "rule has run out, or waits for a completion."
    )
    ended: bool = strawberry.field(description="True once the rule has no occurrence left.")
    data: strawberry.Private[Mapping[str, Any]]

    @strawberry.field(description="The occurrences still to come, `nextOccurrence` first. At most 100.")
    def upcoming(self, first: int = 5) -> list[datetime]:
        if first not in UPCOMING:
            raise Invalid(f"`first` goes from {UPCOMING[0]} to {UPCOMING[-1]}.", "first")
        if self.next_occurrence is None:
            return []
        if self.mode is RecurrenceMode.COMPLETION:
            return [self.next_occurrence]
        later = _later(
            (self.rule, self.data["startWall"], self.time_zone, self.data["allDay"], *self.data["skipped"]),
            self.next_occurrence,
            FEW if first <= FEW else UPCOMING[-1],
        )
        return [self.next_occurrence, *later[: first - 1]]

    @strawberry.field(description="The rule in plain English: `every week on Monday and Wednesday`.")
    def summary(self) -> str:
        return summary(parse_rule(self.rule), zone_or_utc(self.time_zone))

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """As the log tells it, which is how a row is told, too."""
        upcoming = data["nextOccurrence"]
        return cls(
            rule=RecurrenceRule(data["rule"]),
            time_zone=TimeZone(data["timeZone"]),
            start=datetime.fromisoformat(data["start"]),
            mode=RecurrenceMode(plan.Mode(data["mode"])),
            missed=MissedPolicy(plan.Missed(data["missed"])),
            lead=parse_duration(data["lead"]),
            next_occurrence=None if upcoming is None else datetime.fromisoformat(upcoming),
            ended=data["ended"],
            data=data,
        )
