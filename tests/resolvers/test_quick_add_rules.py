"""The rules that the web app reads from a line are good here, and begin when it says that the task is due."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from resolvers.errors import Invalid
from resolvers.recurrences.reading import preview

PHRASES = Path(__file__).parents[2] / "frontend/features/quickadd/phrases.golden.json"
#: What the phrases are read in.
ZONE = "Europe/Vienna"


def series() -> list[tuple[str, str, str | None]]:
    found = json.loads(PHRASES.read_text(encoding="utf-8"))
    return [(one["text"], one["rule"], one.get("due")) for one in found if "rule" in one]


def test_each_first_occurrence_is_when_the_task_is_due() -> None:
    differing = {}
    for text, rule, due in series():
        if due is None:
            continue
        start = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(ZONE))
        first = preview(rule, start, ZONE, len(due) == len("2026-03-11"), 1)
        if first != [start]:
            differing[text] = first
    assert differing == {}


def test_what_is_never_due_is_refused() -> None:
    impossible = [rule for _, rule, due in series() if due is None]
    assert impossible == ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"]
    with pytest.raises(Invalid):
        preview(impossible[0], datetime(2026, 3, 11, tzinfo=ZoneInfo(ZONE)), ZONE, False, 1)
