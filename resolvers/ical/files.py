"""A calendar file, read and imported."""

from dataclasses import dataclass
from datetime import datetime

from resolvers.errors import Invalid
from resolvers.ical.importing import Imported, Importing
from resolvers.ical.notes import Notes
from resolvers.ical.parsing import FIELD, parse
from resolvers.ical.todos import Reading, ToDo, read_to_do
from resolvers.ical.values import Zones
from resolvers.instants import zone_or_utc
from resolvers.log.transaction import Transaction
from resolvers.tables import User

_OTHERS = {"VEVENT": "events", "VJOURNAL": "journal entries", "VFREEBUSY": "times that are free or busy"}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """unreadable: how many to-dos can't be imported, as the notes say."""

    to_dos: list[ToDo]
    unreadable: int
    notes: Notes


class Rehearsed(Exception):
    """Raised at the end of a dry run, so that nothing of it stays."""

    def __init__(self, imported: Imported) -> None:
        super().__init__("a dry run")
        self.imported = imported


def read_file(ics: str, user: User, now: datetime) -> ReadFile:
    """Takes up to a second or so of CPU. Raises Invalid and LimitExceeded with the field `ics`."""
    file, notes = parse(ics), Notes()
    zones = Zones(zone_or_utc(user.time_zone), file.zones)
    for kind, count in sorted(file.others.items()):
        what = _OTHERS.get(kind, f"parts of the kind {kind[:30]}")
        notes.add("", "", f"{count:,} {what}: only to-dos are imported.")
    if not file.to_dos and not file.others:
        raise Invalid("There is no to-do (VTODO) in this file.", FIELD)
    reading = Reading(zones, now, user.all_day_reminder_time, notes)
    to_dos = [read_to_do(each, reading) for each in file.to_dos]
    kept = [each for each in to_dos if each is not None]
    return ReadFile(kept, len(to_dos) - len(kept), notes)


async def import_file(tx: Transaction, read: ReadFile, *, dry_run: bool) -> Imported:
    """Raises LimitExceeded with the field `ics`, and Rehearsed where it is a dry run."""
    # A transaction may be tried again: each time it begins with what reading noted.
    imported = await Importing(tx, read.notes.copy(), read.unreadable).run(read.to_dos)
    if dry_run:
        raise Rehearsed(imported)
    return imported
