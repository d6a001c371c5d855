"""The state before a mutation and the events it caused give the state after it: for every mutation there is.

A device that follows the log is right, whatever was done and by whom. A new mutation without a case here fails.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from schema.root import build_schema
from tests.support.client import DEADLINE_SECONDS, PASSWORD, Api, watch
from tests.support.replica import Replica, comparable

EVENTS_AFTER = """
query ($after: Cursor) { events(first: 100, after: $after) {
  nodes { id cursor type aggregateId changed data task { id version } } pageInfo { hasNextPage endCursor } } }
"""


class World:
    """Something of everything, so that each mutation has something to change."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def fill(self) -> None:
        self.project = await self.make("createProject", "project", name="Home")
        self.other_project = await self.make("createProject", "project", name="Work")
        self.labels = [await self.make("createLabel", "label", name=f"label {number}") for number in range(3)]
        self.task = await self.make(
            "createTask",
            "task",
            title="Parent",
            projectId=self.project,
            labelIds=self.labels[:2],
            dueOn="2026-03-29",
        )
        self.child = await self.make(
            "createTask", "task", title="Child", parentId=self.task, labelIds=self.labels
        )
        self.grandchild = await self.make("createTask", "task", title="Grandchild", parentId=self.child)
        self.done = await self.make("createTask", "task", title="Done", dueDate="2026-03-29T01:30:00Z")
        await self.run("completeTask", id=self.done)
        self.deleted = await self.make("createTask", "task", title="Deleted", projectId=self.project)
        self.below = await self.make(
            "createTask", "task", title="Below", parentId=self.deleted, labelIds=self.labels
        )
        await self.run("deleteTask", id=self.deleted)
        self.series = await self.make(
            "createTask",
            "task",
            title="Series",
            dueDate="2031-05-05T09:00:00Z",
            labelIds=self.labels[:1],
            recurrence={"rule": "FREQ=WEEKLY;BYDAY=MO,TH", "lead": "PT1H"},
            reminders=[{"beforeDue": "P1D"}],
        )
        await self.make("createTask", "task", title="Step", parentId=self.series)
        self.waiting = await self.make(
            "createTask",
            "task",
            title="After completion",
            dueOn="2031-05-05",
            recurrence={"rule": "FREQ=DAILY;INTERVAL=3", "mode": "COMPLETION"},
        )
        self.reminded = await self.make(
            "createTask", "task", title="Reminded", dueOn="2031-05-05", parentId=self.task
        )
        self.follows = await self.make("createReminder", "reminder", taskId=self.reminded, beforeDue="P1D")
        self.absolute = await self.make(
            "createReminder", "reminder", taskId=self.reminded, remindAt="2031-05-05T09:00:00Z"
        )

    def to_dos(self, title: str = "Imported", more: str = "") -> str:
        """A file: a series with an occurrence of its own, one below it, and a task that is here already."""
        alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;RELATED=END:-PT1H\nEND:VALARM\n"
        due = "DTSTART:20310505T090000Z\nDUE:20310505T090000Z\n"
        to_dos = (
            f"UID:s\nSUMMARY:{title}\nX-TASKFLOW-PROJECT:Home\n{due}RRULE:FREQ=DAILY\nEXDATE:20310507T090000Z\n{alarm}",
            f"UID:s\nSUMMARY:{title}\nRECURRENCE-ID:20310506T090000Z\nDUE:20310506T100000Z\n{more}",
            f"UID:b\nSUMMARY:{title} below\nRELATED-TO:s\nDUE;VALUE=DATE:20310505\n{alarm}{more}",
            f"UID:{self.reminded}\nSUMMARY:{title}\nDUE;VALUE=DATE:20310506\n{more}",
        )
        inside = "".join(f"BEGIN:VTODO\n{to_do}END:VTODO\n" for to_do in to_dos)
        return f"BEGIN:VCALENDAR\n{inside}END:VCALENDAR\n"

    async def make(self, mutation: str, thing: str, /, **input_: Any) -> str:
        payload = await self.api.mutate(
            mutation, f"{thing} {{ id }} errors {{ code field message }}", **input_
        )
        assert payload["errors"] == []
        return str(payload[thing]["id"])

    async def run(self, mutation: str, /, **input_: Any) -> None:
        payload = await self.api.mutate(mutation, "errors { code field message }", **input_)
        assert payload["errors"] == []


async def there_and_back(world: World, there: str, back: str, id_: str) -> None:
    await world.run(there, id=id_)
    await world.run(back, id=id_)


