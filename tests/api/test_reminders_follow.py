"""Reminders follow their task: its due date, its zone, its being done or deleted, always in the same transaction."""

from typing import Any

from tests.api.acts import cursor, do, news, refusal, remind, see, soon, statuses, task
from tests.support.client import Api

DUE = "2031-05-05T09:00:00Z"


async def told(api: Api, after: str) -> list[tuple[str, str]]:
    """Type and aggregate of what happened since, which was in one transaction."""
    events = await news(api, after)
    assert len({event["correlationId"] for event in events}) == 1
    return [(event["type"], event["aggregateId"]) for event in events]


async def with_two(api: Api, **input_: Any) -> tuple[str, list[str]]:
    made = await task(api, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}, {"remindAt": DUE}], **input_)
    return made["id"], [reminder["id"] for reminder in made["reminders"]]


async def test_they_move_with_the_due_date(ana: Api):
    made = await task(ana, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}, {"remindAt": DUE}])
    follows, stays = made["reminders"]
    before = await cursor(ana)
    moved = await do(ana, "setDueDate", id=made["id"], dueDate="2031-07-01T12:00:00Z")
    assert [reminder["remindAt"] for reminder in moved["reminders"]] == [DUE, "2031-07-01T11:00:00Z"]
    assert await told(ana, before) == [("TASK_UPDATED", made["id"]), ("REMINDER_UPDATED", follows["id"])]
    assert (await news(ana, before))[1]["changed"] == ["remindAt"]
    assert stays in moved["reminders"]


async def test_without_a_due_date_they_are_cancelled_until_there_is_one(ana: Api):
    made = await task(ana, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}])
    [reminder] = made["reminders"]
    before = await cursor(ana)
    cleared = await do(ana, "setDueDate", id=made["id"], dueDate=None)
    assert [(each["status"], each["remindAt"]) for each in cleared["reminders"]] == [
        ("CANCELLED", "2031-05-05T08:00:00Z")
    ]
    assert await told(ana, before) == [("TASK_UPDATED", made["id"]), ("REMINDER_CANCELLED", reminder["id"])]
    same = await do(ana, "setDueDate", id=made["id"], dueDate=DUE)
    assert [each["status"] for each in same["reminders"]] == ["PENDING"]
    await do(ana, "setDueDate", id=made["id"], dueDate=None)
    on_a_day = await do(ana, "setDueDate", id=made["id"], dueOn="2031-06-01")
    assert [each["remindAt"] for each in on_a_day["reminders"]] == ["2031-06-01T06:00:00Z"]


async def test_what_a_person_cancelled_no_due_date_brings_back(ana: Api):
    made = await task(ana, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}])
    await do(ana, "cancelReminder", "reminder", id=made["reminders"][0]["id"])
    for due in ("2031-09-01T00:00:00Z", None, DUE):
        await do(ana, "setDueDate", id=made["id"], dueDate=due)
        assert await statuses(ana, made["id"]) == ["CANCELLED"]
    # Nor what was cancelled by the due date first and by a person then.
    other = await task(ana, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}])
    await do(ana, "setDueDate", id=other["id"], dueDate=None)
    before = await cursor(ana)
    await do(ana, "cancelReminder", "reminder", id=other["reminders"][0]["id"])
    assert [(event["type"], event["changed"]) for event in await news(ana, before)] == [
        ("REMINDER_CANCELLED", [])
    ]
    await do(ana, "setDueDate", id=other["id"], dueDate=DUE)
    assert await statuses(ana, other["id"]) == ["CANCELLED"]


async def test_where_the_moment_has_passed_it_waits_for_a_later_due_date(ana: Api):
    made = await task(ana, dueDate=soon(hours=1), reminders=[{"beforeDue": "PT2H"}])
    [reminder] = made["reminders"]
    assert (reminder["status"], reminder["remindAt"] < soon()) == ("CANCELLED", True)
    sooner = await do(ana, "setDueDate", id=made["id"], dueDate=soon(minutes=30))
    assert [each["status"] for each in sooner["reminders"]] == ["CANCELLED"]
    later = await do(ana, "setDueDate", id=made["id"], dueDate=soon(hours=4))
    assert [each["status"] for each in later["reminders"]] == ["PENDING"]
    passed = await do(ana, "setDueDate", id=made["id"], dueDate=soon(hours=1))
    assert [each["status"] for each in passed["reminders"]] == ["CANCELLED"]


