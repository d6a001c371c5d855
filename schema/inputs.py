"""What mutations and lists take. What is left out is UNSET, which is not null."""

from collections.abc import Sequence
from datetime import date, datetime, time

import strawberry

from resolvers.calendar.durations import Duration
from resolvers.recurrences.change import NewRecurrence
from resolvers.recurrences.plan import Mode
from resolvers.reminders.change import NewReminder
from resolvers.unset import UNSET, Unset
from schema.scalars import RecurrenceRule, TimeZone
from schema.types.event_type import EventType
from schema.types.recurrence import MissedPolicy, RecurrenceMode
from schema.types.task import Priority

_LEFT_OUT = strawberry.UNSET


def given[Value](value: Value) -> Value | Unset:
    """The value; UNSET where the client left it out."""
    return UNSET if value is _LEFT_OUT else value


def or_none[Value](value: Value) -> Value | None:
    """The value; None where the client left it out."""
    return None if value is _LEFT_OUT else value


def texts(ids: Sequence[strawberry.ID] | None) -> list[str] | None | Unset:
    value = given(ids)
    return [str(id_) for id_ in value] if isinstance(value, Sequence) else value


def number(priority: Priority | None) -> int | None | Unset:
    value = given(priority)
    return value.value if isinstance(value, Priority) else value


def new_recurrence(given_recurrence: "RecurrenceInput") -> NewRecurrence:
    return NewRecurrence(
        rule=given_recurrence.rule,
        time_zone=or_none(given_recurrence.time_zone),
        start=or_none(given_recurrence.start),
        mode=Mode(given_recurrence.mode.name),
        missed=given_recurrence.missed.value,
        lead=given_recurrence.lead,
    )


def new_reminder(given_reminder: "ReminderInput | CreateReminderInput") -> NewReminder:
    return NewReminder(or_none(given_reminder.remind_at), or_none(given_reminder.before_due))


@strawberry.input
class SignUpInput:
    email: str
    password: str
    name: str = ""
    time_zone: TimeZone = TimeZone("UTC")
    in_cookie: bool = False


@strawberry.input
class LogInInput:
    email: str
    password: str
    in_cookie: bool = False


@strawberry.input
class RefreshSessionInput:
    refresh_token: str | None = _LEFT_OUT
    in_cookie: bool = False


@strawberry.input
class LogOutInput:
    refresh_token: str | None = _LEFT_OUT


@strawberry.input
class UpdateViewerInput:
    name: str | None = _LEFT_OUT
    time_zone: TimeZone | None = _LEFT_OUT
    all_day_reminder_time: time | None = _LEFT_OUT
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class SessionIdInput:
    id: strawberry.ID


@strawberry.input
class ChangePasswordInput:
    password: str
    new_password: str


@strawberry.input
class RequestPasswordResetInput:
    email: str


@strawberry.input
class ResetPasswordInput:
    token: str
    new_password: str


@strawberry.input
class DeleteAccountInput:
    password: str


@strawberry.input
class TaskFilter:
    completed: bool | None = _LEFT_OUT
    recurring: bool | None = _LEFT_OUT
    overdue: bool | None = _LEFT_OUT
    due_after: datetime | None = strawberry.field(default=_LEFT_OUT, description="Inclusive.")
    due_before: datetime | None = strawberry.field(default=_LEFT_OUT, description="Exclusive.")
    priority: list[Priority] | None = _LEFT_OUT
    project_id: strawberry.ID | None = strawberry.field(
        default=_LEFT_OUT, description="null: those in no project."
    )
    label_ids: list[strawberry.ID] | None = strawberry.field(default=_LEFT_OUT, description="All of them.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=_LEFT_OUT, description="null: those that are nobody's subtask."
    )
    spawned_from_id: strawberry.ID | None = _LEFT_OUT
    search: str | None = strawberry.field(
        default=_LEFT_OUT,
        description="Words that must all stand in title or description, case and accents aside.",
    )
    deleted: bool | None = strawberry.field(
        default=False,
        description="Deleted tasks are left out unless this is true; then only they are listed.",
    )


@strawberry.input
class RecurrenceInput:
    rule: RecurrenceRule
    time_zone: TimeZone | None = strawberry.field(
        default=_LEFT_OUT, description="The task's own zone where left out."
    )
    start: datetime | None = strawberry.field(
        default=_LEFT_OUT,
        description="The task's due date where left out, and now where it has none. Where it is not on the rule, the "
        "series task stands outside it, and COUNT counts the rule's own. It stays when the due date moves.",
    )
    mode: RecurrenceMode = RecurrenceMode.SCHEDULE
    missed: MissedPolicy = MissedPolicy.LATEST
    lead: Duration = strawberry.field(default=Duration())


@strawberry.input
class SetRecurrenceInput:
    task_id: strawberry.ID
    recurrence: RecurrenceInput
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class SkipOccurrenceInput:
    task_id: strawberry.ID
    occurrence: datetime | None = _LEFT_OUT
    expected_version: int | None = _LEFT_OUT


@strawberry.input(
    description="Exactly one of the two: an instant yet to come, or a time before the task's due date."
)
class ReminderInput:
    remind_at: datetime | None = _LEFT_OUT
    before_due: Duration | None = _LEFT_OUT


