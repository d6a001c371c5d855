"""When a reminder was to ring, as its events tell it."""

from datetime import datetime, timedelta
from typing import Any

from resolvers.log.events import Event

#: Later than this after their moment, rings are told of together.
TOGETHER_AFTER = timedelta(minutes=5)


def ring_moment(event: Event) -> datetime | None:
    """The moment that the reminder was set to; None for events of other things."""
    remind_at: Any = event.data.get("remindAt")
    return datetime.fromisoformat(remind_at) if isinstance(remind_at, str) else None


def late_from(event: Event) -> datetime | None:
    """From when on a ring is late; None for events of other things."""
    at = ring_moment(event)
    return None if at is None else at + TOGETHER_AFTER
