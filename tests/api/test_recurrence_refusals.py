"""What is refused about series, with which code, and at which field."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.acts import do, recur, refusal, refused_input, see, task
from tests.support.client import Api

DAILY = "FREQ=DAILY"
NINE = "2031-05-05T09:00:00Z"


@pytest.mark.parametrize(
    ("recurrence", "field"),
    [
        *(
            ({"rule": rule}, ["recurrence", "rule"])
            for rule in (
                "",
                "RRULE:",
                "every day",
                "FREQ=SECONDLY",
                "FREQ=MINUTELY",
                "FREQ=DAILY;BYSECOND=1",
                "FREQ=DAILY;INTERVAL=0",
                "FREQ=DAILY;INTERVAL=-1",
                "FREQ=DAILY;INTERVAL=1001",
                "FREQ=DAILY;COUNT=0",
                "FREQ=DAILY;COUNT=-1",
                "FREQ=DAILY;COUNT=3;UNTIL=20310601T000000Z",
                "FREQ=DAILY;UNTIL=20310601",
                "FREQ=DAILY;COUNT=٣",
                "FREQ=MONTHLY;BYMONTHDAY=,24",
                "FREQ=DAILY;FREQ=DAILY",
                "FREQ=DAILY\nEXRULE:FREQ=DAILY",
                "DTSTART:20310505T090000Z\nRRULE:FREQ=DAILY",
                "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
                "FREQ=DAILY;UNTIL=20300101T000000Z",
                "FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 300),
            )
        ),
        ({"rule": DAILY, "timeZone": "Mars/Olympus"}, ["recurrence", "timeZone"]),
        ({"rule": DAILY, "timeZone": ""}, ["recurrence", "timeZone"]),
        ({"rule": DAILY, "start": "1969-12-31T23:59:59Z"}, ["recurrence", "start"]),
        ({"rule": DAILY, "start": "2201-01-01T00:00:00Z"}, ["recurrence", "start"]),
    ],
    ids=str,
)
async def test_what_is_not_in_order_names_the_field(ana: Api, recurrence: dict[str, Any], field: list[str]):
    made = await task(ana, dueDate=NINE)
    assert await refusal(ana, "setRecurrence", taskId=made["id"], recurrence=recurrence) == (
        "INVALID_INPUT",
        field,
    )
    assert await refusal(ana, "createTask", title="x", dueDate=NINE, recurrence=recurrence) == (
        "INVALID_INPUT",
        field,
    )
    assert not (await see(ana, made["id"]))["isRecurring"]


@pytest.mark.parametrize("rule", ["FREQ=DAILY;UNTIL=20310601T000000Z", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9"])
async def test_what_an_all_day_series_cannot_have(ana: Api, rule: str):
    refused = await refusal(ana, "createTask", title="x", dueOn="2031-05-05", recurrence={"rule": rule})
    assert refused == ("INVALID_INPUT", ["recurrence", "rule"])


@pytest.mark.parametrize(
    "recurrence",
    [
        {"rule": DAILY, "lead": "P367D"},
        {"rule": DAILY, "lead": "P1Y"},
        {"rule": DAILY, "lead": "-P1D"},
        {"rule": DAILY, "lead": "PT1S"},
        {"rule": DAILY, "lead": "a day"},
        {"rule": DAILY, "lead": 3600},
        {"rule": DAILY, "lead": None},
        {"rule": DAILY, "start": "2031-05-05T09:00:00"},
        {"rule": DAILY, "mode": "SOMETIMES"},
        {"rule": DAILY, "missed": "NEVER"},
        {"rule": None},
        {"rule": 7},
        {},
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_a_graphql_error(ana: Api, recurrence: dict[str, Any]):
    made = await task(ana, dueDate=NINE)
    code = await refused_input(ana, "setRecurrence", taskId=made["id"], recurrence=recurrence)
    assert code == "INVALID_INPUT"


async def test_a_lead_of_a_year_is_taken(ana: Api):
    assert (await recur(ana, "FREQ=YEARLY", NINE, lead="P366D"))["recurrence"]["lead"] == "P366D"


async def test_another_users_task_is_none(ana: Api, ben: Api):
    series = await recur(ben, DAILY, NINE)
    for id_ in (series["id"], str(uuid4()), "nonsense"):
        not_found = ("NOT_FOUND", ["taskId"])
        assert await refusal(ana, "setRecurrence", taskId=id_, recurrence={"rule": DAILY}) == not_found
        assert await refusal(ana, "skipOccurrence", taskId=id_) == not_found
        assert await refusal(ana, "clearRecurrence", id=id_) == ("NOT_FOUND", ["id"])
    assert await see(ben, series["id"]) == series


async def test_a_deleted_task_has_to_be_restored_first(ana: Api):
    series = await recur(ana, DAILY, NINE)
    await do(ana, "deleteTask", id=series["id"])
    for mutation, input_ in (
        ("setRecurrence", {"taskId": series["id"], "recurrence": {"rule": "FREQ=WEEKLY"}}),
        ("skipOccurrence", {"taskId": series["id"]}),
        ("clearRecurrence", {"id": series["id"]}),
    ):
        assert (await refusal(ana, mutation, **input_))[0] == "CONFLICT"
    payload = await ana.mutate("skipOccurrence", "task { id deletedAt } errors { code }", taskId=series["id"])
    assert payload["task"]["deletedAt"]


async def test_a_change_of_another_version_is_a_conflict_that_shows_the_task(ana: Api):
    series = await recur(ana, DAILY, NINE)
    for mutation, input_ in (
        ("setRecurrence", {"taskId": series["id"], "recurrence": {"rule": "FREQ=WEEKLY"}}),
        ("skipOccurrence", {"taskId": series["id"]}),
        ("clearRecurrence", {"id": series["id"]}),
    ):
        assert await refusal(ana, mutation, expectedVersion=7, **input_) == ("CONFLICT", ["expectedVersion"])
        payload = await ana.mutate(
            mutation, "task { version recurrence { rule } } errors { code }", expectedVersion=7, **input_
        )
        assert payload["task"] == {"version": 1, "recurrence": {"rule": DAILY}}
    for version, (mutation, input_) in enumerate(
        (
            ("setRecurrence", {"taskId": series["id"], "recurrence": {"rule": "FREQ=WEEKLY"}}),
            ("skipOccurrence", {"taskId": series["id"]}),
            ("clearRecurrence", {"id": series["id"]}),
        ),
        start=1,
    ):
        assert (await do(ana, mutation, expectedVersion=version, **input_))["version"] == version + 1


async def test_only_what_is_to_come_can_be_left_out(ana: Api):
    series = await recur(ana, "FREQ=DAILY;COUNT=4", NINE)
    nowhere = ("INVALID_INPUT", ["occurrence"])
    for occurrence in (
        NINE,  # the series task itself
        "2031-05-06T09:00:01Z",
        "2031-05-06T09:00:00.5Z",
        "2031-05-09T09:00:00Z",  # after the last
        "2031-05-04T09:00:00Z",
        "1969-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ):
        assert await refusal(ana, "skipOccurrence", taskId=series["id"], occurrence=occurrence) == nowhere
    await do(ana, "skipOccurrence", taskId=series["id"], occurrence="2031-05-07T09:00:00Z")
    again = {"taskId": series["id"], "occurrence": "2031-05-07T09:00:00Z"}
    assert await refusal(ana, "skipOccurrence", **again) == nowhere
    for _ in range(2):
        await do(ana, "skipOccurrence", taskId=series["id"])
    assert await refusal(ana, "skipOccurrence", taskId=series["id"]) == nowhere


async def test_what_does_not_recur_has_nothing_to_leave_out(ana: Api):
    made = await task(ana, dueDate=NINE)
    assert await refusal(ana, "skipOccurrence", taskId=made["id"]) == ("INVALID_INPUT", ["taskId"])


async def test_while_a_completion_is_waited_for_there_is_nothing_to_leave_out(ana: Api):
    series = await recur(ana, DAILY, NINE, mode="COMPLETION")
    assert await refusal(ana, "skipOccurrence", taskId=series["id"]) == ("INVALID_INPUT", ["occurrence"])