async def import_again(world: World) -> None:
    """What was there before, and came before, is changed, and joined by what is new."""
    await world.run("importCalendar", ics=world.to_dos(), dryRun=False)
    changed = world.to_dos(title="Changed", more="STATUS:COMPLETED\nCATEGORIES:label 1,new\n")
    await world.run("importCalendar", ics=changed, dryRun=False)


type Case = Callable[[World], Awaitable[object]]

CASES: dict[str, list[Case]] = {
    "createTask": [
        lambda world: world.make(
            "createTask", "task", title="New", labelIds=world.labels, parentId=world.task
        ),
        lambda world: world.make(
            "createTask", "task", title="Day", dueOn="2026-10-25", timeZone="Asia/Kolkata"
        ),
        lambda world: world.make(
            "createTask",
            "task",
            title="All at once",
            dueOn="2031-10-25",
            recurrence={"rule": "FREQ=MONTHLY;BYMONTHDAY=-1", "timeZone": "Asia/Tokyo", "missed": "ALL"},
            reminders=[{"beforeDue": "PT0S"}, {"remindAt": "2031-10-25T00:00:00Z"}],
        ),
    ],
    "updateTask": [
        lambda world: world.run(
            "updateTask",
            id=world.task,
            title="Changed",
            description="Änderung",
            priority="URGENT",
            dueDate="2026-05-01T10:00:00+02:00",
            timeZone="America/New_York",
            projectId=world.other_project,
            labelIds=world.labels[2:],
        ),
        lambda world: world.run(
            "updateTask",
            id=world.task,
            description=None,
            priority=None,
            dueOn=None,
            timeZone=None,
            projectId=None,
            labelIds=None,
        ),
        lambda world: world.run("updateTask", id=world.grandchild, parentId=world.task, afterId=None),
        lambda world: world.run("updateTask", id=world.task, afterId=world.done),
        lambda world: world.run("updateTask", id=world.task, title="Parent"),
        lambda world: world.run("updateTask", id=world.series, timeZone="America/New_York"),
        lambda world: world.run(
            "updateTask", id=world.reminded, timeZone="America/New_York", dueOn="2031-06-01"
        ),
    ],
    "setDueDate": [
        lambda world: world.run("setDueDate", id=world.task, dueDate="2026-01-01T00:00:00Z"),
        lambda world: world.run("setDueDate", id=world.task, dueDate=None),
        lambda world: world.run(
            "setDueDate", id=world.done, dueOn="2026-12-31", timeZone="Pacific/Kiritimati"
        ),
        lambda world: world.run("setDueDate", id=world.reminded, dueDate=None),
        lambda world: world.run("setDueDate", id=world.reminded, dueDate="2020-01-01T00:00:00Z"),
    ],
    "completeTask": [
        lambda world: world.run("completeTask", id=world.child),
        lambda world: world.run("completeTask", id=world.waiting),
        lambda world: world.run("completeTask", id=world.reminded),
    ],
    "reopenTask": [
        lambda world: world.run("reopenTask", id=world.done),
        lambda world: there_and_back(world, "completeTask", "reopenTask", world.waiting),
        lambda world: there_and_back(world, "completeTask", "reopenTask", world.reminded),
    ],
    "deleteTask": [
        lambda world: world.run("deleteTask", id=world.task),
        lambda world: world.run("deleteTask", id=world.series),
        lambda world: world.run("deleteTask", id=world.waiting),
    ],
    "restoreTask": [
        lambda world: world.run("restoreTask", id=world.deleted),
        lambda world: world.run("restoreTask", id=world.below),
        lambda world: there_and_back(world, "deleteTask", "restoreTask", world.task),
        lambda world: there_and_back(world, "deleteTask", "restoreTask", world.series),
    ],
    "changeTasks": [
        lambda world: world.run(
            "changeTasks",
            ids=[world.task, world.child, world.done],
            completed=True,
            projectId=world.other_project,
            priority="LOW",
            dueOn="2026-06-01",
            addLabelIds=[world.labels[2]],
            removeLabelIds=[world.labels[0]],
        ),
        lambda world: world.run("changeTasks", ids=[world.child, world.task, world.done], deleted=True),
        lambda world: world.run(
            "changeTasks", ids=[world.deleted, world.task], deleted=False, projectId=None
        ),
    ],
    "setRecurrence": [
        lambda world: world.run(
            "setRecurrence",
            taskId=world.grandchild,
            recurrence={"rule": "FREQ=DAILY", "start": "2031-05-05T09:00:00Z"},
        ),
        lambda world: world.run(
            "setRecurrence",
            taskId=world.series,
            recurrence={"rule": "FREQ=HOURLY;COUNT=9", "missed": "SKIP", "mode": "COMPLETION"},
        ),
    ],
    "clearRecurrence": [
        lambda world: world.run("clearRecurrence", id=world.waiting),
        lambda world: world.run("clearRecurrence", id=world.task),
    ],
    "skipOccurrence": [
        lambda world: world.run("skipOccurrence", taskId=world.series),
        lambda world: world.run("skipOccurrence", taskId=world.series, occurrence="2031-05-15T09:00:00Z"),
    ],
    "createReminder": [
        lambda world: world.make("createReminder", "reminder", taskId=world.series, beforeDue="P2D"),
        lambda world: world.make("createReminder", "reminder", taskId=world.task, beforeDue="PT1H"),
    ],
    "snoozeReminder": [
        lambda world: world.run("snoozeReminder", id=world.follows, until="2031-06-01T00:00:00Z")
    ],
    "cancelReminder": [
        lambda world: world.run("cancelReminder", id=world.follows),
        lambda world: there_and_back(world, "cancelReminder", "cancelReminder", world.absolute),
    ],
    "createProject": [lambda world: world.make("createProject", "project", name="Third", color="#ABCDEF")],
    "updateProject": [
        lambda world: world.run(
            "updateProject", id=world.other_project, name="New", archived=True, afterId=None
        )
    ],
    "deleteProject": [lambda world: world.run("deleteProject", id=world.project)],
    "createLabel": [lambda world: world.make("createLabel", "label", name="Fourth")],
    "updateLabel": [lambda world: world.run("updateLabel", id=world.labels[0], name="New", color="#000000")],
    "deleteLabel": [lambda world: world.run("deleteLabel", id=world.labels[0])],
    "importCalendar": [
        lambda world: world.run("importCalendar", ics=world.to_dos(), dryRun=False),
        import_again,
        lambda world: world.run("importCalendar", ics=world.to_dos()),
    ],
    "updateViewer": [
        lambda world: world.run(
            "updateViewer", name="Ana B.", timeZone="Asia/Tokyo", allDayReminderTime="07:30"
        )
    ],
}

