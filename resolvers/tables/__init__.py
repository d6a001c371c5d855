"""The tables, as SQLModel classes. `migrations/` is kept equal to them by a test."""

from sqlmodel import SQLModel

from resolvers.tables.channel import Channel, Delivery
from resolvers.tables.delivery import ConsumerPosition, DeadLetter, InboxEntry, Lease
from resolvers.tables.links import CalendarFeed, ConfirmationLink, PasswordReset
from resolvers.tables.organising import Label, Project
from resolvers.tables.recurrence import Recurrence
from resolvers.tables.reminder import Reminder
from resolvers.tables.stream import EventRow, IdempotentCreate, UserStream
from resolvers.tables.task import Task, TaskLabel
from resolvers.tables.user import Identity, SignInSession, User

metadata = SQLModel.metadata

__all__ = [
    "CalendarFeed",
    "Channel",
    "ConfirmationLink",
    "ConsumerPosition",
    "DeadLetter",
    "Delivery",
    "EventRow",
    "IdempotentCreate",
    "Identity",
    "InboxEntry",
    "Label",
    "Lease",
    "PasswordReset",
    "Project",
    "Recurrence",
    "Reminder",
    "SignInSession",
    "Task",
    "TaskLabel",
    "User",
    "UserStream",
    "metadata",
]