async def test_they_move_with_the_zone(ana: Api):
    day = await task(ana, dueOn="2031-05-05", reminders=[{"beforeDue": "PT0S"}])
    moved = await do(ana, "updateTask", id=day["id"], timeZone="America/New_York")
    assert [each["remindAt"] for each in moved["reminders"]] == ["2031-05-05T13:00:00Z"]
    # Due at the same instant still, but a day before it is another one where the clocks changed in between.
    instant = await task(
        ana, dueDate="2031-03-09T13:00:00Z", reminders=[{"beforeDue": "P1D"}, {"beforeDue": "PT24H"}]
    )
    assert [each["remindAt"] for each in instant["reminders"]] == ["2031-03-08T13:00:00Z"] * 2
    moved = await do(ana, "updateTask", id=instant["id"], timeZone="America/New_York")
    assert [(each["beforeDue"], each["remindAt"]) for each in moved["reminders"]] == [
        ("PT24H", "2031-03-08T13:00:00Z"),
        ("P1D", "2031-03-08T14:00:00Z"),
    ]


async def test_completing_cancels_and_reopening_arms_again(ana: Api):
    id_, reminders = await with_two(ana)
    person = await remind(ana, id_, remindAt=DUE)
    await do(ana, "cancelReminder", "reminder", id=person["id"])
    before = await cursor(ana)
    done = await do(ana, "completeTask", id=id_)
    assert {each["status"] for each in done["reminders"]} == {"CANCELLED"}
    types = await told(ana, before)
    assert types[0] == ("TASK_COMPLETED", id_)
    assert types[1:] == [("REMINDER_CANCELLED", reminder) for reminder in reminders]
    before = await cursor(ana)
    await do(ana, "reopenTask", id=id_)
    types = await told(ana, before)
    assert types[0] == ("TASK_REOPENED", id_)
    assert types[1:] == [("REMINDER_UPDATED", reminder) for reminder in reminders]
    now = {each["id"]: each["status"] for each in (await see(ana, id_))["reminders"]}
    assert now == dict.fromkeys(reminders, "PENDING") | {person["id"]: "CANCELLED"}


async def test_deleting_cancels_and_restoring_arms_again_subtasks_included(ana: Api):
    id_, [first, second] = await with_two(ana)
    below, [third, fourth] = await with_two(ana, parentId=id_)
    before = await cursor(ana)
    await do(ana, "deleteTask", id=id_)
    assert await told(ana, before) == [
        ("TASK_DELETED", id_),
        ("REMINDER_CANCELLED", first),
        ("REMINDER_CANCELLED", second),
        ("TASK_DELETED", below),
        ("REMINDER_CANCELLED", third),
        ("REMINDER_CANCELLED", fourth),
    ]
    before = await cursor(ana)
    await do(ana, "restoreTask", id=id_)
    assert await told(ana, before) == [
        ("TASK_RESTORED", id_),
        ("REMINDER_UPDATED", first),
        ("REMINDER_UPDATED", second),
        ("TASK_RESTORED", below),
        ("REMINDER_UPDATED", third),
        ("REMINDER_UPDATED", fourth),
    ]
    assert await statuses(ana, below) == ["PENDING", "PENDING"]


async def test_done_and_then_deleted_they_come_back_with_the_reopening_alone(ana: Api):
    id_, _ = await with_two(ana)
    for mutation, status in (
        ("completeTask", "CANCELLED"),
        ("deleteTask", "CANCELLED"),
        ("restoreTask", "CANCELLED"),
        ("reopenTask", "PENDING"),
        ("deleteTask", "CANCELLED"),
        ("restoreTask", "PENDING"),
    ):
        await do(ana, mutation, id=id_)
        assert await statuses(ana, id_) == [status] * 2, mutation


