"""Reminders as calendars are told of them (VALARM)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from resolvers.calendar import instant_of
from resolvers.calendar.durations import Duration, parse_duration
from resolvers.ical import lines
from resolvers.ical.lines import line, text
from resolvers.instants import zone_or_utc
from resolvers.reminders.plan import Canceller, Status
from resolvers.tables import Reminder, Task


def pattern_of(reminder: Reminder) -> str | None:
    """How long before the due date, also where it was put off since."""
    return reminder.before_due or reminder.pattern


def is_told(reminder: Reminder, recurring: bool) -> bool:
    """What is to ring, or would if its task were opened, due later, or came once more."""
    if reminder.status == Status.PENDING:
        return True
    if reminder.cancelled_by == Canceller.PERSON:
        return False
    return reminder.before_due is not None or (recurring and reminder.pattern is not None)


def alarms(
    task: Task, reminders: Sequence[Reminder], at_time: time, *, events: bool, of_series: bool, by_days: bool
) -> Iterator[str]:
    """of_series: they are those of each occurrence, which has a time unless `by_days`.

    at_time: the user's, for what has none
    """
    if events and task.completed_at is not None and not of_series:
        return
    found: set[tuple[str, str]] = set()
    for reminder in reminders:
        if not is_told(reminder, task.recurring):
            continue
        pattern = pattern_of(reminder)
        put_off = reminder.status == Status.PENDING and reminder.before_due is None
        if pattern is None or (put_off and not of_series):
            hint = "" if pattern is None else line("X-TASKFLOW-PATTERN", parse_duration(pattern).canonical)
            found.add((line("TRIGGER;VALUE=DATE-TIME", lines.instant(reminder.remind_at)), hint))
            continue
        before = parse_duration(pattern)
        hint = line("X-TASKFLOW-BEFORE-DUE", before.canonical)
        if task.due_on is not None and not of_series:
            at = lines.instant(_all_day_moment(task.due_on, before, task, at_time))
            found.add((line("TRIGGER;VALUE=DATE-TIME", at), hint))
            continue
        if task.due_at is None and not of_series:
            continue
        related = "TRIGGER" if events else "TRIGGER;RELATED=END"
        found.add((line(related, _ago(before, at_time if by_days else None)), hint))
    for trigger, hint in sorted(found):
        yield "".join(
            [
                line("BEGIN", "VALARM"),
                line("ACTION", "DISPLAY"),
                line("DESCRIPTION", text(task.title)),
                trigger,
                "" if events else hint,
                line("END", "VALARM"),
            ]
        )


def _all_day_moment(on: date, before: Duration, task: Task, at_time: time) -> datetime:
    zone = zone_or_utc(task.time_zone)
    at = instant_of(datetime.combine(on, at_time) - timedelta(days=before.days), zone)
    return at - timedelta(seconds=before.seconds)


def _ago(before: Duration, at_time: time | None) -> str:
    """From the due instant; from the beginning of the day where `at_time` says at what time of the day it counts."""
    if at_time is None:
        return "PT0S" if before == Duration() else f"-{before.canonical}"
    seconds = at_time.hour * 3600 + at_time.minute * 60 - before.days * 86_400 - before.seconds
    days, rest = divmod(abs(seconds), 86_400)
    # Always with the days apart, so that half a day before is not 12 hours of some other day.
    length = Duration(days, rest).canonical
    return f"-{length}" if seconds < 0 else length
