"""One round of the canary: it signs in, watches over a socket, and makes, changes, completes and deletes a task.

Its tasks have their own id in their title: so it knows them again, and touches no others.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import uuid4

from graphql_api.programs.canary_device import CanaryFailed, Device, Heard, logged

MARK = "taskflow-canary"
#: A dead canary's tasks that one round takes away.
LEFTOVERS = 100
LOG_PAGE = 100

_ERRORS = "errors { code message }"
CREATE = f"mutation CanaryCreate($input: CreateTaskInput!) {{ createTask(input: $input) {{ {_ERRORS} }} }}"
UPDATE = f"mutation CanaryUpdate($input: UpdateTaskInput!) {{ updateTask(input: $input) {{ {_ERRORS} }} }}"
COMPLETE = f"mutation CanaryComplete($input: TaskIdInput!) {{ completeTask(input: $input) {{ {_ERRORS} }} }}"
DELETE = f"mutation CanaryDelete($input: TaskIdInput!) {{ deleteTask(input: $input) {{ {_ERRORS} }} }}"
OWN_TASKS = """query CanaryTasks($mark: String!, $first: Int!) {
  cursor tasks(first: $first, filter: {search: $mark}) { nodes { id title } } }"""
LOG = """query CanaryLog($after: Cursor!, $first: Int!) {
  events(after: $after, first: $first) { nodes { id cursor type aggregateId } pageInfo { hasNextPage endCursor } } }"""


@dataclass
class Report:
    """What one round gave. seconds: by step, to the answer, and to the event on the socket."""

    step: str = "sign in"
    failed: str | None = None
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    leftovers: int = 0

    def line(self, url: str) -> dict[str, Any]:
        milliseconds = {
            step: {what: round(seconds * 1000, 1) for what, seconds in taken.items()}
            for step, taken in self.seconds.items()
        }
        failure = {} if self.failed is None else {"step": self.step, "failed": self.failed}
        return {
            "ok": self.failed is None,
            "url": url,
            **failure,
            "milliseconds": milliseconds,
            "leftovers": self.leftovers,
        }


async def probe(url: str, email: str, password: str, seconds: float) -> Report:
    """One round. Takes a few times `seconds` at most."""
    report = Report()
    device = Device(url, seconds)
    try:
        began = perf_counter()
        await device.sign_in(email, password)
        report.seconds["sign in"] = {"answer": perf_counter() - began}
        await _round(device, report)
    except CanaryFailed as failure:
        report.failed = str(failure)
    finally:
        await device.close()
    return report


async def _round(device: Device, report: Report) -> None:
    report.step = "tidy up"
    found = await device.ask(OWN_TASKS, mark=MARK, first=LEFTOVERS)
    for task in found["tasks"]["nodes"]:
        if task["title"] == _title(task["id"]):
            await device.mutate(DELETE, "deleteTask", id=task["id"])
            report.leftovers += 1
    cursor = (await device.ask("query CanaryCursor { cursor }"))["cursor"]
    report.step = "watch"
    began = perf_counter()
    task_id = str(uuid4())
    async with device.watching(cursor):
        report.seconds["watch"] = {"answer": perf_counter() - began}
        gone = False
        last: Heard | None = None
        try:
            for step, query, type_, input_ in (
                ("createTask", CREATE, "TASK_CREATED", {"title": _title(task_id)}),
                ("updateTask", UPDATE, "TASK_UPDATED", {"priority": "HIGH"}),
                ("completeTask", COMPLETE, "TASK_COMPLETED", {}),
                ("deleteTask", DELETE, "TASK_DELETED", {}),
            ):
                report.step = step
                began = perf_counter()
                await device.mutate(query, step, id=task_id, **input_)
                gone = step == "deleteTask"
                answered = perf_counter()
                last = await device.hears(type_, task_id)
                report.seconds[step] = {"answer": answered - began, "event": last.at - began}
            assert last is not None
            report.step = "compare with the log"
            _compare(device.heard, await _read_log(device, cursor, last))
        finally:
            if not gone:
                with suppress(CanaryFailed):
                    await device.mutate(DELETE, "deleteTask", id=task_id)


async def _read_log(device: Device, after: str, last: Heard) -> list[Heard]:
    """What the log holds from where the socket began to the last event that it told."""
    events: list[Heard] = []
    while True:
        page = (await device.ask(LOG, after=after, first=LOG_PAGE))["events"]
        for node in page["nodes"]:
            events.append(logged(node))
            if node["id"] == last.id:
                return events
        if not page["pageInfo"]["hasNextPage"]:
            raise CanaryFailed("The socket told of an event that is not in the log")
        after = page["pageInfo"]["endCursor"]


def _compare(heard: list[Heard], log: list[Heard]) -> None:
    """Other devices of the account may have done something meanwhile: that counts as well. Raises CanaryFailed."""
    told = [(event.id, event.cursor) for event in heard]
    wanted = [(event.id, event.cursor) for event in log]
    del told[len(told) - told[::-1].index(wanted[-1]) :]  # what came after the log was read
    if len(set(told)) < len(told):
        raise CanaryFailed("The socket told of an event twice")
    if missing := set(wanted) - set(told):
        raise CanaryFailed(f"The socket left out {len(missing)} of {len(wanted)} events")
    if told != wanted:
        raise CanaryFailed("The socket told of events in another order than the log, or of others")


def _title(task_id: str) -> str:
    return f"{MARK} {task_id}"
