"""A rule in plain English: `every week on Monday and Wednesday until 3 March 2027`.

It says what the rule says. What the rule leaves to its series' start (a weekday, a time of day) is not mentioned.
"""

from datetime import UTC, date, datetime, tzinfo

from resolvers.calendar import terms
from resolvers.calendar.parts import Frequency, Skip
from resolvers.calendar.rule import Rule
from resolvers.calendar.terms import ALL_DAYS, UNITS, WEEKEND, WORKING

#: More times of day than this are described, and not listed.
_TIMES_LISTED = 6


def summary(rule: Rule, zone: tzinfo = UTC) -> str:
    """The rule in words. `zone` is the series': in it an UNTIL that is an instant is read as a day."""
    picked = _picked(rule)
    words = (picked or _every(rule) + _days(rule)) + _times(rule)
    if rule.positions and not picked:
        only = terms.listing([terms.position(number) for number in rule.positions])
        words += f", but only {only} of these each {UNITS[rule.frequency]}"
    return words + _skip(rule) + _week_start(rule) + _end(rule, zone)


def _every(rule: Rule) -> str:
    unit = UNITS[rule.frequency]
    if rule.interval > 1:
        return f"every {rule.interval} {unit}s"
    plain = _plain(rule)
    if rule.frequency in (Frequency.WEEKLY, Frequency.DAILY) and not rule.month_days:
        if plain in (WORKING, ALL_DAYS):
            return "every weekday" if plain == WORKING else "every day"
        if rule.frequency == Frequency.DAILY and plain:
            return f"every {terms.numbers(terms.weekday, plain)}"
    return f"every {unit}"


def _days(rule: Rule) -> str:
    """On which days of its periods the rule holds, with a space before it."""
    plain = _plain(rule)
    months = f" {terms.placed('in', terms.month, rule.months)}" if rule.months else ""
    match rule.frequency:
        case Frequency.HOURLY:
            if plain and not (rule.month_days or rule.year_days):
                return f" {_weekdays(plain)}{months}"
            return (
                _if(" on each day that is ", _weekday_of(rule), _month_day_of(rule), _year_day_of(rule))
                + months
            )
        case Frequency.DAILY:
            if rule.interval > 1:
                return _if(", where that is ", _weekday_of(rule), _month_day_of(rule)) + months
            weekday = _weekday_of(rule) if rule.month_days else ""
            return _if(" that is ", weekday, _month_day_of(rule)) + months
        case Frequency.WEEKLY:
            said = rule.interval == 1 and plain in (WORKING, ALL_DAYS)
            return (f" {_weekdays(plain)}" if plain and not said else "") + months
        case Frequency.MONTHLY | Frequency.YEARLY:
            return _days_of_months(rule, months)


def _days_of_months(rule: Rule, months: str) -> str:
    where = ", where that is "
    yearly = rule.frequency == Frequency.YEARLY
    if rule.weeks:
        weeks = _weeks(rule)
        days = f" {_weekdays(_plain(rule))} of {weeks}" if rule.weekdays else f" in {weeks}"
        return days + _if(where, _month_day_of(rule), _year_day_of(rule)) + months
    if rule.year_days:
        days = terms.placed("on", terms.year_day, rule.year_days)
        return f" {days} of the year" + _if(where, _weekday_of(rule), _month_day_of(rule)) + months
    if rule.month_days:
        return _month_days(rule, months)
    if rule.weekdays:
        days = terms.listing([terms.every_weekday(day) for day in rule.weekdays])
        return f" on {days}" + (months or (" of the year" if yearly else ""))
    if rule.skip != Skip.OMIT:
        return " on the same day" + months
    return months


def _month_days(rule: Rule, months: str) -> str:
    yearly, plain = rule.frequency == Frequency.YEARLY, _plain(rule)
    weekday = _if(", where that is ", _weekday_of(rule))
    if len(rule.month_days) == 1 and (day := rule.month_days[0]) > 0:
        if yearly and len(rule.months) == 1:
            return f" on {day} {terms.month(rule.months[0])}{weekday}"
        if len(plain) == 1:
            every = " every" if yearly else ""
            return f" on{every} {terms.weekday(plain[0])} the {terms.nth(day)}{months}"
    days = f" {terms.placed('on', terms.month_day, rule.month_days)}"
    if not yearly:
        return days + weekday + months
    return f"{days} of {terms.numbers(terms.month, rule.months) if rule.months else 'every month'}{weekday}"


