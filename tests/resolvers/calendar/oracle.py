"""What a rule means, told by walking over every day and asking each part of the rule: slow, and plain enough to read.

It shares nothing with the calendar but the parser. RFC 5545, 3.3.10 (its table of expanding and limiting parts comes
out as: a day of the period that satisfies every part), and RFC 7529, 4.1.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from resolvers.calendar import Frequency, Rule, Skip

DAY = timedelta(days=1)
#: How many days before and behind an asked place a period can hold.
REACH = {
    Frequency.YEARLY: 373,
    Frequency.MONTHLY: 31,
    Frequency.WEEKLY: 7,
    Frequency.DAILY: 0,
    Frequency.HOURLY: 0,
}


def occurrences(
    rule: Rule, start: datetime, zone: ZoneInfo, horizon: datetime
) -> list[tuple[datetime, datetime]]:
    """(instant, wall clock) up to the wall clock `horizon`; COUNT is heeded, UNTIL is not."""
    rule = with_what_the_start_gives(rule, start)
    walls: list[datetime] = []
    days = walk(rule, start, horizon)
    for (_, turn), members in groupby(days, key=lambda member: member[0]):
        if turn % rule.interval == 0:
            chosen = sorted({moment for _, day, hour in members for moment in times(rule, day, hour, start)})
            walls += at_positions(chosen, rule.positions)
    walls = sorted({wall for wall in walls if wall >= start})
    if rule.count is not None:
        walls = walls[: rule.count]
    instants = sorted((instant(wall, zone), wall) for wall in walls if wall < horizon)
    return [pair for i, pair in enumerate(instants) if i == 0 or instants[i - 1][0] != pair[0]]


def with_what_the_start_gives(rule: Rule, start: datetime) -> Rule:
    given = {name: getattr(rule, name) for name in Rule.__dataclass_fields__}
    if not (rule.month_days or rule.year_days or rule.weekdays):
        if rule.frequency == Frequency.WEEKLY or rule.weeks:
            given["weekdays"] = ((0, start.weekday()),)
        elif rule.frequency == Frequency.MONTHLY:
            given["month_days"] = (start.day,)
        elif rule.frequency == Frequency.YEARLY:
            given["month_days"] = (start.day,)
            given["months"] = rule.months or (start.month,)
    if rule.frequency != Frequency.HOURLY:
        given["hours"] = rule.hours or (start.hour,)
    given["minutes"] = rule.minutes or (start.minute,)
    return Rule(**given)


def walk(rule: Rule, start: datetime, horizon: datetime):
    """((period, periods since the start's), day, hour) of each day, or hour, that the day parts let through."""
    monthly_or_yearly = rule.frequency in (Frequency.YEARLY, Frequency.MONTHLY)
    if rule.skip != Skip.OMIT and rule.month_days and not rule.weeks and monthly_or_yearly:
        yield from walk_with_skip(rule, start, horizon)
        return
    day, last = (start.date() - REACH[rule.frequency] * DAY, horizon.date() + REACH[rule.frequency] * DAY)
    first_hour = start.replace(minute=0, second=0)
    while day <= last:
        if is_meant(rule, day):
            if rule.frequency == Frequency.HOURLY:
                for hour in rule.hours or range(24):
                    since = (datetime.combine(day, time(hour)) - first_hour) // timedelta(hours=1)
                    yield (since, since), day, hour
            else:
                number = period(rule, day)
                yield (number, number - period(rule, start.date())), day, None
        day += DAY


def walk_with_skip(rule: Rule, start: datetime, horizon: datetime):
    yearly = rule.frequency == Frequency.YEARLY
    for months in range(start.year * 12 - 12, horizon.year * 12 + 24):
        year, month = divmod(months, 12)
        first = date(year, month + 1, 1)
        if rule.months and first.month not in rule.months:
            continue
        length = (date(year + month // 11, (month + 1) % 12 + 1, 1) - first).days
        for number in rule.month_days:
            offset = number - 1 if number > 0 else length + number
            if not 0 <= offset < length:
                edge = length if offset >= length else 0
                offset = edge if rule.skip == Skip.FORWARD else edge - 1
            day = first + offset * DAY
            if is_meant(rule, day, of_month=False):
                since = year - start.year if yearly else months - (start.year * 12 + start.month - 1)
                yield (since, since), day, None


def period(rule: Rule, day: date) -> int:
    match rule.frequency:
        case Frequency.YEARLY:
            return middle_of_week(rule, day).year if rule.weeks else day.year
        case Frequency.MONTHLY:
            return day.year * 12 + day.month
        case Frequency.WEEKLY:
            return middle_of_week(rule, day).toordinal() // 7
    return day.toordinal()


def middle_of_week(rule: Rule, day: date) -> date:
    """A week belongs to the year that has more of its days: the year of its fourth day."""
    return day - (day.weekday() - rule.week_start) % 7 * DAY + 3 * DAY


def is_meant(rule: Rule, day: date, of_month: bool = True) -> bool:
    if of_month and rule.months and day.month not in rule.months:
        return False
    year_length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    month_length = ((day.replace(day=28) + 4 * DAY).replace(day=1) - DAY).day
    year_day = (day - date(day.year, 1, 1)).days + 1
    if of_month and rule.month_days and not {day.day, day.day - month_length - 1} & set(rule.month_days):
        return False
    if rule.year_days and not {year_day, year_day - year_length - 1} & set(rule.year_days):
        return False
    if rule.weeks:
        middle = middle_of_week(rule, day)
        week = (middle - date(middle.year, 1, 1)).days // 7 + 1
        behind = (date(middle.year, 12, 31) - middle).days // 7
        if not {week, -1 - behind} & set(rule.weeks):
            return False
    if not rule.weekdays:
        return True
    in_month = rule.frequency == Frequency.MONTHLY or rule.months
    place, length = (day.day, month_length) if in_month else (year_day, year_length)
    ordinals = {0, (place + 6) // 7, -((length - place) // 7) - 1}
    return any((ordinal, day.weekday()) in rule.weekdays for ordinal in ordinals)


def times(rule: Rule, day: date, hour: int | None, start: datetime) -> list[datetime]:
    hours = rule.hours if hour is None else (hour,)
    return [datetime.combine(day, time(h, m, start.second)) for h in hours for m in rule.minutes]


def at_positions(chosen: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    if not positions:
        return chosen
    count = len(chosen)
    return [wall for i, wall in enumerate(chosen) if i + 1 in positions or i - count in positions]


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which a clock in `zone` shows `wall`; where it never does, by the offset of before."""
    aware = wall.replace(tzinfo=UTC)
    offsets = [(aware + days * DAY).astimezone(zone).utcoffset() for days in (-2, 2)]
    shown = [
        aware - offset for offset in offsets if (aware - offset).astimezone(zone).replace(tzinfo=None) == wall
    ]
    return min(shown) if shown else aware - offsets[0]
