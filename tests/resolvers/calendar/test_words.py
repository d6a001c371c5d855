import json
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from resolvers.calendar import parse_rule
from resolvers.calendar.words import summary
from tests.resolvers.calendar.randoms import INTERVALS, random_rule

SUMMARIES = json.loads((Path(__file__).parent / "summaries.json").read_text())


@pytest.mark.parametrize("text", SUMMARIES)
def test_a_rule_reads_as_a_person_would_say_it(text: str) -> None:
    assert summary(parse_rule(text)) == SUMMARIES[text]


def test_an_end_that_is_an_instant_is_read_as_a_day_of_the_series_zone() -> None:
    rule = parse_rule("FREQ=DAILY;UNTIL=20270304T045959Z")
    assert summary(rule, ZoneInfo("America/New_York")) == "every day until 3 March 2027"
    assert summary(rule, ZoneInfo("Europe/Vienna")) == "every day until 4 March 2027"


def test_every_rule_has_words_without_gaps() -> None:
    random = Random(3)
    for _ in range(1000):
        said = summary(parse_rule(random_rule(random, random.choice(tuple(INTERVALS)), all_day=False)))
        assert said.startswith("every ")
        assert "  " not in said
        assert " ," not in said
