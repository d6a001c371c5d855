"""Cases with known answers, in cases.json.

R: RFC 5545 and its clock changes. S: SKIP of RFC 7529. L: what other engines get wrong. B: behaviour; its kinds `next`
and `materialise` are about completing and catching up, and are tested with the acts.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from resolvers.calendar import Series, parse_rule
from resolvers.calendar.durations import before, parse_duration
from resolvers.errors import Invalid

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())
#: More than any case that ends by itself has.
ALL = 1000


def of_kind(*kinds: str) -> Any:
    chosen = [case for case in CASES if case["kind"] in kinds]
    return pytest.mark.parametrize("case", chosen, ids=[f"{case['id']} {case['name']}" for case in chosen])


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


def series(case: dict[str, Any]) -> Series:
    text, _, zone = case["dt"].partition(" ")
    zone = ZoneInfo(zone or case.get("tz", "UTC"))
    excluded = [wall(text) for text in case.get("ex", [])]
    return Series(parse_rule(case["rule"]), wall(text), zone, "T" not in text, excluded)


@of_kind("expand", "expand-floating")
def test_the_occurrences_are_these(case: dict[str, Any]) -> None:
    endless = "COUNT" not in case["rule"] and "UNTIL" not in case["rule"]
    if "occurrences" in case:
        found = series(case).first(case["n"] if endless else ALL)
        assert [[f"{one.wall:%Y-%m-%dT%H:%M}", f"{one.at:%Y-%m-%dT%H:%MZ}"] for one in found] == case[
            "occurrences"
        ]
    else:
        found = series(case).first(len(case["expected"]) if endless else ALL)
        assert [one.wall for one in found] == [wall(text) for text in case["expected"]]


@of_kind("reject")
def test_the_rule_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        series({"dt": "20260101T090000", **case}).check("recurrence", "rule")
    assert refusal.value.message


@of_kind("reminder")
def test_the_reminder_rings_at(case: dict[str, Any]) -> None:
    due, zone = case["due"].split()
    at = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(zone))
    found = before(at, parse_duration(case["trigger"].removeprefix("-")), ZoneInfo(zone))
    assert f"{found:%Y-%m-%dT%H:%MZ}" == case["expected"]
