"""Series as a client sees them: what a rule makes of a task, and what is to come."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.api.acts import cursor, do, graphql_error, news, recur, remind, see, soon, task, unchanged
from tests.support.client import Api

DAILY = "FREQ=DAILY"
NINE = "2031-05-05T09:00:00Z"  # a Monday
DAYS = [f"2031-05-{day:02}T09:00:00Z" for day in range(6, 20)]


async def test_a_task_becomes_a_series(ana: Api):
    made = await task(ana, dueDate=NINE)
    assert (made["isRecurring"], made["recurrence"]) == (False, None)
    before = await cursor(ana)
    series = await do(
        ana, "setRecurrence", taskId=made["id"], recurrence={"rule": "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"}
    )
    assert (series["isRecurring"], series["version"], series["id"]) == (True, 2, made["id"])
    assert series["recurrence"] == {
        "rule": "FREQ=WEEKLY;BYDAY=MO,WE",
        "timeZone": "Europe/Vienna",
        "start": NINE,
        "mode": "SCHEDULE",
        "missed": "LATEST",
        "lead": "PT0S",
        "nextOccurrence": "2031-05-07T09:00:00Z",
        "upcoming": ["2031-05-07T09:00:00Z", "2031-05-12T09:00:00Z", "2031-05-14T09:00:00Z"],
        "summary": "every week on Monday and Wednesday",
        "ended": False,
    }
    [event] = await news(ana, before)
    assert (event["type"], event["aggregateId"]) == ("RECURRENCE_SET", made["id"])
    assert event["changed"] == ["isRecurring", "recurrence"]
    assert event["data"]["recurrence"]["rule"] == "FREQ=WEEKLY;BYDAY=MO,WE"


async def test_a_task_can_be_made_as_a_series(ana: Api):
    before = await cursor(ana)
    series = await recur(
        ana, DAILY, NINE, timeZone="Asia/Tokyo", mode="COMPLETION", missed="ALL", lead="P1DT2H"
    )
    assert series["version"] == 1
    told = series["recurrence"]
    assert (told["timeZone"], told["mode"], told["missed"]) == ("Asia/Tokyo", "COMPLETION", "ALL")
    assert (told["lead"], told["nextOccurrence"], told["upcoming"]) == ("P1DT2H", None, [])
    assert not told["ended"]
    [event] = await news(ana, before)
    assert (event["type"], event["data"]["isRecurring"]) == ("TASK_CREATED", True)


async def test_without_a_due_date_it_starts_now(ana: Api):
    series = await recur(ana, DAILY, None)
    started = series["recurrence"]["start"]
    assert soon(seconds=-30) <= started <= soon(seconds=1)
    assert started[10:] == series["recurrence"]["nextOccurrence"][10:]


async def test_an_all_day_task_makes_an_all_day_series(ana: Api):
    rule = "FREQ=DAILY;UNTIL=20310508"
    series = await task(ana, dueOn="2031-05-05", recurrence={"rule": rule})
    told = series["recurrence"]
    assert told["start"] == "2031-05-04T22:00:00Z"
    assert told["upcoming"] == [f"2031-05-0{day}T22:00:00Z" for day in (5, 6, 7)]
    # Given a start, that is its day by the clock of the zone.
    moved = await do(
        ana, "setRecurrence", taskId=series["id"], recurrence={"rule": rule, "start": "2031-05-05T23:30:00Z"}
    )
    assert moved["recurrence"]["start"] == "2031-05-05T22:00:00Z"
    assert moved["dueOn"] == "2031-05-05"


async def test_a_start_off_the_rule_stands_outside_it(ana: Api):
    told = (await recur(ana, "FREQ=WEEKLY;BYDAY=WE;COUNT=2", NINE))["recurrence"]
    assert (told["start"], told["upcoming"]) == (NINE, ["2031-05-07T09:00:00Z", "2031-05-14T09:00:00Z"])


async def test_a_start_in_the_past_goes_on_from_now(ana: Api):
    told = (await recur(ana, DAILY, "1990-05-05T09:00:00Z"))["recurrence"]
    assert soon() < told["nextOccurrence"] <= soon(days=1)
    # 09:00 in Vienna's winter or summer, as it was at the start.
    assert told["nextOccurrence"][11:] in {"09:00:00Z", "10:00:00Z"}


async def test_a_start_of_its_own_is_cut_to_the_second_and_stays_where_the_due_date_moves(ana: Api):
    series = await recur(ana, DAILY, NINE, start="2031-06-01T10:30:15.750+02:00")
    assert series["recurrence"]["start"] == "2031-06-01T08:30:15Z"
    moved = await do(ana, "setDueDate", id=series["id"], dueDate="2031-08-01T00:00:00Z")
    assert moved["recurrence"] == series["recurrence"]


async def test_a_rule_that_is_over_has_ended(ana: Api):
    told = (await recur(ana, "FREQ=DAILY;COUNT=1", NINE))["recurrence"]
    assert (told["nextOccurrence"], told["upcoming"], told["ended"]) == (None, [], True)


async def test_the_clock_of_the_zone_decides(ana: Api):
    told = (await recur(ana, DAILY, "2031-10-24T13:00:00Z", timeZone="America/New_York"))["recurrence"]
    assert told["upcoming"][0] == "2031-10-25T13:00:00Z"
    over = (await recur(ana, DAILY, "2031-10-31T13:00:00Z", timeZone="America/New_York"))["recurrence"]
    assert over["upcoming"] == ["2031-11-01T13:00:00Z", "2031-11-02T14:00:00Z", "2031-11-03T14:00:00Z"]


async def test_moving_the_tasks_zone_keeps_the_wall_clock_of_a_series_without_one_of_its_own(ana: Api):
    follows = await recur(ana, DAILY, NINE)
    stays = await recur(ana, DAILY, NINE, timeZone="Europe/Vienna")
    before = await cursor(ana)
    moved = await do(ana, "updateTask", id=follows["id"], timeZone="America/New_York")
    assert moved["recurrence"]["timeZone"] == "America/New_York"
    assert moved["recurrence"]["start"] == "2031-05-05T15:00:00Z"  # 11:00 as in Vienna
    assert moved["recurrence"]["upcoming"][0] == "2031-05-06T15:00:00Z"
    [event] = await news(ana, before)
    assert (event["type"], event["changed"]) == ("TASK_UPDATED", ["timeZone", "recurrence"])
    moved = await do(ana, "updateTask", id=stays["id"], timeZone="America/New_York")
    assert moved["recurrence"] == stays["recurrence"]


async def test_the_lead_is_never_shorter_than_the_longest_reminder(ana: Api):
    series = await recur(ana, DAILY, NINE, lead="PT1H")
    assert series["recurrence"]["lead"] == "PT1H"
    await remind(ana, series["id"], beforeDue="PT30M")
    assert (await see(ana, series["id"]))["version"] == 1
    before = await cursor(ana)
    long = await remind(ana, series["id"], beforeDue="P2D")
    told = await see(ana, series["id"])
    assert (told["recurrence"]["lead"], told["version"]) == ("P2D", 2)
    created, updated = await news(ana, before)
    assert (created["type"], updated["type"]) == ("REMINDER_CREATED", "TASK_UPDATED")
    assert updated["changed"] == ["recurrence"]
    await do(ana, "cancelReminder", "reminder", id=long["id"])
    assert (await see(ana, series["id"]))["recurrence"]["lead"] == "PT1H"
    again = await remind(ana, series["id"], beforeDue="P1D")
    # Put off, it is still what the tasks to come are given.
    await do(ana, "snoozeReminder", "reminder", id=again["id"], until=soon(days=1))
    assert (await see(ana, series["id"]))["recurrence"]["lead"] == "P1D"
    await do(ana, "cancelReminder", "reminder", id=again["id"])
    assert (await see(ana, series["id"]))["recurrence"]["lead"] == "PT1H"
    # Whatever is asked for later.
    await remind(ana, series["id"], beforeDue="P3D")
    set_ = await do(
        ana, "setRecurrence", taskId=series["id"], recurrence={"rule": "FREQ=WEEKLY", "lead": "P1D"}
    )
    assert set_["recurrence"]["lead"] == "P3D"


async def test_made_with_its_reminders_the_lead_knows_them(ana: Api):
    series = await task(
        ana, dueDate=NINE, recurrence={"rule": DAILY}, reminders=[{"beforeDue": "PT1H"}, {"beforeDue": "P1D"}]
    )
    assert series["recurrence"]["lead"] == "P1D"
    assert [reminder["beforeDue"] for reminder in series["reminders"]] == ["P1D", "PT1H"]


async def test_clearing_makes_it_a_task_again(ana: Api):
    series = await recur(ana, DAILY, NINE)
    before = await cursor(ana)
    cleared = await do(ana, "clearRecurrence", id=series["id"])
    assert (cleared["isRecurring"], cleared["recurrence"], cleared["version"]) == (False, None, 2)
    [event] = await news(ana, before)
    assert (event["type"], event["data"]["recurrence"]) == ("RECURRENCE_CLEARED", None)
    await unchanged(ana, "clearRecurrence", id=series["id"])
    set_ = await do(ana, "setRecurrence", taskId=series["id"], recurrence={"rule": DAILY})
    assert set_["version"] == 3


async def test_what_changes_nothing_writes_no_event(ana: Api):
    series = await recur(ana, DAILY, NINE, lead="PT1H", timeZone="Asia/Tokyo")
    same: dict[str, Any] = {"rule": "rrule:freq=daily", "lead": "PT1H", "timeZone": "Asia/Tokyo"}
    await unchanged(ana, "setRecurrence", taskId=series["id"], recurrence=same | {"rule": DAILY})
    await unchanged(
        ana, "setRecurrence", taskId=series["id"], recurrence=same | {"start": NINE, "rule": DAILY}
    )
    for differs in ({"lead": "PT2H"}, {"missed": "SKIP"}, {"mode": "COMPLETION"}, {"timeZone": None}):
        before = (await see(ana, series["id"]))["version"]
        now = await do(ana, "setRecurrence", taskId=series["id"], recurrence=same | {"rule": DAILY} | differs)
        assert now["version"] == before + 1


async def test_skipping_the_next_a_later_one_and_what_upcoming_says(ana: Api):
    series = await recur(ana, DAILY, NINE)
    before = await cursor(ana)
    skipped = await do(ana, "skipOccurrence", taskId=series["id"])
    assert skipped["recurrence"]["upcoming"] == DAYS[1:4]
    assert skipped["version"] == 2
    [event] = await news(ana, before)
    assert (event["type"], event["changed"]) == ("RECURRENCE_SKIPPED", ["recurrence"])
    later = await do(ana, "skipOccurrence", taskId=series["id"], occurrence="2031-05-08T11:00:00+02:00")
    assert later["recurrence"]["upcoming"] == [DAYS[1], DAYS[3], DAYS[4]]
    assert (later["recurrence"]["nextOccurrence"], later["version"]) == (DAYS[1], 3)


async def test_count_counts_what_is_left_out(ana: Api):
    series = await recur(ana, "FREQ=DAILY;COUNT=3", NINE)
    await do(ana, "skipOccurrence", taskId=series["id"])
    over = await do(ana, "skipOccurrence", taskId=series["id"])
    assert (over["recurrence"]["nextOccurrence"], over["recurrence"]["ended"]) == (None, True)


@pytest.mark.parametrize(
    ("rule", "zone", "all_day"),
    [
        ("FREQ=DAILY;INTERVAL=3", "UTC", False),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "Europe/Vienna", False),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD", "Asia/Kolkata", False),
        ("FREQ=MONTHLY;BYDAY=2TU", "America/New_York", True),
        ("FREQ=YEARLY;BYWEEKNO=53", "Europe/London", True),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,3", "UTC", False),
        ("FREQ=HOURLY;INTERVAL=7", "America/New_York", False),
        ("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30", "America/New_York", False),
        ("FREQ=DAILY;COUNT=4", "Pacific/Apia", False),
    ],
)
async def test_the_preview_is_what_the_series_then_does(ana: Api, rule: str, zone: str, all_day: bool):
    start = "2031-02-28T23:30:00Z"
    due = {"dueOn": "2031-03-01"} if all_day else {"dueDate": start}
    series = await task(ana, timeZone=zone, **due, recurrence={"rule": rule})
    asked = {"rule": rule, "start": series["recurrence"]["start"], "zone": zone, "allDay": all_day}
    preview = (
        await ana.run(
            """query ($rule: RecurrenceRule!, $start: DateTime!, $zone: TimeZone!, $allDay: Boolean!) {
            previewRecurrence(rule: $rule, start: $start, timeZone: $zone, allDay: $allDay, first: 21) }""",
            **asked,
        )
    )["previewRecurrence"]
    query = "query ($id: ID!) { task(id: $id) { recurrence { upcoming(first: 20) } } }"
    upcoming = (await ana.run(query, id=series["id"]))["task"]["recurrence"]["upcoming"]
    if preview[0] == asked["start"]:
        preview = preview[1:]  # the series task itself
    assert preview[:20] == upcoming != []


async def test_the_preview_takes_a_start_at_or_after_which_it_begins(ana: Api):
    query = '{ previewRecurrence(rule: "RRULE:FREQ=WEEKLY;BYDAY=MO", start: "%s", timeZone: "UTC") }'
    told = (await ana.run(query % "2031-05-05T11:00:00+02:00"))["previewRecurrence"]
    assert (told[0], len(told)) == (NINE, 10)
    told = (await ana.run(query % "2031-05-05T09:00:01Z"))["previewRecurrence"]
    assert told[0] == "2031-05-05T09:00:01Z"
    told = (await ana.run(query % "2031-05-06T09:00:00Z"))["previewRecurrence"]
    assert told[0] == "2031-05-12T09:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ('rule: "FREQ=SECONDLY", start: "2031-05-05T09:00:00Z", timeZone: "UTC"', ["rule"]),
        (
            'rule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start: "2031-05-05T09:00:00Z", timeZone: "UTC"',
            ["rule"],
        ),
        (
            'rule: "FREQ=HOURLY", start: "2031-05-05T09:00:00Z", timeZone: "UTC", allDay: true',
            ["rule"],
        ),
        ('rule: "FREQ=DAILY", start: "1969-05-05T09:00:00Z", timeZone: "UTC"', ["start"]),
        ('rule: "FREQ=DAILY", start: "2201-01-01T00:00:00Z", timeZone: "UTC"', ["start"]),
        ('rule: "FREQ=DAILY", start: "2031-05-05T09:00:00Z", timeZone: "Mars"', ["timeZone"]),
        ('rule: "FREQ=DAILY", start: "2031-05-05T09:00:00Z", timeZone: "UTC", first: 0', ["first"]),
        ('rule: "FREQ=DAILY", start: "2031-05-05T09:00:00Z", timeZone: "UTC", first: 101', ["first"]),
    ],
)
async def test_what_cannot_be_previewed_is_a_graphql_error_with_its_field(
    ana: Api, arguments: str, field: list[str]
):
    extensions = await graphql_error(ana, f"{{ previewRecurrence({arguments}) }}")
    assert (extensions["code"], extensions["field"]) == ("INVALID_INPUT", field)


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_upcoming_goes_from_one_to_a_hundred(ana: Api, first: int):
    series = await recur(ana, DAILY, NINE)
    query = f'{{ task(id: "{series["id"]}") {{ recurrence {{ upcoming(first: {first}) }} }} }}'
    answer = await ana.post(query)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == ["first"]
    query = f'{{ task(id: "{series["id"]}") {{ recurrence {{ upcoming(first: 100) }} }} }}'
    assert len((await ana.run(query))["task"]["recurrence"]["upcoming"]) == 100


async def test_after_a_completion_there_is_one_to_come(ana: Api):
    series = await recur(ana, "FREQ=DAILY;INTERVAL=3", soon(hours=1), mode="COMPLETION")
    done = await do(ana, "completeTask", id=series["id"])
    assert done["recurrence"]["upcoming"] == [done["recurrence"]["nextOccurrence"]] != [None]
    assert done["version"] == 2
    opened = await do(ana, "reopenTask", id=series["id"])
    assert (opened["recurrence"]["upcoming"], opened["version"]) == ([], 3)


async def test_a_deleted_series_has_nothing_to_come_until_it_is_restored(ana: Api):
    series = await recur(ana, DAILY, NINE)
    before = await cursor(ana)
    gone = await do(ana, "deleteTask", id=series["id"])
    assert (gone["isRecurring"], gone["recurrence"]["nextOccurrence"]) == (True, None)
    assert (gone["recurrence"]["upcoming"], gone["recurrence"]["ended"]) == ([], False)
    back = await do(ana, "restoreTask", id=series["id"])
    assert back["recurrence"] == series["recurrence"]
    assert [event["changed"] for event in await news(ana, before)] == [["deletedAt", "recurrence"]] * 2


async def test_lists_of_series_and_of_what_one_spawned(ana: Api, ben: Api):
    series, other = await recur(ana, DAILY, NINE), await task(ana)
    query = "query ($f: TaskFilter) { tasks(filter: $f) { totalCount nodes { id isRecurring } } }"
    for wanted, found in (
        ({"recurring": True}, [series]),
        ({"recurring": False}, [other]),
        ({}, [series, other]),
    ):
        listed = (await ana.run(query, f=wanted))["tasks"]
        assert [node["id"] for node in listed["nodes"]] == [each["id"] for each in found]
        assert listed["totalCount"] == len(found)
    for id_ in (series["id"], str(uuid4()), "nonsense"):
        for api in (ana, ben):
            assert (await api.run(query, f={"spawnedFromId": id_}))["tasks"]["totalCount"] == 0


async def test_the_same_create_with_recurrence_and_reminders_is_done_once(ana: Api):
    made: dict[str, Any] = {
        "id": str(uuid4()),
        "title": "x",
        "dueDate": NINE,
        "recurrence": {"rule": DAILY, "lead": "P1D"},
        "reminders": [{"beforeDue": "PT1H"}, {"remindAt": "2031-05-05T08:30:00Z"}],
    }
    first = await ana.mutate("createTask", "task { version } cursor errors { code }", **made)
    now = await cursor(ana)
    again = await ana.mutate("createTask", "task { version } cursor errors { code }", **made)
    assert again == first
    assert await cursor(ana) == now
    for differs in (
        {"recurrence": {"rule": DAILY, "lead": "P2D"}},
        {"recurrence": {"rule": "FREQ=DAILY;COUNT=9", "lead": "P1D"}},
        {"recurrence": None},
        {"reminders": [{"beforeDue": "PT1H"}]},
        {"reminders": [{"beforeDue": "PT1H"}, {"remindAt": "2031-05-05T08:31:00Z"}]},
        {"reminders": None},
    ):
        answer = await ana.mutate("createTask", "task { id } errors { code field }", **(made | differs))
        assert answer["errors"] == [{"code": "CONFLICT", "field": ["id"]}], differs
        assert answer["task"]["id"] == made["id"]


async def test_the_zone_it_has_already_named_again_keeps_what_was_left_out(ana: Api):
    made = await recur(ana, DAILY, "2031-05-05T07:00:00Z")
    await do(ana, "skipOccurrence", taskId=made["id"], occurrence="2031-05-07T07:00:00Z")
    named = {"rule": DAILY, "timeZone": made["timeZone"], "start": "2031-05-05T07:00:00Z"}
    again = await do(ana, "setRecurrence", taskId=made["id"], recurrence=named)
    assert again["recurrence"]["upcoming"] == [f"2031-05-{day}T07:00:00Z" for day in ("06", "08", "09")]


async def test_a_lead_that_is_sent_back_as_it_was_read_goes_with_its_reminder(ana: Api):
    made = await task(ana, dueDate=NINE, recurrence={"rule": DAILY}, reminders=[{"beforeDue": "P1D"}])
    read = made["recurrence"]
    assert read["lead"] == "P1D"
    await do(ana, "setRecurrence", taskId=made["id"], recurrence={"rule": DAILY, "lead": read["lead"]})
    await do(ana, "cancelReminder", "reminder", id=made["reminders"][0]["id"])
    assert (await see(ana, made["id"]))["recurrence"]["lead"] == "PT0S"


async def test_the_same_rule_in_other_letters_is_the_same_create(ana: Api):
    made: dict[str, Any] = {"id": str(uuid4()), "title": "x", "dueDate": NINE}
    answers = [
        await ana.mutate(
            "createTask",
            "task { id } cursor errors { code }",
            **made,
            recurrence={"rule": rule},
            **more,
        )
        for rule, more in (
            ("FREQ=DAILY", {}),
            ("RRULE:FREQ=DAILY", {"reminders": []}),
            ("freq=daily", {"reminders": None}),
        )
    ]
    assert answers == [answers[0]] * 3
    assert answers[0]["errors"] == []


async def test_asked_for_many_times_over_what_is_upcoming_is_reckoned_once(ana: Api):
    await asyncio.gather(*(recur(ana, f"FREQ=DAILY;INTERVAL={n}", NINE) for n in range(1, 31)))
    aliases = " ".join(f"a{n}: upcoming(first: {100 - n})" for n in range(28))
    async with asyncio.timeout(5):
        found = await ana.run(f"{{ tasks(first: 100) {{ nodes {{ recurrence {{ {aliases} }} }} }} }}")
    for node in found["tasks"]["nodes"]:
        assert [len(node["recurrence"][f"a{n}"]) for n in range(28)] == [100 - n for n in range(28)]
