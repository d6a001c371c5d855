"""The calendar feed, what an import says, and exports."""

from datetime import datetime
from typing import Self

import strawberry

from resolvers import tables
from resolvers.ical import notes
from resolvers.ical.export import Exported
from schema.scalars import JSON
from schema.types.paging import PageInfo


@strawberry.type(
    description="The URL under which calendars read the viewer's tasks. It is shown when it is made."
)
class CalendarFeed:
    created_at: datetime
    last_read_at: datetime | None = strawberry.field(
        description="When a calendar last asked for it, to the minute; null where none has."
    )

    @classmethod
    def of(cls, row: tables.CalendarFeed) -> Self:
        return cls(created_at=row.created_at, last_read_at=row.read_at)


@strawberry.type(description="Something of a calendar file that can't be kept.")
class ImportNote:
    uid: str = strawberry.field(description="Of the to-do; empty where it is the file as a whole.")
    name: str = strawberry.field(description="The property, such as `RRULE`; empty where no one property is.")
    message: str = strawberry.field(description="A sentence for people.")

    @classmethod
    def of(cls, note: notes.Note) -> Self:
        return cls(uid=note.uid, name=note.name, message=note.message)


@strawberry.type
class CalendarExport:
    ics: str
    page_info: PageInfo

    @classmethod
    def of(cls, page: Exported[str], after: str | None) -> Self:
        return cls(ics=page.part, page_info=_page_info(page, after))


@strawberry.type
class DataExport:
    nodes: list[JSON]
    page_info: PageInfo

    @classmethod
    def of(cls, page: Exported[list[dict[str, object]]], after: str | None) -> Self:
        return cls(nodes=[JSON(node) for node in page.part], page_info=_page_info(page, after))


def _page_info[Part](page: Exported[Part], after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=after is not None,
        start_cursor=None,
        end_cursor=page.end,
    )
