"""A user, a task, a ring, a channel: made up, and in no database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from resolvers.log.events import Event, EventType
from resolvers.tables import Channel, Task, User

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def a_user(**more: Any) -> User:
    return User(
        email="ana@example.com",
        email_key="ana@example.com",
        password_hash="",
        name="Ana",
        time_zone="Europe/Vienna",
        created_at=NOW,
        **more,
    )


def a_task(user: User, **more: Any) -> Task:
    columns: dict[str, Any] = {"title": "Pay the rent", "due_at": NOW, "position": "a0"} | more
    return Task(user_id=user.id, time_zone=user.time_zone, created_at=NOW, updated_at=NOW, **columns)


def a_channel(kind: str, **more: Any) -> Channel:
    keys = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"} if kind == "WEBHOOK" else {}
    columns: dict[str, Any] = {"address": "ana@example.com", "keys": keys, "label": ""} | more
    types = [EventType.REMINDER_TRIGGERED]
    return Channel(
        user_id=uuid4(),
        kind=kind,
        types=types,
        link_key=b"a key",
        confirmed_at=NOW,
        created_at=NOW,
        **columns,
    )


def a_ring(user: User, task_id: UUID | None = None, seq: int = 3, **data: Any) -> Event:
    reminder_id = uuid4()
    return Event(
        user_id=user.id,
        seq=seq,
        event_id=uuid4(),
        type=EventType.REMINDER_TRIGGERED,
        aggregate_id=reminder_id,
        schema_version=1,
        correlation_id=str(uuid4()),
        changed=("status",),
        data={"id": str(reminder_id), "taskId": str(task_id or uuid4()), "remindAt": "2026-03-02T08:30:00Z"}
        | data,
        created_at=NOW,
    )
