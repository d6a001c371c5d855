"""Reading. Everything is the viewer's own; what is not is as if it were not there."""

from datetime import datetime
from enum import Enum

import strawberry

from resolvers import validation
from resolvers.accounts import read_user
from resolvers.channels.changing import list_channels
from resolvers.ical import export
from resolvers.ical.feed import find_feed
from resolvers.labels import list_labels
from resolvers.log.event_log import EventFilter, last_seq_before, read_after, read_on
from resolvers.paging import checked_first
from resolvers.projects import count_projects, list_projects
from resolvers.recurrences.reading import preview
from resolvers.reminders.reading import count_reminders, list_reminders
from resolvers.sessions import list_sessions
from resolvers.tasks import reading
from schema.context import EXPORT_WEIGHS, Info
from schema.inputs import TaskFilter, given, or_none
from schema.loaders import characters_of
from schema.scalars import Cursor, RecurrenceRule, TimeZone
from schema.types.account import Session, User
from schema.types.calendar import CalendarExport, CalendarFeed, DataExport
from schema.types.channel import Channel, ChannelKind
from schema.types.event import Event, EventConnection, EventEdge
from schema.types.event_type import EventType
from schema.types.organising import Label, ProjectConnection
from schema.types.paging import PageInfo
from schema.types.reminder import ReminderConnection, ReminderStatus
from schema.types.task import Task, TaskConnection

_LEFT_OUT = strawberry.UNSET


@strawberry.enum
class TaskOrder(Enum):
    CREATED_AT_ASC = reading.TaskOrder.CREATED_AT_ASC
    CREATED_AT_DESC = reading.TaskOrder.CREATED_AT_DESC
    DUE_DATE_ASC = reading.TaskOrder.DUE_DATE_ASC
    PRIORITY_DESC = reading.TaskOrder.PRIORITY_DESC
    POSITION_ASC = reading.TaskOrder.POSITION_ASC
    UPDATED_AT_DESC = reading.TaskOrder.UPDATED_AT_DESC