#: They change nothing that devices keep a copy of.
OUTSIDE_THE_LOG = {
    "signUp",
    "logIn",
    "refreshSession",
    "logOut",
    "endSession",
    "endOtherSessions",
    "changePassword",
    "deleteAccount",
    "requestPasswordReset",
    "resetPassword",
    # How a user is told is nothing that devices show, but where they ask for it.
    "addWebPushChannel",
    "addEmailChannel",
    "addWebhookChannel",
    "updateChannel",
    "removeChannel",
    "testChannel",
    "createCalendarFeed",
    "revokeCalendarFeed",
}


def test_every_mutation_has_a_case():
    mutation = build_schema()._schema.mutation_type
    assert mutation is not None
    assert set(mutation.fields) == CASES.keys() | OUTSIDE_THE_LOG


@pytest.mark.parametrize(
    ("mutation", "number"),
    [(mutation, number) for mutation, cases in CASES.items() for number in range(len(cases))],
)
async def test_state_before_and_events_are_the_state_after(ana: Api, mutation: str, number: int):
    world = World(ana)
    await world.fill()
    replica = await Replica.load(ana)
    await CASES[mutation][number](world)
    await follow(replica, ana)
    assert comparable(replica.state) == comparable((await Replica.load(ana)).state)


async def test_what_happens_unasked_is_in_the_log_too(ana: Api):
    """A task is spawned with all that it takes along, and reminders ring: its own and those that came with it."""
    world = World(ana)
    await world.fill()
    replica = await Replica.load(ana)
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    series = await world.make(
        "createTask",
        "task",
        title="Due now",
        labelIds=world.labels,
        dueDate=f"{due:%Y-%m-%dT%H:%M:%SZ}",
        recurrence={"rule": "FREQ=DAILY", "start": f"{due - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"},
        reminders=[{"beforeDue": "PT0S"}],
    )
    await world.make("createTask", "task", title="Step", parentId=series, labelIds=world.labels)
    assert ana.token
    rung: set[str] = set()
    spawned = ""
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for event in watch(ana.url, ana.token, replica.cursor):
            if event["type"] == "RECURRING_SPAWNED":
                spawned = event["aggregateId"]
                assert (event["data"]["spawnedFromId"], event["data"]["version"]) == (series, 1)
            if event["type"] == "REMINDER_TRIGGERED":
                rung.add(event["data"]["taskId"])
            if rung == {series, spawned}:
                break
    events = await follow(replica, ana)
    assert comparable(replica.state) == comparable((await Replica.load(ana)).state)
    about_series = [event for event in events if event["aggregateId"] == series]
    assert [(event["type"], event["changed"]) for event in about_series] == [
        ("TASK_CREATED", []),
        ("TASK_UPDATED", ["recurrence"]),
    ]
    listed = await ana.run(
        "query ($id: ID!) { tasks(filter: {spawnedFromId: $id}) {"
        " nodes { id subtasks { title labels { id } } reminders { status late } } } }",
        id=series,
    )
    [task] = listed["tasks"]["nodes"]
    assert task["id"] == spawned
    assert [(step["title"], len(step["labels"])) for step in task["subtasks"]] == [("Step", 3)]
    assert task["reminders"] == [{"status": "NOTIFIED", "late": False}]


