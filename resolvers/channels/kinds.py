"""The kinds of channels, and what becomes of what is sent through them."""

from enum import StrEnum

from resolvers.log.events import EventType


class Kind(StrEnum):
    WEB_PUSH = "WEB_PUSH"
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"


#: What people read, and no program: what is no longer so is not told any more.
FOR_PEOPLE = frozenset({Kind.WEB_PUSH, Kind.EMAIL})


class DeliveryStatus(StrEnum):
    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"


#: What a channel gets where nothing else was chosen: reminders alone.
DEFAULT_TYPES = (EventType.REMINDER_TRIGGERED,)
