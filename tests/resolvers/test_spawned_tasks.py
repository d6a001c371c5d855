"""What a spawned task takes along from its series."""

from datetime import date, timedelta
from uuid import UUID

from resolvers.labels import create_label
from resolvers.projects import create_project
from resolvers.reminders.change import NewReminder, cancel_reminder, snooze_reminder
from resolvers.tasks import TaskChange, update_task
from tests.resolvers.life import Life, at

DAILY = "FREQ=DAILY"


async def test_texts_priority_project_labels_subtasks_and_relative_reminders(life: Life):
    project = await life.do(lambda tx: create_project(tx, None, "Home", "#000000"))
    assert project is not None
    labels = []
    for name in ("a", "b"):
        label = await life.do(lambda tx, name=name: create_label(tx, None, name, "#000000"))
        assert label is not None
        labels.append(str(label.id))
    series = await life.series(
        DAILY,
        "2026-05-04 13:00",
        task={
            "title": "Water the plants",
            "description": "All of them",
            "priority": 3,
            "project_id": str(project.id),
            "label_ids": labels,
        },
    )
    await life.remind(series, "PT1H")
    await life.remind(series, "PT2H")
    absolute = NewReminder(remind_at=at("2026-05-04 12:30"))
    kitchen = await life.make(
        "Kitchen",
        parent_id=str(series),
        due_at=at("2026-05-03 18:00"),
        label_ids=labels[:1],
    )
    await life.make("Basil", parent_id=str(kitchen), reminders=[absolute])
    balcony = await life.make("Balcony", parent_id=str(series), due_on=date(2026, 5, 6))
    await life.complete(balcony)
    gone = await life.make("Gone", parent_id=str(series))
    await life.delete(gone)
    below = await life.series(
        DAILY, "2026-05-04 12:30", task={"title": "Series below", "parent_id": str(series)}
    )
    await life.until("2026-05-05 13:00")

    [task] = await life.tasks(series)
    events = await life.events()
    tree = {
        event.data["title"]: event.data
        for event in events
        if event.type in {"recurring.spawned", "task.created"} and event.created_at == at("2026-05-05 11:00")
    }
    assert (tree["Water the plants"]["id"], task.version) == (str(task.id), 1)
    assert task.due_at == task.occurrence_at == at("2026-05-05 13:00")
    assert (task.description, task.priority, task.project_id) == ("All of them", 3, project.id)
    assert sorted(tree["Water the plants"]["labelIds"]) == sorted(labels)
    assert not task.recurring
    assert tree["Kitchen"]["parentId"] == tree["Balcony"]["parentId"] == str(task.id)
    assert tree["Basil"]["parentId"] == tree["Kitchen"]["id"] != str(kitchen)
    # As long before or after its task as in the series, and open.
    assert tree["Kitchen"]["dueDate"] == "2026-05-04T18:00:00Z"
    assert tree["Kitchen"]["labelIds"] == labels[:1]
    assert (tree["Balcony"]["dueOn"], tree["Balcony"]["completed"]) == ("2026-05-07", False)
    assert "Gone" not in tree
    # A series below comes along as the task it is; what it spawned is its own.
    assert (tree["Series below"]["isRecurring"], tree["Series below"]["spawnedFromId"]) == (False, None)
    assert [each.parent_id for each in await life.tasks(below)] == [series]
    copies = [data for data in tree.values() if data["parentId"] == str(task.id)]
    assert sorted(copy["title"] for copy in copies) == ["Balcony", "Kitchen", "Series below"]
    assert [reminder.before_due for reminder in await life.reminders(task.id)] == ["PT2H", "PT1H"]
    # An instant of its own stays with the task that has it.
    assert await life.reminders(UUID(tree["Basil"]["id"])) == []


async def test_an_all_day_series_goes_by_days(life: Life):
    series = await life.series(DAILY, date(2026, 5, 4), "Pacific/Auckland")
    await life.until("2026-05-05 12:00")
    [task] = await life.tasks(series)
    assert (task.due_on, task.time_zone) == (date(2026, 5, 6), "Pacific/Auckland")
    assert task.due_at == task.occurrence_at == at("2026-05-05 12:00")


