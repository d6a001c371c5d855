"""The viewer, and where they are signed in."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Self

import strawberry

from resolvers import tables
from schema.scalars import TimeZone


@strawberry.type
class User:
    id: strawberry.ID
    email: str
    name: str
    time_zone: TimeZone
    all_day_reminder_time: time = strawberry.field(
        description='Reminders of all-day tasks are counted from this time of their day: `beforeDue: "PT0S"` rings '
        "then. 09:00 unless set."
    )
    version: int
    created_at: datetime

    @classmethod
    def of(cls, row: tables.User) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            email=row.email,
            name=row.name,
            time_zone=TimeZone(row.time_zone),
            all_day_reminder_time=row.all_day_reminder_time,
            version=row.version,
            created_at=row.created_at,
        )

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """As an event tells it."""
        return cls(
            id=strawberry.ID(data["id"]),
            email=data["email"],
            name=data["name"],
            time_zone=TimeZone(data["timeZone"]),
            all_day_reminder_time=time.fromisoformat(data["allDayReminderTime"]),
            version=data["version"],
            created_at=datetime.fromisoformat(data["createdAt"]),
        )


@strawberry.type
class Session:
    id: strawberry.ID
    current: bool
    user_agent: str
    created_at: datetime
    last_used_at: datetime

    @classmethod
    def of(cls, row: tables.SignInSession, current: bool) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            current=current,
            user_agent=row.user_agent,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
        )