@strawberry.input
class CreateReminderInput:
    id: strawberry.ID | None = _LEFT_OUT
    task_id: strawberry.ID
    remind_at: datetime | None = _LEFT_OUT
    before_due: Duration | None = _LEFT_OUT


@strawberry.input
class SnoozeReminderInput:
    id: strawberry.ID
    until: datetime
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class ReminderIdInput:
    id: strawberry.ID
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class CreateTaskInput:
    id: strawberry.ID | None = _LEFT_OUT
    title: str
    description: str = ""
    priority: Priority = Priority.NONE
    due_date: datetime | None = strawberry.field(
        default=_LEFT_OUT, description="An instant, or a day: one of the two."
    )
    due_on: date | None = _LEFT_OUT
    time_zone: TimeZone | None = _LEFT_OUT
    project_id: strawberry.ID | None = _LEFT_OUT
    label_ids: list[strawberry.ID] | None = _LEFT_OUT
    parent_id: strawberry.ID | None = _LEFT_OUT
    recurrence: RecurrenceInput | None = _LEFT_OUT
    reminders: list[ReminderInput] | None = _LEFT_OUT


@strawberry.input(
    description="A field left out stays as it is; null clears it: the description to empty, the priority to NONE, labels "
    "to none, the zone to the viewer's. A title can't be cleared."
)
class UpdateTaskInput:
    id: strawberry.ID
    expected_version: int | None = _LEFT_OUT
    title: str | None = _LEFT_OUT
    description: str | None = _LEFT_OUT
    priority: Priority | None = _LEFT_OUT
    due_date: datetime | None = strawberry.field(
        default=_LEFT_OUT, description="Giving one of the two clears the other."
    )
    due_on: date | None = _LEFT_OUT
    time_zone: TimeZone | None = _LEFT_OUT
    project_id: strawberry.ID | None = _LEFT_OUT
    label_ids: list[strawberry.ID] | None = _LEFT_OUT
    parent_id: strawberry.ID | None = _LEFT_OUT
    after_id: strawberry.ID | None = strawberry.field(
        default=_LEFT_OUT,
        description="Puts the task right after this one in its list; null puts it first.",
    )


@strawberry.input
class TaskIdInput:
    id: strawberry.ID
    expected_version: int | None = _LEFT_OUT


@strawberry.input(
    description="What is left out stays as it is; null takes the project or the due date away, and is refused elsewhere. "
    'An error\'s field is `["ids", "3"]` for the fourth.'
)
class ChangeTasksInput:
    ids: list[strawberry.ID]
    completed: bool | None = _LEFT_OUT
    deleted: bool | None = _LEFT_OUT
    project_id: strawberry.ID | None = _LEFT_OUT
    priority: Priority | None = _LEFT_OUT
    due_date: datetime | None = _LEFT_OUT
    due_on: date | None = _LEFT_OUT
    add_label_ids: list[strawberry.ID] | None = _LEFT_OUT
    remove_label_ids: list[strawberry.ID] | None = _LEFT_OUT


@strawberry.input(
    description="An instant or a day: one of the two must be given, and null clears the due date."
)
class SetDueDateInput:
    id: strawberry.ID
    due_date: datetime | None = _LEFT_OUT
    due_on: date | None = _LEFT_OUT
    time_zone: TimeZone | None = _LEFT_OUT
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class CreateProjectInput:
    id: strawberry.ID | None = _LEFT_OUT
    name: str
    color: str = "#64748b"


@strawberry.input
class UpdateProjectInput:
    id: strawberry.ID
    name: str | None = _LEFT_OUT
    color: str | None = _LEFT_OUT
    archived: bool | None = _LEFT_OUT
    after_id: strawberry.ID | None = _LEFT_OUT
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class ProjectIdInput:
    id: strawberry.ID
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class CreateLabelInput:
    id: strawberry.ID | None = _LEFT_OUT
    name: str
    color: str = "#64748b"


@strawberry.input
class UpdateLabelInput:
    id: strawberry.ID
    name: str | None = _LEFT_OUT
    color: str | None = _LEFT_OUT
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class LabelIdInput:
    id: strawberry.ID
    expected_version: int | None = _LEFT_OUT


@strawberry.input
class AddWebPushChannelInput:
    endpoint: str
    p256dh: str
    auth: str
    label: str = ""


@strawberry.input
class AddEmailChannelInput:
    address: str
    label: str = ""


@strawberry.input
class AddWebhookChannelInput:
    url: str
    label: str = ""
    types: list[EventType] | None = _LEFT_OUT


@strawberry.input
class UpdateChannelInput:
    id: strawberry.ID
    label: str | None = _LEFT_OUT
    enabled: bool | None = _LEFT_OUT
    types: list[EventType] | None = _LEFT_OUT


@strawberry.input
class ImportCalendarInput:
    ics: str = strawberry.field(
        description="The text of an iCalendar file, at most 256 KiB with all else of the request, and 1,000 to-dos."
    )
    dry_run: bool = strawberry.field(default=True, description="True: nothing is changed, only told.")


@strawberry.input
class ChannelIdInput:
    id: strawberry.ID
