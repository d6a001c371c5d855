"""A device's copy of everything: loaded once, then kept by events alone, as any client would."""

from typing import Any

from resolvers.log.events import EventType
from tests.support.client import Api
from tests.support.event_form import check_form

TASK = """
id title description completed completedAt priority dueDate dueOn allDay timeZone position version createdAt
updatedAt deletedAt project { id } labels { id } parent { id } isRecurring occurrence externalId spawnedFrom { id }
recurrence { rule timeZone start mode missed lead nextOccurrence ended }
"""
REMINDERS = """
query ($after: String) {
  reminders(first: 100, after: $after) {
    nodes { id task { id } remindAt beforeDue status notified notifiedAt late version createdAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""
TASKS = f"""
query ($after: String, $deleted: Boolean) {{
  tasks(first: 100, after: $after, filter: {{ deleted: $deleted }}) {{
    nodes {{ {TASK} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
PROJECTS = """
query ($after: String) {
  projects(first: 100, after: $after) {
    nodes { id name color archived position version createdAt } pageInfo { hasNextPage endCursor }
  }
}
"""
REST = """
{ cursor labels { id name color version createdAt }
  viewer { id email name timeZone allDayReminderTime version createdAt } }
"""

type State = dict[str, dict[str, dict[str, Any]]]


class Replica:
    """`state` by kind and id, in the form of `Event.data`; `cursor` is the last event applied."""

    def __init__(self) -> None:
        self.state: State = {"task": {}, "reminder": {}, "project": {}, "label": {}, "user": {}}
        self.cursor = ""
        self.applied: list[str] = []

    @classmethod
    async def load(cls, api: Api) -> "Replica":
        """A fresh copy. The cursor is taken first, so what is repeated is told by version."""
        replica = cls()
        rest = await api.run(REST)
        replica.cursor = rest["cursor"]
        for label in rest["labels"]:
            replica.state["label"][label["id"]] = label
        replica.state["user"][rest["viewer"]["id"]] = rest["viewer"]
        async for project in _pages(api, PROJECTS, "projects"):
            replica.state["project"][project["id"]] = project
        for deleted in (False, True):
            async for task in _pages(api, TASKS, "tasks", deleted=deleted):
                replica.state["task"][task["id"]] = _with_ids(task)
        async for reminder in _pages(api, REMINDERS, "reminders"):
            reminder["taskId"] = reminder.pop("task")["id"]
            replica.state["reminder"][reminder["id"]] = reminder
        return replica

    def apply(self, event: dict[str, Any]) -> None:
        """Take one event. What is older than what is here is passed over."""
        check_form(EventType[event["type"]], event["data"])
        self.cursor = event["cursor"]
        self.applied.append(event["id"])
        kind = event["type"].partition("_")[0]
        kind = "TASK" if kind in {"RECURRENCE", "RECURRING"} else kind
        things = self.state[kind.lower()]
        id_ = event["aggregateId"]
        if event["type"] in {"TASK_PURGED", "PROJECT_DELETED", "LABEL_DELETED"}:
            things.pop(id_, None)
            if kind == "TASK":
                self._purge_reminders(id_)
            for task in self.state["task"].values():
                if kind == "PROJECT" and task["projectId"] == id_:
                    task["projectId"] = None
                if kind == "LABEL" and id_ in task["labelIds"]:
                    task["labelIds"] = [label for label in task["labelIds"] if label != id_]
        elif id_ not in things or things[id_]["version"] < event["data"]["version"]:
            things[id_] = _named_in_the_schema(event["data"])

    def _purge_reminders(self, task_id: str) -> None:
        reminders = self.state["reminder"]
        self.state["reminder"] = {
            id_: reminder for id_, reminder in reminders.items() if reminder["taskId"] != task_id
        }


def _named_in_the_schema(data: dict[str, Any]) -> dict[str, Any]:
    """What an event tells beyond the schema is for whoever reckons occurrences by themselves."""
    data = {name: value for name, value in data.items() if name not in {"cancelledBy", "pattern"}}
    if data.get("recurrence"):
        beyond = {"startWall", "allDay", "skipped"}
        data["recurrence"] = {k: v for k, v in data["recurrence"].items() if k not in beyond}
    return data


def comparable(state: State) -> State:
    """Lists of ids have no order of their own."""
    return {
        kind: {
            id_: thing | ({"labelIds": sorted(thing["labelIds"])} if kind == "task" else {})
            for id_, thing in things.items()
        }
        for kind, things in state.items()
    }


async def _pages(api: Api, query: str, name: str, **variables: Any) -> Any:
    after = None
    while True:
        page = (await api.run(query, after=after, **variables))[name]
        for node in page["nodes"]:
            yield node
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _with_ids(task: dict[str, Any]) -> dict[str, Any]:
    project, labels, parent = task.pop("project"), task.pop("labels"), task.pop("parent")
    series = task.pop("spawnedFrom")
    return task | {
        "spawnedFromId": series and series["id"],
        "projectId": project and project["id"],
        "labelIds": [label["id"] for label in labels],
        "parentId": parent and parent["id"],
    }
