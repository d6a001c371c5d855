"""What mutations answer, and how a refusal becomes an answer."""

from collections.abc import Awaitable, Callable
from dataclasses import field
from datetime import datetime
from enum import Enum
from time import perf_counter
from typing import Any, Literal, Self

import strawberry
from strawberry.extensions import FieldExtension

from resolvers import tables
from resolvers.accounts import SignedIn
from resolvers.errors import Conflict, Refusal, Unauthenticated, Unavailable
from resolvers.ical.importing import Imported
from resolvers.log.transaction import Outcome
from schema.context import Context, Mutated
from schema.scalars import Cursor
from schema.types.account import User
from schema.types.calendar import CalendarFeed, ImportNote
from schema.types.channel import Channel
from schema.types.organising import Label, Project
from schema.types.reminder import Reminder
from schema.types.task import Task


@strawberry.enum
class ErrorCode(Enum):
    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    BAD_CREDENTIALS = "BAD_CREDENTIALS"
    SESSION_ENDED = "SESSION_ENDED"
    DELIVERY_FAILED = strawberry.enum_value(
        "DELIVERY_FAILED", description="A test message did not arrive: `message` says why."
    )


@strawberry.type
class UserError:
    code: ErrorCode
    message: str = strawberry.field(description="A sentence for people.")
    field: list[str] = strawberry.field(
        description='The path of the input field at fault, such as `["recurrence", "rule"]`; empty where no one '
        "field is."
    )


@strawberry.type
class AuthPayload:
    access_token: str | None = strawberry.field(
        default=None,
        description="A JWT, good for 15 minutes unless set otherwise: `Authorization: Bearer …`.",
    )
    access_token_expires_at: datetime | None = None
    refresh_token: str | None = None
    user: User | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def of(cls, signed_in: SignedIn, token: str, expires_at: datetime, refresh_token: str | None) -> Self:
        return cls(
            access_token=token,
            access_token_expires_at=expires_at,
            refresh_token=refresh_token,
            user=User.of(signed_in.user),
        )


@strawberry.type
class LogOutPayload:
    errors: list[UserError] = field(default_factory=list)


@strawberry.type
class EndSessionPayload:
    errors: list[UserError] = field(default_factory=list)


@strawberry.type
class ChangePasswordPayload:
    errors: list[UserError] = field(default_factory=list)


@strawberry.type
class RequestPasswordResetPayload:
    errors: list[UserError] = field(default_factory=list)


@strawberry.type
class DeleteAccountPayload:
    errors: list[UserError] = field(default_factory=list)


@strawberry.type
class UpdateViewerPayload:
    user: User | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.User) -> Self:
        return cls(user=User.of(row))


@strawberry.type
class TaskPayload:
    task: Task | None = strawberry.field(
        default=None, description="The task as it now is; with CONFLICT, as it is on the server."
    )
    cursor: Cursor | None = strawberry.field(
        default=None,
        description="Where this change stands in the event log; null where nothing changed.",
    )
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.Task) -> Self:
        return cls(task=Task.of(row))

    @classmethod
    def of(cls, outcome: Outcome[tables.Task | None]) -> Self:
        return cls(task=None if outcome.value is None else Task.of(outcome.value), cursor=_cursor(outcome))


@strawberry.type
class TasksPayload:
    tasks: list[Task] = field(default_factory=list)
    cursor: Cursor | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.Task) -> Self:
        return cls(tasks=[Task.of(row)])

    @classmethod
    def of(cls, outcome: Outcome[list[tables.Task]]) -> Self:
        return cls(tasks=[Task.of(row) for row in outcome.value], cursor=_cursor(outcome))


@strawberry.type
class ReminderPayload:
    reminder: Reminder | None = None
    cursor: Cursor | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.Reminder) -> Self:
        return cls(reminder=Reminder.of(row))

    @classmethod
    def of(cls, outcome: Outcome[tables.Reminder | None]) -> Self:
        reminder = None if outcome.value is None else Reminder.of(outcome.value)
        return cls(reminder=reminder, cursor=_cursor(outcome))


@strawberry.type
class ProjectPayload:
    project: Project | None = None
    cursor: Cursor | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.Project) -> Self:
        return cls(project=Project.of(row))

    @classmethod
    def of(cls, outcome: Outcome[tables.Project | None]) -> Self:
        return cls(
            project=None if outcome.value is None else Project.of(outcome.value), cursor=_cursor(outcome)
        )


@strawberry.type
class LabelPayload:
    label: Label | None = None
    cursor: Cursor | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.Label) -> Self:
        return cls(label=Label.of(row))

    @classmethod
    def of(cls, outcome: Outcome[tables.Label | None]) -> Self:
        return cls(label=None if outcome.value is None else Label.of(outcome.value), cursor=_cursor(outcome))


@strawberry.type(description="`secret` is given once, when a webhook is added.")
class ChannelPayload:
    channel: Channel | None = None
    secret: str | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def showing(cls, row: tables.Channel) -> Self:
        return cls(channel=Channel.of(row))


@strawberry.type
class CalendarFeedPayload:
    feed: CalendarFeed | None = None
    url: str | None = strawberry.field(
        default=None,
        description="Tasks with a date, as to-dos (VTODO). Shown this once: who has it can read them.",
    )
    events_url: str | None = strawberry.field(
        default=None, description="The same as events (VEVENT), for calendars that show no to-dos."
    )
    errors: list[UserError] = field(default_factory=list)


@strawberry.type
class ImportCalendarPayload:
    created: int = strawberry.field(default=0, description="To-dos of which a task was made.")
    updated: int = strawberry.field(
        default=0, description="Those whose task was changed to what the file says."
    )
    unchanged: int = strawberry.field(default=0, description="Those that say nothing new.")
    skipped: int = strawberry.field(default=0, description="Those that are left out; a note says why.")
    notes: list[ImportNote] = strawberry.field(
        default_factory=list, description="What of the file can't be kept: at most 1,000."
    )
    cursor: Cursor | None = None
    errors: list[UserError] = field(default_factory=list)

    @classmethod
    def of(cls, imported: Imported, cursor: str | None) -> Self:
        return cls(
            created=imported.created,
            updated=imported.updated,
            unchanged=imported.unchanged,
            skipped=imported.skipped,
            notes=[ImportNote.of(note) for note in imported.notes],
            cursor=None if cursor is None else Cursor(cursor),
        )


class AnswerRefusals(FieldExtension):
    """Answers a Refusal in the payload's `errors`; a Conflict with the thing as it now is."""

    def __init__(self, payload: type[Any]) -> None:
        self._payload = payload

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info, **arguments: Any
    ) -> Any:
        began = perf_counter()
        code: str | None = "INTERNAL"
        outcome: Literal["ok", "refused", "failed"] = "failed"
        try:
            payload = await next_(source, info, **arguments)
            code, outcome = None, "ok"
            return payload
        except Refusal as refusal:
            code, outcome = refusal.code, "refused"
            current = refusal.current if isinstance(refusal, Conflict) else None
            payload = self._payload() if current is None else self._payload.showing(current)
            payload.errors = [
                UserError(code=ErrorCode(refusal.code), message=refusal.message, field=list(refusal.field))
            ]
            return payload
        except Unavailable:
            code = "UNAVAILABLE"
            raise
        except Unauthenticated:
            code, outcome = "UNAUTHENTICATED", "refused"
            raise
        finally:
            context: Context = info.context
            context.mutations.append(Mutated(info.field_name, code, outcome, perf_counter() - began))


def _cursor(outcome: Outcome[Any]) -> Cursor | None:
    return None if outcome.cursor is None else Cursor(outcome.cursor)