async def test_nothing_rings_for_what_is_done_though_its_due_date_moves(ana: Api):
    made = await task(ana, dueDate=soon(hours=1), reminders=[{"beforeDue": "PT2H"}, {"beforeDue": "PT30M"}])
    await do(ana, "completeTask", id=made["id"])
    moved = await do(ana, "setDueDate", id=made["id"], dueDate=DUE)
    assert [(each["status"], each["remindAt"]) for each in moved["reminders"]] == [
        ("CANCELLED", "2031-05-05T07:00:00Z"),
        ("CANCELLED", "2031-05-05T08:30:00Z"),
    ]
    # Reopened, all that is still to come does.
    await do(ana, "reopenTask", id=made["id"])
    assert await statuses(ana, made["id"]) == ["PENDING", "PENDING"]


async def test_a_due_date_taken_away_meanwhile_brings_nothing_back(ana: Api):
    made = await task(ana, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}])
    await do(ana, "completeTask", id=made["id"])
    await do(ana, "setDueDate", id=made["id"], dueDate=None)
    await do(ana, "reopenTask", id=made["id"])
    assert await statuses(ana, made["id"]) == ["CANCELLED"]
    await do(ana, "setDueDate", id=made["id"], dueDate=DUE)
    assert await statuses(ana, made["id"]) == ["PENDING"]


async def test_what_has_passed_meanwhile_is_not_armed_again(ana: Api):
    made = await task(ana, dueDate=DUE, reminders=[{"beforeDue": "PT1H"}])
    await do(ana, "completeTask", id=made["id"])
    await do(ana, "setDueDate", id=made["id"], dueDate=soon(minutes=30))
    await do(ana, "reopenTask", id=made["id"])
    assert await statuses(ana, made["id"]) == ["CANCELLED"]


async def test_many_tasks_at_once(ana: Api):
    first, first_reminders = await with_two(ana)
    second, second_reminders = await with_two(ana)

    async def change(**what: Any) -> list[tuple[str, str]]:
        before = await cursor(ana)
        payload = await ana.mutate("changeTasks", "errors { code }", ids=[first, second], **what)
        assert payload["errors"] == []
        return await told(ana, before)

    for what, of_task, of_reminders in (
        ({"completed": True}, "TASK_COMPLETED", "REMINDER_CANCELLED"),
        ({"completed": False}, "TASK_REOPENED", "REMINDER_UPDATED"),
        ({"deleted": True}, "TASK_DELETED", "REMINDER_CANCELLED"),
        ({"deleted": False}, "TASK_RESTORED", "REMINDER_UPDATED"),
    ):
        assert await change(**what) == [
            (of_task, first),
            *((of_reminders, id_) for id_ in first_reminders),
            (of_task, second),
            *((of_reminders, id_) for id_ in second_reminders),
        ]
    moved = await change(dueDate="2031-07-01T12:00:00Z")
    assert [type_ for type_, _ in moved] == ["TASK_UPDATED", "REMINDER_UPDATED"] * 2


async def test_a_refused_change_cancels_nothing(ana: Api):
    id_, _ = await with_two(ana)
    ids = [id_, "nonsense"]
    assert await refusal(ana, "changeTasks", ids=ids, completed=True) == ("NOT_FOUND", ["ids", "1"])
    assert await statuses(ana, id_) == ["PENDING", "PENDING"]


async def test_no_way_leads_to_more_than_fifty_reminders_to_come(ana: Api):
    """Neither by a due date that was past, nor round a completion."""
    past, before = soon(days=-2), {"beforeDue": "PT0S"}
    assert await refusal(ana, "createTask", title="x", dueDate=past, reminders=[before] * 51) == (
        "LIMIT_EXCEEDED",
        ["reminders"],
    )
    full = await task(ana, dueDate=past, reminders=[before] * 50)
    later = {"taskId": full["id"], "remindAt": soon(days=1)}
    assert await refusal(ana, "createReminder", **later) == ("LIMIT_EXCEEDED", [])
    await do(ana, "setDueDate", id=full["id"], dueDate=soon(days=2))
    assert await statuses(ana, full["id"]) == ["PENDING"] * 50
    await do(ana, "completeTask", id=full["id"])
    assert await refusal(ana, "createReminder", **later) == ("LIMIT_EXCEEDED", [])
    await do(ana, "cancelReminder", "reminder", id=(await see(ana, full["id"]))["reminders"][0]["id"])
    await do(ana, "createReminder", "reminder", **later)
    await do(ana, "reopenTask", id=full["id"])
    assert sorted(await statuses(ana, full["id"])) == ["CANCELLED"] + ["PENDING"] * 50