@strawberry.type
class Query:
    @strawberry.field(description="The signed-in user.")
    async def viewer(self, info: Info) -> User:
        async with info.context.database.read() as session:
            return User.of(await read_user(session, info.context.signed_in.user_id))

    @strawberry.field(
        description="One of the viewer's tasks, deleted ones included; null where there is none such, or it is another "
        "user's."
    )
    async def task(self, info: Info, id: strawberry.ID) -> Task | None:
        task_id = validation.read_id(id)
        row = None if task_id is None else await info.context.loaders.task.load(task_id)
        return None if row is None else Task.of(row)

    @strawberry.field
    async def tasks(
        self,
        info: Info,
        first: int = 50,
        after: str | None = _LEFT_OUT,
        filter: TaskFilter | None = _LEFT_OUT,
        order_by: TaskOrder = TaskOrder.CREATED_AT_ASC,
    ) -> TaskConnection:
        context = info.context
        user_id, now, wanted = context.signed_in.user_id, context.now, _task_filter(or_none(filter))

        async def count() -> int:
            async with context.database.read() as session:
                return await reading.count_tasks(session, user_id, wanted, now)

        async with context.one_page:
            async with context.database.read() as session:
                page = await reading.list_tasks(
                    session, user_id, wanted, order_by.value, first, or_none(after), now
                )
            context.weigh(characters_of(row for _, row in page.edges))
        return TaskConnection.of(page, count)

    @strawberry.field(description="Soonest first. `status: PENDING` is the list of what is still to ring.")
    async def reminders(
        self,
        info: Info,
        first: int = 50,
        after: str | None = _LEFT_OUT,
        status: ReminderStatus | None = _LEFT_OUT,
    ) -> ReminderConnection:
        context = info.context
        user_id, wanted = context.signed_in.user_id, or_none(status)
        of_status = None if wanted is None else wanted.value

        async def count() -> int:
            async with context.database.read() as session:
                return await count_reminders(session, user_id, of_status)

        async with context.database.read() as session:
            page = await list_reminders(session, user_id, of_status, first, or_none(after))
        return ReminderConnection.of(page, count)

    @strawberry.field
    async def projects(self, info: Info, first: int = 50, after: str | None = _LEFT_OUT) -> ProjectConnection:
        context = info.context
        user_id = context.signed_in.user_id

        async def count() -> int:
            async with context.database.read() as session:
                return await count_projects(session, user_id)

        async with context.database.read() as session:
            page = await list_projects(session, user_id, first, or_none(after))
        return ProjectConnection.of(page, count)

    @strawberry.field
    async def labels(self, info: Info) -> list[Label]:
        async with info.context.database.read() as session:
            return [Label.of(row) for row in await list_labels(session, info.context.signed_in.user_id)]

    @strawberry.field(
        description="The viewer's event log, oldest first: the audit trail, the replay, and what a client polls where it "
        "cannot hold a WebSocket.\n`after` is exclusive. `since` is inclusive, `until` exclusive. `pageInfo.endCursor` is "
        "how far the log was read, also where a filter left everything out."
    )
    async def events(
        self,
        info: Info,
        first: int = 100,
        after: Cursor | None = _LEFT_OUT,
        types: list[EventType] | None = _LEFT_OUT,
        aggregate_id: strawberry.ID | None = _LEFT_OUT,
        since: datetime | None = _LEFT_OUT,
        until: datetime | None = _LEFT_OUT,
    ) -> EventConnection:
        checked_first(first)
        position = info.context.place
        cursor = or_none(after)
        start = position.min_seq - 1 if cursor is None else position.seq_of(cursor)
        wanted = event_filter(or_none(types), or_none(aggregate_id), or_none(since), or_none(until))
        async with info.context.one_page:
            async with info.context.database.read() as session:
                if cursor is None:
                    found = await read_after(session, position.user_id, start, first + 1, wanted)
                else:
                    found = await read_on(session, position, start, first + 1, wanted)
                end = position.last_seq
                if wanted.until is not None:
                    end = min(end, await last_seq_before(session, position.user_id, wanted.until))
            info.context.weigh(sum(len(event.data.get("description") or "") for event in found))
        events = found[:first]
        has_next = len(found) > first
        # A page that is not full has read on to the end, whatever its filter left out.
        read_to = events[-1].seq if has_next else max([start, end, *(event.seq for event in events)])
        nodes = [Event.of(event, position) for event in events]
        return EventConnection(
            nodes=nodes,
            edges=[EventEdge(cursor=node.cursor, node=node) for node in nodes],
            page_info=PageInfo(
                has_next_page=has_next,
                has_previous_page=cursor is not None,
                start_cursor=nodes[0].cursor if nodes else None,
                end_cursor=position.cursor(read_to),
            ),
        )

    @strawberry.field(
        description="The cursor of the viewer's newest event. Asked for in one request with `tasks`, it is never newer than "
        "what that request shows:\n`events(after: <this cursor>)` then misses nothing, and what it repeats is told by "
        "`Task.version`."
    )
    async def cursor(self, info: Info) -> Cursor:
        return Cursor(info.context.place.cursor(info.context.place.last_seq))

    @strawberry.field(
        description="The first occurrences of a rule at or after `start`, before anything is saved: what the scheduler will "
        "do. A rule that is refused is a GraphQL error INVALID_INPUT with `extensions.field`."
    )
    def preview_recurrence(
        self,
        rule: RecurrenceRule,
        start: datetime,
        time_zone: TimeZone,
        all_day: bool = False,
        first: int = 10,
    ) -> list[datetime]:
        return preview(rule, start, time_zone, all_day, first)

    @strawberry.field(description="Where the viewer is signed in.")
    async def sessions(self, info: Info) -> list[Session]:
        viewer = info.context.signed_in
        async with info.context.database.read() as session:
            now = await info.context.database.now(session)
            rows = await list_sessions(session, viewer.user_id, now)
        return [Session.of(row, row.id == viewer.session_id) for row in rows]

    @strawberry.field(description="How the viewer's reminders and events reach beyond an open window.")
    async def channels(self, info: Info) -> list[Channel]:
        user_id = info.context.signed_in.user_id
        async with info.context.database.read() as session:
            return [Channel.of(row) for row in await list_channels(session, user_id)]

    @strawberry.field(description="The kinds of channels that this server is set up to send through.")
    def channel_kinds(self, info: Info) -> list[ChannelKind]:
        return [kind for kind in ChannelKind if kind.value in info.context.courier.kinds]

    @strawberry.field(
        description="What a browser subscribes with (`applicationServerKey`); null where there is no web push here."
    )
    def vapid_public_key(self, info: Info) -> str | None:
        return info.context.courier.vapid_public_key

    @strawberry.field(description="Null where calendars read nothing.")
    async def calendar_feed(self, info: Info) -> CalendarFeed | None:
        async with info.context.database.read() as session:
            row = await find_feed(session, info.context.signed_in.user_id)
        return None if row is None else CalendarFeed.of(row)

    @strawberry.field(
        description="All tasks as iCalendar, but for deleted ones, in parts: the `ics` of all pages, one after another, are "
        "the file. `after` is the last page's `endCursor`. `first` goes from 1 to 1,000."
    )
    async def export_calendar(
        self, info: Info, first: int = 1000, after: str | None = _LEFT_OUT
    ) -> CalendarExport:
        context, behind = info.context, or_none(after)
        async with context.one_page, context.database.read() as session:
            now = await context.database.now(session)
            page = await export.export_calendar(session, context.signed_in.user_id, first, behind, now)
        context.show(EXPORT_WEIGHS * first)
        return CalendarExport.of(page, behind)

    @strawberry.field(
        description="Everything of the account as JSON, in pages: objects in the form of `Event.data`, each with its `kind`: "
        "`user`, `project`, `label`, `task` (deleted ones, too), `reminder`, `channel`. They refer to each other by ids. "
        "Passwords, tokens and what channels keep secret are left out. `first` goes from 1 to 1,000."
    )
    async def export_data(self, info: Info, first: int = 1000, after: str | None = _LEFT_OUT) -> DataExport:
        context, behind = info.context, or_none(after)
        async with context.one_page, context.database.read() as session:
            page = await export.export_data(session, context.signed_in.user_id, first, behind)
        context.show(EXPORT_WEIGHS * first)
        return DataExport.of(page, behind)


