"""Random rules that the grammar allows, and random texts that are nearly rules."""

from random import Random

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
INTERVALS = {"YEARLY": 2, "MONTHLY": 5, "WEEKLY": 5, "DAILY": 20, "HOURLY": 60}
NAMES = (
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY"),
    *("BYDAY", "BYHOUR", "BYMINUTE", "BYSETPOS", "RSCALE", "SKIP", "BYSECOND", "X-LONG", "DTSTART"),
)
VALUES = (
    *(
        "YEARLY",
        "MONTHLY",
        "WEEKLY",
        "DAILY",
        "HOURLY",
        "MINUTELY",
        "1",
        "-1",
        "0",
        "+2",
        "31",
        "366",
        "1000",
    ),
    *("1001", "MO", "2TU", "-1FR", "MO,TU", "1,2,3", "9,17", "1,,2", "", "GREGORIAN", "BACKWARD", "FORWARD"),
    *(
        "20271231",
        "20271231T090000Z",
        "20270230",
        "99999999999",
        "\u0661",
        "-",
        "+-1",
        "1;2",
        "53MO",
        "\u017fU",
    ),
)


def random_rule(random: Random, frequency: str, all_day: bool) -> str:
    """A rule that is accepted, with short lists and without UNTIL."""
    parts = {"FREQ": frequency}

    def some(share: float) -> bool:
        return random.random() < share

    def numbers(low: int, high: int, most: int = 3, signed: bool = False) -> str:
        found = [random.randint(low, high) for _ in range(random.randint(1, most))]
        return ",".join(str(-number if signed and some(0.3) else number) for number in found)

    if some(0.5):
        parts["INTERVAL"] = str(random.randint(1, INTERVALS[frequency]))
    if some(0.4):
        parts["COUNT"] = str(random.randint(1, 40))
    if some(0.5):
        parts["WKST"] = random.choice(DAYS)
    if some(0.25):
        parts["BYMONTH"] = numbers(1, 12, 4)
    if frequency == "YEARLY" and some(0.3):
        parts["BYWEEKNO"] = numbers(1, 53, 4, signed=True)
    if frequency in ("YEARLY", "HOURLY") and some(0.2):
        parts["BYYEARDAY"] = numbers(1, 366, 40, signed=True)
    if frequency != "WEEKLY" and some(0.35):
        parts["BYMONTHDAY"] = random.choice(("29,30,31", "31", numbers(1, 31, 12, signed=True)))
    if some(0.5):
        counted = frequency in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in parts and some(0.6)
        reach = random.choice((5, 53 if frequency == "YEARLY" else 6))
        parts["BYDAY"] = ",".join(
            (random.choice(("", "-", "+")) + str(random.randint(1, reach)) if counted and some(0.7) else "")
            + day
            for day in random.sample(DAYS, random.randint(1, 7))
        )
    if not all_day:
        if some(0.3):
            parts["BYHOUR"] = random.choice(("1,2,3", "0,1,2", numbers(0, 23)))
        if some(0.3):
            parts["BYMINUTE"] = random.choice(("0,30", "0,15,30,45", numbers(0, 59)))
    if any(name.startswith("BY") for name in parts) and some(0.35):
        parts["BYSETPOS"] = numbers(1, random.choice((2, 5, 40)), 4, signed=True)
    if frequency in ("YEARLY", "MONTHLY") and some(0.3):
        parts["RSCALE"] = "GREGORIAN"
        parts["SKIP"] = random.choice(("OMIT", "BACKWARD", "FORWARD"))
    return ";".join(f"{name}={value}" for name, value in parts.items())


def random_text(random: Random) -> str:
    """Nearly a rule, or nothing like it."""
    kind = random.random()
    if kind < 0.1:
        return "".join(
            chr(random.choice((random.randrange(128), random.randrange(0x3000)))) for _ in range(20)
        )
    if kind < 0.5:
        chosen = ["FREQ=" + random.choice(VALUES[:6])] + [
            f"{random.choice(NAMES)}={random.choice(VALUES)}" for _ in range(random.randint(0, 3))
        ]
        return ";".join(chosen)
    text = random_rule(random, random.choice(tuple(INTERVALS)), all_day=False)
    for _ in range(random.choice((0, 1, 1, 2))):
        place = random.randrange(len(text))
        text = (
            text[:place]
            + random.choice(("", "0", "9", ",", ";", "=", "-", " ", "\n", "M", "\0"))
            + text[place + 1 :]
        )
    return text
