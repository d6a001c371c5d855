"""`python -m graphql_api canary`: uses TaskFlow as a person would, and says whether it did what it should.

It signs in, watches over a socket, and makes, changes, completes and deletes a task of its own. Its tasks have their
own id in their title: so it knows them again, and touches no others.
"""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, time
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from graphql_api.programs.canary_device import CanaryFailed, Device, Heard, logged
from graphql_api.programs.common import say
from graphql_api.settings import Settings, SettingsError

MARK = "taskflow-canary"
#: A dead canary's tasks that one round takes away.
LEFTOVERS = 100
LOG_PAGE = 100
SHORTEST_EVERY_SECONDS = 10.0

_ERRORS = "errors { code message }"
CREATE = f"mutation CanaryCreate($input: CreateTaskInput!) {{ createTask(input: $input) {{ {_ERRORS} }} }}"
UPDATE = f"mutation CanaryUpdate($input: UpdateTaskInput!) {{ updateTask(input: $input) {{ {_ERRORS} }} }}"
COMPLETE = f"mutation CanaryComplete($input: TaskIdInput!) {{ completeTask(input: $input) {{ {_ERRORS} }} }}"
DELETE = f"mutation CanaryDelete($input: TaskIdInput!) {{ deleteTask(input: $input) {{ {_ERRORS} }} }}"
OWN_TASKS = """query CanaryTasks($mark: String!, $first: Int!) {
  cursor tasks(first: $first, filter: {search: $mark}) { nodes { id title } } }"""
LOG = """query CanaryLog($after: Cursor!, $first: Int!) {
  events(after: $after, first: $first) { nodes { id cursor type aggregateId } pageInfo { hasNextPage endCursor } } }"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, type=_url, help="such as https://tasks.example.com")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=10.0,
        help="longest wait for each answer and event, in seconds (10)",
    )
    parser.add_argument("--every", type=_every, help="go on, a round every so many seconds, at least 10")
    parser.add_argument(
        "--textfile", type=Path, help="write the figures there after each round, for node_exporter"
    )


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit status: 0 where the last round went well, else 1. Raises SettingsError."""
    email, password = settings.canary_email, settings.canary_password.get_secret_value()
    if not email or not password:
        missing = "CANARY_EMAIL" if not email else "CANARY_PASSWORD"
        raise SettingsError(f"{missing}: the canary needs an account of its own to sign in with")
    figures = Figures()
    rounds = asyncio.create_task(_rounds(arguments, email, password, figures))
    # What it has begun is tidied up, also where it is told to stop.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, rounds.cancel)
    with suppress(asyncio.CancelledError):
        await rounds
    return 0 if figures.well else 1


async def _rounds(arguments: argparse.Namespace, email: str, password: str, figures: "Figures") -> None:
    while True:
        began = perf_counter()
        report = await probe(arguments.url, email, password, arguments.timeout)
        figures.take(report)
        if arguments.textfile is not None:
            await asyncio.to_thread(figures.write, arguments.textfile)
        say(orjson.dumps(report.line(arguments.url)).decode())
        sys.stdout.flush()
        if arguments.every is None:
            return
        await asyncio.sleep(max(0.0, arguments.every - (perf_counter() - began)))


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


class Figures:
    """For Prometheus; apart from the server's own."""

    def __init__(self) -> None:
        self.well = True
        self._registry = CollectorRegistry()
        self._up = Gauge("taskflow_canary_up", "Whether the last round went well.", registry=self._registry)
        self._at = Gauge(
            "taskflow_canary_last_round_timestamp_seconds", "When it ended.", registry=self._registry
        )
        self._seconds = Gauge(
            "taskflow_canary_seconds",
            "Of the last round: to the answer, and to the event on the socket.",
            ["step", "until"],
            registry=self._registry,
        )

    def take(self, report: Report) -> None:
        self.well = report.failed is None
        self._up.set(self.well)
        self._at.set(time())
        self._seconds.clear()
        for step, taken in report.seconds.items():
            for until, seconds in taken.items():
                self._seconds.labels(step, until).set(seconds)

    def write(self, path: Path) -> None:
        """Whoever reads it finds all of it, and may be another account."""
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        aside.write_bytes(generate_latest(self._registry))
        aside.chmod(0o644)
        aside.replace(path)


def _title(task_id: str) -> str:
    return f"{MARK} {task_id}"


def _url(text: str) -> str:
    text = text.rstrip("/")
    try:
        parts = urlsplit(text)
        usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.path and parts.port != 0
        )
    except ValueError:
        usable = False
    if not usable:
        raise argparse.ArgumentTypeError("is a URL without a path, such as https://tasks.example.com")
    return text


def _seconds(text: str, least: float = 0.1) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not least <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"is a number of seconds from {least:g} to 3600")
    return seconds


def _every(text: str) -> float:
    return _seconds(text, SHORTEST_EVERY_SECONDS)
