"""The calendar feed, and imports."""

import asyncio

import strawberry

from resolvers.accounts import read_user
from resolvers.ical.feed import create_feed, revoke_feed
from resolvers.ical.files import Rehearsed, import_file, read_file
from schema import inputs
from schema.context import Info
from schema.payloads import AnswerRefusals, CalendarFeedPayload, ImportCalendarPayload
from schema.types.calendar import CalendarFeed


@strawberry.type
class CalendarMutations:
    @strawberry.mutation(
        description="A URL under which calendars read the viewer's tasks: those with a date, and series. It takes the place "
        "of the one there was.",
        extensions=[AnswerRefusals(CalendarFeedPayload)],
    )
    async def create_calendar_feed(self, info: Info) -> CalendarFeedPayload:
        row, token = (await info.context.change(create_feed)).value
        url = f"{info.context.origin}/calendar/{token}.ics"
        return CalendarFeedPayload(feed=CalendarFeed.of(row), url=url, events_url=f"{url}?as=events")

    @strawberry.mutation(
        description="Its URL leads nowhere from now on.", extensions=[AnswerRefusals(CalendarFeedPayload)]
    )
    async def revoke_calendar_feed(self, info: Info) -> CalendarFeedPayload:
        await info.context.change(revoke_feed)
        return CalendarFeedPayload()

    @strawberry.mutation(
        description="Imports the to-dos of an iCalendar file, all or none. A to-do that was imported before, or exported from "
        "here, is known by its UID: its task becomes what the file says where the two differ, and is left alone where they "
        "don't. Projects and labels are found by their names, or made. With `dryRun` it tells what it would do, and what "
        "can't be kept.",
        extensions=[AnswerRefusals(ImportCalendarPayload)],
    )
    async def import_calendar(self, info: Info, input: inputs.ImportCalendarInput) -> ImportCalendarPayload:
        context = info.context
        async with context.database.read() as session:
            user = await read_user(session, context.signed_in.user_id)
            now = await context.database.now(session)
        # Beside the loop: a full file takes a while.
        read = await asyncio.to_thread(read_file, input.ics, user, now)
        try:
            outcome = await context.change(lambda tx: import_file(tx, read, dry_run=input.dry_run))
        except Rehearsed as rehearsed:
            return ImportCalendarPayload.of(rehearsed.imported, None)
        return ImportCalendarPayload.of(outcome.value, outcome.cursor)