async def test_a_whole_life_is_in_the_log_from_its_first_event(ana: Api):
    world = World(ana)
    await world.fill()
    for mutation, cases in CASES.items():
        if mutation not in {"deleteProject", "deleteLabel", "deleteTask"}:
            await cases[0](world)
    for mutation in ("deleteLabel", "deleteProject", "deleteTask"):
        await CASES[mutation][0](world)
    fresh = await Replica.load(ana)
    rebuilt = Replica()
    await follow(rebuilt, ana, from_the_start=True)
    assert comparable(rebuilt.state) == comparable(fresh.state)


async def test_what_changes_nothing_leaves_no_event_and_no_new_version(ana: Api):
    world = World(ana)
    await world.fill()
    before = await Replica.load(ana)
    for mutation, input_ in (
        ("completeTask", {"id": world.done}),
        ("reopenTask", {"id": world.task}),
        ("deleteTask", {"id": world.deleted}),
        ("restoreTask", {"id": world.task}),
        ("updateTask", {"id": world.task, "title": "  Parent ", "labelIds": world.labels[1::-1]}),
        ("updateTask", {"id": world.task, "projectId": world.project, "dueOn": "2026-03-29"}),
        ("setDueDate", {"id": world.task, "dueOn": "2026-03-29"}),
        ("changeTasks", {"ids": [world.done], "completed": True}),
        ("updateProject", {"id": world.project, "name": "Home"}),
        ("updateLabel", {"id": world.labels[0], "name": "label 0"}),
        ("updateViewer", {"name": "Ana", "timeZone": "Europe/Vienna"}),
        ("clearRecurrence", {"id": world.task}),
        ("snoozeReminder", {"id": world.absolute, "until": "2031-05-05T09:00:00Z"}),
    ):
        await world.run(mutation, **input_)
    after = await Replica.load(ana)
    assert after.cursor == before.cursor
    assert after.state == before.state


async def test_an_events_changed_names_what_changed_and_nothing_else(ana: Api):
    world = World(ana)
    await world.fill()
    replica = await Replica.load(ana)
    await CASES["updateTask"][0](world)
    [event] = await follow(replica, ana)
    assert sorted(event["changed"]) == sorted(
        [
            "title",
            "description",
            "priority",
            "dueDate",
            "dueOn",
            "allDay",
            "timeZone",
            "projectId",
            "labelIds",
        ]
    )


async def follow(replica: Replica, api: Api, from_the_start: bool = False) -> list[dict[str, Any]]:
    """Apply all that the replica has not had yet."""
    events: list[dict[str, Any]] = []
    if from_the_start:
        # The account itself is where the log begins.
        replica.state["user"] = (await Replica.load(api)).state["user"]
    after = replica.cursor or None
    while True:
        page = (await api.run(EVENTS_AFTER, after=after))["events"]
        for event in page["nodes"]:
            replica.apply(event)
            events.append(event)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return events


async def test_deleting_the_account_leaves_nothing_to_read(ana: Api):
    world = World(ana)
    await world.fill()
    other = await ana.another_device()
    payload = await ana.mutate("deleteAccount", "errors { code }", password="not the password")
    assert payload["errors"][0]["code"] == "BAD_CREDENTIALS"
    payload = await ana.mutate("deleteAccount", "errors { code }", password=PASSWORD)
    assert payload["errors"] == []
    for device in (ana, other):
        answer = await device.post("{ viewer { id } }")
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    async with Api(ana.url) as again:
        # The address is free again, and what comes under it starts from nothing.
        await again.sign_up(email=ana.email)
        assert (await again.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 0
        answer = await again.post(f'{{ task(id: "{uuid4()}") {{ id }} }}')
        assert answer["data"] == {"task": None}
