"""Reminders as a client makes, sees and changes them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from graphql_api.settings import Settings
from resolvers.database import Database
from resolvers.log.transaction import Log
from resolvers.tasks import purge_deleted
from tests.api.acts import (
    cursor,
    do,
    graphql_error,
    news,
    refusal,
    refused_input,
    remind,
    see,
    soon,
    statuses,
    task,
    unchanged,
)
from tests.support.client import Api, watch
from tests.support.server import Server

DUE = "2031-05-05T09:00:00Z"
LIST = """
query ($first: Int! = 50, $after: String, $status: ReminderStatus) {
  reminders(first: $first, after: $after, status: $status) {
    nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }
"""


async def snooze(api: Api, id_: str, until: str, **more: Any) -> dict[str, Any]:
    return await do(api, "snoozeReminder", "reminder", id=id_, until=until, **more)


async def rung(api: Api) -> dict[str, Any]:
    """A reminder that has rung."""
    before = await cursor(api)
    reminder = await remind(api, (await task(api))["id"], remindAt=soon(seconds=2))
    assert api.token
    async for event in watch(api.url, api.token, before):
        if event["type"] == "REMINDER_TRIGGERED":
            assert event["aggregateId"] == reminder["id"]
            return dict((await see(api, reminder["task"]["id"]))["reminders"][0])
    raise AssertionError("it never rang")


async def test_a_reminder_for_an_instant(ana: Api):
    made = await task(ana)
    before = await cursor(ana)
    reminder = await remind(ana, made["id"], remindAt="2031-05-05T11:00:00.5+02:00")
    assert reminder | {"id": "", "createdAt": ""} == {
        "id": "",
        "remindAt": "2031-05-05T09:00:00.500000Z",
        "beforeDue": None,
        "status": "PENDING",
        "notified": False,
        "notifiedAt": None,
        "late": False,
        "version": 1,
        "createdAt": "",
        "task": {"id": made["id"]},
    }
    [event] = await news(ana, before)
    assert (event["type"], event["aggregateId"]) == ("REMINDER_CREATED", reminder["id"])
    assert (event["task"], event["reminder"]) == (
        {"id": made["id"]},
        {"id": reminder["id"], "status": "PENDING"},
    )
    # It has a version of its own.
    assert (await see(ana, made["id"]))["version"] == 1


async def test_a_reminder_before_the_due_date(ana: Api):
    made = await task(ana, dueDate=DUE)
    reminder = await remind(ana, made["id"], beforeDue="PT90M")
    assert (reminder["remindAt"], reminder["beforeDue"]) == ("2031-05-05T07:30:00Z", "PT90M")


@pytest.mark.parametrize(
    ("due", "before_due", "rings"),
    [
        ("2031-03-09T13:00:00Z", "P1D", "2031-03-08T14:00:00Z"),  # 09:00, as on the day
        ("2031-03-09T13:00:00Z", "PT24H", "2031-03-08T13:00:00Z"),
        ("2031-11-02T14:00:00Z", "P1D", "2031-11-01T13:00:00Z"),
        ("2031-11-02T14:00:00Z", "PT24H", "2031-11-01T14:00:00Z"),
        ("2031-03-09T13:00:00Z", "P1W", "2031-03-02T14:00:00Z"),
    ],
)
async def test_a_day_is_the_calendars_and_hours_are_exact(ben: Api, due: str, before_due: str, rings: str):
    made = await task(ben, dueDate=due)  # in New York
    assert (await remind(ben, made["id"], beforeDue=before_due))["remindAt"] == rings


async def test_all_day_tasks_count_from_the_users_time_of_their_day(ana: Api):
    made = await task(ana, dueOn="2031-05-05")
    assert (await remind(ana, made["id"], beforeDue="PT0S"))["remindAt"] == "2031-05-05T07:00:00Z"
    assert (await remind(ana, made["id"], beforeDue="P1D"))["remindAt"] == "2031-05-04T07:00:00Z"
    await remind(ana, made["id"], remindAt=DUE)
    timed = await remind(ana, (await task(ana, dueDate=DUE))["id"], beforeDue="PT0S")
    before = await cursor(ana)
    await do_viewer(ana, allDayReminderTime="07:30")
    moved = [reminder["remindAt"] for reminder in (await see(ana, made["id"]))["reminders"]]
    assert moved == ["2031-05-04T05:30:00Z", "2031-05-05T05:30:00Z", DUE]
    assert (await see(ana, timed["task"]["id"]))["reminders"] == [timed]
    told = await news(ana, before)
    assert [event["type"] for event in told] == ["USER_UPDATED", "REMINDER_UPDATED", "REMINDER_UPDATED"]
    assert told[1]["changed"] == ["remindAt"]


async def do_viewer(api: Api, **change: Any) -> None:
    assert (await api.mutate("updateViewer", "errors { code }", **change))["errors"] == []


async def test_the_time_of_all_day_tasks_moves_what_is_pending_and_nothing_else(ana: Api):
    """What is over stays so, though a sibling of it is pending; what was cancelled comes back at the new time."""
    made = await task(ana, dueOn="2031-05-05")
    cancelled = await remind(ana, made["id"], beforeDue="P1D")
    await remind(ana, made["id"], beforeDue="PT0S")
    await do(ana, "cancelReminder", "reminder", id=cancelled["id"])
    done = await task(ana, dueOn="2031-05-05")
    await remind(ana, done["id"], beforeDue="PT0S")
    await do(ana, "completeTask", id=done["id"])
    await do_viewer(ana, allDayReminderTime="20:00")
    by_status = {each["status"]: each["remindAt"] for each in (await see(ana, made["id"]))["reminders"]}
    assert by_status == {"CANCELLED": "2031-05-04T07:00:00Z", "PENDING": "2031-05-05T18:00:00Z"}
    await do(ana, "reopenTask", id=done["id"])
    [back] = (await see(ana, done["id"]))["reminders"]
    assert (back["status"], back["remindAt"]) == ("PENDING", "2031-05-05T18:00:00Z")


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ({}, "remindAt"),
        ({"remindAt": None}, "remindAt"),
        ({"remindAt": DUE, "beforeDue": "PT1H"}, "remindAt"),
        ({"remindAt": "2020-01-01T00:00:00Z"}, "remindAt"),
        ({"remindAt": "1969-12-31T23:59:59Z"}, "remindAt"),
        ({"remindAt": "2201-01-01T00:00:00Z"}, "remindAt"),
        ({"beforeDue": "PT1H"}, "beforeDue"),  # there is no due date
    ],
    ids=str,
)
async def test_what_is_not_in_order_names_the_field(ana: Api, when: dict[str, Any], field: str):
    made = await task(ana)
    assert await refusal(ana, "createReminder", taskId=made["id"], **when) == ("INVALID_INPUT", [field])
    refused = await refusal(ana, "createTask", title="x", reminders=[{"remindAt": DUE}, when])
    assert refused == ("INVALID_INPUT", ["reminders", "1", field])


@pytest.mark.parametrize(
    "when", [{"beforeDue": "P367D"}, {"beforeDue": "soon"}, {"remindAt": "soon"}], ids=str
)
async def test_what_cannot_be_read_is_a_graphql_error(ana: Api, when: dict[str, Any]):
    made = await task(ana, dueDate=DUE)
    assert await refused_input(ana, "createReminder", taskId=made["id"], **when) == "INVALID_INPUT"


async def test_fifty_may_be_pending_and_one_more_is_too_many(ana: Api):
    made = await task(ana, dueDate=DUE, reminders=[{"remindAt": DUE}] * 50)
    limit = "LIMIT_EXCEEDED"
    assert (await refusal(ana, "createReminder", taskId=made["id"], remindAt=DUE))[0] == limit
    many = await refusal(ana, "createTask", title="x", reminders=[{"remindAt": DUE}] * 51)
    assert many == (limit, ["reminders"])
    # What is over counts no more, and what is armed again does.
    over = made["reminders"][0]["id"]
    await do(ana, "cancelReminder", "reminder", id=over)
    await remind(ana, made["id"], remindAt=DUE)
    assert (await refusal(ana, "snoozeReminder", id=over, until=DUE))[0] == limit


async def test_other_tasks_are_none_and_deleted_ones_come_first_back(ana: Api, ben: Api):
    theirs = await task(ben)
    for id_ in (theirs["id"], str(uuid4()), "nonsense"):
        assert await refusal(ana, "createReminder", taskId=id_, remindAt=DUE) == ("NOT_FOUND", ["taskId"])
    made = await task(ana)
    reminder = await remind(ana, made["id"], remindAt=DUE)
    await do(ana, "deleteTask", id=made["id"])
    assert await refusal(ana, "createReminder", taskId=made["id"], remindAt=DUE) == ("CONFLICT", ["taskId"])
    assert (await refusal(ana, "snoozeReminder", id=reminder["id"], until=DUE))[0] == "CONFLICT"
    payload = await ana.mutate(
        "snoozeReminder", "reminder { id status } errors { code }", id=reminder["id"], until=DUE
    )
    assert payload["reminder"] == {"id": reminder["id"], "status": "CANCELLED"}


async def test_lists_are_soonest_first_in_pages_and_by_status(ana: Api, ben: Api):
    made = await task(ana)
    at = [f"2031-05-0{day}T09:00:00Z" for day in (3, 1, 2, 2)]
    ids = [(await remind(ana, made["id"], remindAt=when))["id"] for when in at]
    await remind(ben, (await task(ben))["id"], remindAt=DUE)
    soonest = [ids[1], *sorted(ids[2:]), ids[0]]
    everything = (await ana.run(LIST))["reminders"]
    assert [node["id"] for node in everything["nodes"]] == soonest
    assert [edge["node"] for edge in everything["edges"]] == everything["nodes"]
    first = (await ana.run(LIST, first=3))["reminders"]
    assert (first["pageInfo"]["hasNextPage"], first["totalCount"]) == (True, 4)
    rest = (await ana.run(LIST, first=3, after=first["pageInfo"]["endCursor"]))["reminders"]
    assert [node["id"] for node in first["nodes"] + rest["nodes"]] == soonest
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)
    await do(ana, "cancelReminder", "reminder", id=ids[1])
    for status, found in (
        ("PENDING", soonest[1:]),
        ("CANCELLED", [ids[1]]),
        ("NOTIFIED", []),
        ("MISSED", []),
    ):
        listed = (await ana.run(LIST, status=status))["reminders"]
        assert [node["id"] for node in listed["nodes"]] == found
        assert listed["totalCount"] == len(found)
    for arguments in ("first: 0", "first: 101", 'after: "x"'):
        error = await graphql_error(ana, f"{{ reminders({arguments}) {{ totalCount }} }}")
        assert (error["code"], error["field"]) == ("INVALID_INPUT", [arguments.partition(":")[0]])


async def test_snoozing_moves_it_and_drops_what_it_followed(ana: Api):
    made = await task(ana, dueDate=DUE)
    reminder = await remind(ana, made["id"], beforeDue="PT1H")
    before = await cursor(ana)
    later = await snooze(ana, reminder["id"], "2031-05-06T09:00:00Z")
    assert (later["remindAt"], later["beforeDue"]) == ("2031-05-06T09:00:00Z", None)
    assert (later["status"], later["version"]) == ("PENDING", 2)
    [event] = await news(ana, before)
    assert (event["type"], event["changed"]) == ("REMINDER_UPDATED", ["remindAt", "beforeDue"])
    await unchanged(ana, "snoozeReminder", id=reminder["id"], until="2031-05-06T09:00:00Z")
    # It follows the due date no more.
    await do(ana, "setDueDate", id=made["id"], dueDate="2031-09-01T00:00:00Z")
    assert (await see(ana, made["id"]))["reminders"] == [later]


async def test_what_rang_is_snoozed_and_cancelled_no_more(ana: Api):
    reminder = await rung(ana)
    assert (reminder["status"], reminder["notified"], reminder["late"]) == ("NOTIFIED", True, False)
    assert datetime.fromisoformat(reminder["notifiedAt"]) >= datetime.fromisoformat(reminder["remindAt"])
    assert reminder["version"] == 2
    await unchanged(ana, "cancelReminder", id=reminder["id"])
    before = await cursor(ana)
    again = await snooze(ana, reminder["id"], DUE)
    assert (again["status"], again["notified"], again["notifiedAt"]) == ("PENDING", False, None)
    [event] = await news(ana, before)
    assert event["changed"] == ["remindAt", "status", "notified", "notifiedAt"]


async def test_what_is_cancelled_or_of_a_task_that_is_done_can_be_snoozed(ana: Api):
    made = await task(ana)
    one = await remind(ana, made["id"], remindAt=DUE)
    other = await remind(ana, made["id"], remindAt=DUE)
    await do(ana, "cancelReminder", "reminder", id=one["id"])
    await do(ana, "completeTask", id=made["id"])
    for reminder in (one, other):
        later = await snooze(ana, reminder["id"], "2031-06-01T00:00:00Z")
        assert (later["status"], later["version"]) == ("PENDING", 3)


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "2201-01-01T00:00:00Z"])
async def test_it_is_snoozed_until_an_instant_yet_to_come(ana: Api, until: str):
    reminder = await remind(ana, (await task(ana))["id"], remindAt=DUE)
    assert await refusal(ana, "snoozeReminder", id=reminder["id"], until=until) == (
        "INVALID_INPUT",
        ["until"],
    )


async def test_cancelling_once_is_enough(ana: Api):
    reminder = await remind(ana, (await task(ana))["id"], remindAt=DUE)
    before = await cursor(ana)
    cancelled = await do(ana, "cancelReminder", "reminder", id=reminder["id"])
    assert (cancelled["status"], cancelled["version"]) == ("CANCELLED", 2)
    [event] = await news(ana, before)
    assert (event["type"], event["changed"]) == ("REMINDER_CANCELLED", ["status"])
    await unchanged(ana, "cancelReminder", id=reminder["id"])


async def test_other_reminders_are_none_and_other_versions_a_conflict(ana: Api, ben: Api):
    theirs = await remind(ben, (await task(ben))["id"], remindAt=DUE)
    own = await remind(ana, (await task(ana))["id"], remindAt=DUE)
    for mutation, input_ in (("cancelReminder", {}), ("snoozeReminder", {"until": "2031-06-01T00:00:00Z"})):
        for id_ in (theirs["id"], str(uuid4()), "nonsense"):
            assert await refusal(ana, mutation, id=id_, **input_) == ("NOT_FOUND", ["id"])
        conflict = await refusal(ana, mutation, id=own["id"], expectedVersion=2, **input_)
        assert conflict == ("CONFLICT", ["expectedVersion"])
        payload = await ana.mutate(
            mutation, "reminder { version } errors { code }", id=own["id"], expectedVersion=2, **input_
        )
        assert payload["reminder"] == {"version": 1}
    assert (await do(ana, "cancelReminder", "reminder", id=own["id"], expectedVersion=1))["version"] == 2


async def test_an_id_of_ones_own_choosing_is_used_once(ana: Api, ben: Api):
    made = await task(ana, dueDate=DUE)
    asked = {"id": str(uuid4()), "taskId": made["id"], "beforeDue": "PT1H"}
    selection = "reminder { id version } cursor errors { code field }"
    first = await ana.mutate("createReminder", selection, **asked)
    assert await ana.mutate("createReminder", selection, **asked) == first
    await do(ana, "cancelReminder", "reminder", id=asked["id"])
    repeated = await ana.mutate("createReminder", selection, **asked)
    assert (repeated["reminder"]["version"], repeated["cursor"]) == (2, first["cursor"])
    other = asked | {"beforeDue": "PT2H"}
    conflict = await ana.mutate("createReminder", selection, **other)
    assert conflict["errors"] == [{"code": "CONFLICT", "field": ["id"]}]
    assert conflict["reminder"]["id"] == asked["id"]
    theirs = await ben.mutate(
        "createReminder", selection, **(asked | {"taskId": (await task(ben, dueDate=DUE))["id"]})
    )
    assert (theirs["reminder"], theirs["errors"][0]["code"]) == (None, "CONFLICT")
    assert await refusal(ana, "createReminder", **(asked | {"id": "7"})) == ("INVALID_INPUT", ["id"])
    assert await statuses(ana, made["id"]) == ["CANCELLED"]


async def test_once_its_task_is_gone_for_good_the_events_have_neither(shared_server: Server, ana: Api):
    before = await cursor(ana)
    reminder = await remind(ana, (await task(ana))["id"], remindAt=DUE)
    await do(ana, "deleteTask", id=reminder["task"]["id"])
    there = [event for event in await news(ana, before) if event["type"].startswith("REMINDER")]
    assert [event["task"] for event in there] == [reminder["task"]] * 2
    # As they were then.
    assert [event["reminder"]["status"] for event in there] == ["PENDING", "CANCELLED"]
    database = Database(
        Settings(database_url=shared_server.database_url, data_dir=shared_server.data_dir).database
    )
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await Log(database).change_as_job(UUID(ana.user_id), lambda tx: purge_deleted(tx, tomorrow, 10), "")
    await database.close()
    gone = await news(ana, before)
    assert [event["type"] for event in gone][-1] == "TASK_PURGED"
    reminders = [event for event in gone if event["type"].startswith("REMINDER")]
    assert [(event["task"], event["reminder"]) for event in reminders] == [(None, None)] * 2
    assert [event["data"]["id"] for event in reminders] == [reminder["id"]] * 2
    assert (await ana.run(LIST))["reminders"]["totalCount"] == 0