async def test_a_spawned_task_is_due_in_the_zone_of_the_recurrence(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00", time_zone="America/New_York", before=["P1D"])
    await life.until("2026-05-05 13:00")
    assert [task.time_zone for task in await life.tasks(series)] == ["America/New_York"] * 2


async def test_reminders_can_still_ring(life: Life):
    """All of them, though one of a day and one of hours are the longer of the two by turns."""
    life.now = at("2026-03-01 00:00")
    series = await life.series(
        DAILY, "2026-03-05 14:00", "America/New_York", before=["P1D", "PT24H", "PT26H"]
    )
    await life.until("2026-03-12 14:00")
    for task in await life.tasks(series):
        for reminder in await life.reminders(task.id):
            if reminder.remind_at <= life.now:
                assert (reminder.status, reminder.late) == ("NOTIFIED", False), (
                    task.due_at,
                    reminder.before_due,
                )


async def test_what_a_person_cancelled_does_not_come_along_and_needs_no_lead(life: Life):
    series = await life.series(DAILY, "2026-05-05 13:00", before=["PT1H"])
    long = await life.remind(series, "P2D")
    assert (await life.recurrence(series)).effective_lead == "P2D"
    await life.do(lambda tx: cancel_reminder(tx, str(long), None))
    assert (await life.recurrence(series)).effective_lead == "PT1H"
    await life.until("2026-05-06 12:00")
    [task] = await life.tasks(series)
    assert [(each.before_due, each.status) for each in await life.reminders(task.id)] == [
        ("PT1H", "NOTIFIED")
    ]


async def test_reminders_of_a_task_that_comes_late_ring_late_or_are_missed(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00", before=["P1D", "PT1H"])
    await life.until("2026-05-04 12:30")
    await life.jump("2026-05-06 12:30")
    tasks = {task.occurrence_at: task.id for task in await life.tasks(series)}
    rung = {
        (str(when)[:10], each.before_due, each.status, each.late)
        for when, task in tasks.items()
        for each in await life.reminders(task)
    }
    assert rung == {
        ("2026-05-05", "P1D", "MISSED", False),
        ("2026-05-05", "PT1H", "MISSED", False),
        ("2026-05-06", "P1D", "NOTIFIED", True),
        ("2026-05-06", "PT1H", "NOTIFIED", True),
    }


async def test_a_reminder_that_is_put_off_still_comes_along(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00", before=["PT1H"])
    [own] = await life.reminders(series)
    await life.do(lambda tx: snooze_reminder(tx, str(own.id), at("2026-05-04 20:00"), None))
    assert (await life.recurrence(series)).effective_lead == "PT1H"
    await life.until("2026-05-05 13:00")
    assert [(each.before_due, each.status) for each in await life.reminders(await life.last(series))] == [
        ("PT1H", "NOTIFIED")
    ]


async def test_changing_the_series_changes_what_is_still_to_be_spawned_alone(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00")
    await life.until("2026-05-05 14:00")
    await life.do(lambda tx: update_task(tx, str(series), TaskChange(title="New", priority=4), None))
    await life.until("2026-05-06 14:00")
    assert [(task.title, task.priority) for task in await life.tasks(series)] == [("series", 0), ("New", 4)]
    [old, _] = await life.tasks(series)
    assert (old.version, old.updated_at) == (1, old.created_at)


async def test_a_due_date_that_moves_leaves_the_start_where_it_was(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00")
    later = TaskChange(due_at=at("2026-05-04 13:00") + timedelta(days=2, hours=3))
    await life.do(lambda tx: update_task(tx, str(series), later, None))
    await life.until("2026-05-05 14:00")
    assert await life.spawned(series) == ["2026-05-05 13:00"]


async def test_a_series_below_a_task_spawns_beside_itself_while_there_is_room(life: Life):
    parent = await life.make("Parent")
    series = await life.series(DAILY, "2026-05-04 13:00", task={"parent_id": str(parent)})
    await life.until("2026-05-05 14:00")
    assert [task.parent_id for task in await life.tasks(series)] == [parent]


async def test_each_spawned_task_stands_at_the_end_of_the_list(life: Life):
    series = await life.series(DAILY, "2026-05-04 13:00")
    last = await life.make("last")
    await life.until("2026-05-06 14:00")
    positions = [(await life.task(last)).position, *(task.position for task in await life.tasks(series))]
    assert positions == sorted(set(positions))