def _picked(rule: Rule) -> str:
    """BYSETPOS where it says no more than `on the last weekday`; else nothing."""
    plain, yearly = _plain(rule), rule.frequency == Frequency.YEARLY
    if not (rule.positions and plain) or rule.frequency in (Frequency.DAILY, Frequency.HOURLY):
        return ""
    if rule.month_days or rule.year_days or rule.weeks or len(rule.hours) > 1 or len(rule.minutes) > 1:
        return ""
    if yearly and len(rule.months) > 1:  # the last Monday of May and June together
        return ""
    kinds = {WORKING: "weekday", WEEKEND: "weekend day", ALL_DAYS: "day"}
    kind = kinds.get(plain) or terms.listing([terms.weekday(day) for day in plain], "or")
    where = (
        f" in {terms.numbers(terms.month, rule.months)}" if rule.months else " of the year" if yearly else ""
    )
    unit = UNITS[rule.frequency]
    every = f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"
    return f"{every} on {terms.listing([terms.position(number) for number in rule.positions])} {kind}{where}"


def _times(rule: Rule) -> str:
    hours, minutes = rule.hours, rule.minutes
    if hours and not minutes:
        return f" in the hour{'s' if len(hours) > 1 else ''} {terms.placed('of', terms.clock, hours)}"
    if hours and len(hours) * len(minutes) <= _TIMES_LISTED:
        return f" at {terms.listing([f'{hour:02}:{minute:02}' for hour in hours for minute in minutes])}"
    if minutes:
        past = f"each hour {terms.placed('of', terms.clock, hours)}" if hours else "the hour"
        return f" at {terms.numbers(str, minutes)} minute{'' if minutes == (1,) else 's'} past {past}"
    return ""


def _skip(rule: Rule) -> str:
    by_month_day = rule.month_days or not (rule.weekdays or rule.year_days)
    if rule.skip == Skip.OMIT or rule.frequency > Frequency.MONTHLY or rule.weeks or not by_month_day:
        return ""
    nearest = "earlier" if rule.skip == Skip.BACKWARD else "later"
    return f", or the nearest {nearest} day where a month lacks it"


def _week_start(rule: Rule) -> str:
    weekly = rule.frequency == Frequency.WEEKLY and (rule.interval > 1 or rule.positions)
    if not rule.week_start or not (weekly or rule.weeks):
        return ""
    return f", with weeks that begin on {terms.weekday(rule.week_start)}"


def _end(rule: Rule, zone: tzinfo) -> str:
    if rule.count:
        return {1: ", once", 2: ", twice"}.get(rule.count, f", {rule.count} times")
    if rule.until is None:
        return ""
    day: date = rule.until.astimezone(zone) if isinstance(rule.until, datetime) else rule.until
    return f" until {day.day} {terms.month(day.month)} {day.year}"


def _plain(rule: Rule) -> tuple[int, ...]:
    """The weekdays, where none has a number."""
    return () if any(ordinal for ordinal, _ in rule.weekdays) else tuple(day for _, day in rule.weekdays)


def _weekdays(plain: tuple[int, ...]) -> str:
    known = {WORKING: "on weekdays", ALL_DAYS: "on every day"}
    return known.get(plain) or terms.placed("on", terms.weekday, plain)


def _weeks(rule: Rule) -> str:
    if min(rule.weeks) < 0 or len(rule.weeks) == 1:
        return terms.numbers(terms.week, rule.weeks)
    return f"weeks {terms.numbers(str, rule.weeks)}"


def _if(relative: str, *conditions: str) -> str:
    """What else has to hold of a day, and nothing where there is no condition."""
    said = [condition for condition in conditions if condition]
    return relative + " and ".join(said) if said else ""


def _weekday_of(rule: Rule) -> str:
    if _plain(rule) == WORKING:
        return "a weekday"
    return terms.listing([terms.such_a_weekday(day) for day in rule.weekdays], "or") if rule.weekdays else ""


def _month_day_of(rule: Rule) -> str:
    return f"{terms.numbers(terms.month_day, rule.month_days, 'or')} of the month" if rule.month_days else ""


def _year_day_of(rule: Rule) -> str:
    return f"{terms.numbers(terms.year_day, rule.year_days, 'or')} of the year" if rule.year_days else ""