def event_filter(
    types: list[EventType] | None,
    aggregate_id: str | None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> EventFilter:
    """Raises Invalid with the field `since` or `until`."""
    wanted = None if types is None else frozenset(type_.value for type_ in types)
    id_ = None
    if aggregate_id is not None:
        id_ = validation.read_id(aggregate_id)
        if id_ is None:
            # Nothing has such an id: nothing is wanted.
            wanted = frozenset()
    if since is not None:
        validation.instant(since, "since")
    if until is not None:
        validation.instant(until, "until")
    return EventFilter(wanted, id_, since, until)


def _task_filter(given_filter: TaskFilter | None) -> reading.TaskFilter:
    if given_filter is None:
        return reading.TaskFilter()
    priorities = or_none(given_filter.priority)
    return reading.TaskFilter(
        completed=or_none(given_filter.completed),
        overdue=or_none(given_filter.overdue),
        due_after=or_none(given_filter.due_after),
        due_before=or_none(given_filter.due_before),
        priorities=None if priorities is None else [priority.value for priority in priorities],
        project_id=given(given_filter.project_id),
        label_ids=or_none(given_filter.label_ids),
        parent_id=given(given_filter.parent_id),
        recurring=or_none(given_filter.recurring),
        spawned_from_id=or_none(given_filter.spawned_from_id),
        search=or_none(given_filter.search),
        deleted=given_filter.deleted or False,
    )
