"""How one value of a rule is said in English, and how a list of them is."""

from collections.abc import Callable, Sequence

from resolvers.calendar.parts import Frequency

UNITS = {
    Frequency.YEARLY: "year",
    Frequency.MONTHLY: "month",
    Frequency.WEEKLY: "week",
    Frequency.DAILY: "day",
    Frequency.HOURLY: "hour",
}
WORKING, WEEKEND, ALL_DAYS = (0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
#: Of so many numbers in a row only the first and the last are said.
_RUN = 4


def weekday(day: int) -> str:
    return _WEEKDAYS[day]


def month(number: int) -> str:
    return _MONTHS[number - 1]


def position(number: int) -> str:
    """`the first`, `the last`, `the second-to-last`."""
    if number == -1:
        return "the last"
    ordinal = _ORDINALS[abs(number) - 1] if abs(number) <= len(_ORDINALS) else nth(abs(number))
    return f"the {ordinal}" if number > 0 else f"the {ordinal}-to-last"


def nth(number: int) -> str:
    """`1st`, `22nd`, `113th`."""
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def month_day(number: int) -> str:
    return f"the {nth(number)}" if number > 0 else f"{position(number)} day"


def year_day(number: int) -> str:
    return f"day {number}" if number > 1 else f"{position(number)} day"


def week(number: int) -> str:
    return f"week {number}" if number > 0 else f"{position(number)} week"


def clock(hour: int) -> str:
    return f"{hour:02}:00"


def every_weekday(counted: tuple[int, int]) -> str:
    """`every Tuesday`, or `the second Tuesday`."""
    ordinal, day = counted
    return f"{position(ordinal)} {weekday(day)}" if ordinal else f"every {weekday(day)}"


def such_a_weekday(counted: tuple[int, int]) -> str:
    """`a Tuesday`, or `the second Tuesday`."""
    ordinal, day = counted
    return f"{position(ordinal)} {weekday(day)}" if ordinal else f"a {weekday(day)}"


def numbers(say: Callable[[int], str], values: Sequence[int], word: str = "and") -> str:
    """`values` as `say` says each: `June, July and September`, `the 2nd to the 8th and the last day`."""
    items = []
    for run in _runs(values):
        said = [say(value) for value in run]
        items += [f"{said[0]} to {said[-1]}"] if len(run) >= _RUN else said
    return listing(items, word)


def placed(preposition: str, say: Callable[[int], str], values: Sequence[int]) -> str:
    """`on the 2nd and the 8th`, but `from the 2nd to the 8th`."""
    alone = len(values) >= _RUN and values[-1] - values[0] == len(values) - 1
    return f"{'from' if alone else preposition} {numbers(say, values)}"


def _runs(values: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    return runs


def listing(items: Sequence[str], word: str = "and") -> str:
    *head, last = items
    return f"{', '.join(head)} {word} {last}" if head else last
