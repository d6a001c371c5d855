"""Exports, feeds and imports of one life, whole, and a file to import."""

from resolvers.accounts import read_user
from resolvers.ical.export import export_calendar
from resolvers.ical.feed import create_feed, open_feed, write_feed
from resolvers.ical.files import Rehearsed, import_file, read_file
from resolvers.ical.importing import Imported
from tests.resolvers.life import Life


async def exported(life: Life, first: int = 1000) -> str:
    """All pages together."""
    parts, after, more = [], None, True
    while more:
        async with life.database.read() as session:
            page = await export_calendar(session, life.user, first, after, life.now)
        parts.append(page.part)
        after, more = page.end, page.has_next
    return "".join(parts)


async def feed(life: Life, *, events: bool = False) -> str:
    _, token = await life.do(create_feed)
    opened = await open_feed(life.database, token, events)
    assert opened is not None
    return "".join([part async for part in write_feed(life.database, opened, events)])


async def imported(life: Life, ics: str, *, dry_run: bool = False) -> Imported:
    async with life.database.read() as session:
        user = await read_user(session, life.user)
    read = read_file(ics, user, life.now)
    try:
        return await life.do(lambda tx: import_file(tx, read, dry_run=dry_run))
    except Rehearsed as rehearsed:
        return rehearsed.imported


async def another_life(life: Life, zone: str = "UTC") -> Life:
    """On the same database, at the same time."""
    other = Life(life.database)
    other.now = life.now
    await other.begin(zone)
    return other


def counts(report: Imported) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, skipped."""
    return report.created, report.updated, report.unchanged, report.skipped


def noted(report: Imported) -> set[tuple[str, str]]:
    """To-do and property of each note."""
    return {(note.uid, note.name) for note in report.notes}


def file(*to_dos: str, before: str = "") -> str:
    """A file of these to-dos, each given by its lines."""
    inside = "".join(f"BEGIN:VTODO\n{to_do.strip()}\nEND:VTODO\n" for to_do in to_dos)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{before}{inside}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    )
