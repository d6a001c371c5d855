"""Three devices of one user do whatever they like, and lose their sockets whenever: in the end all show the same.

Hypothesis writes the programs, the same ones each time, and prints the one that fails.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)
from websockets.exceptions import ConnectionClosed

from tests.support.client import EVENTS, Api, Socket, open_socket
from tests.support.replica import Replica, comparable
from tests.support.server import Server

DEVICES = 3
#: Longer than a lost wake-up takes to be made good.
DELIVERY_SECONDS = 10
KILLS_PER_PROGRAM = 2
#: What programs do by chance and people by mistake: change what is gone, or put a thing below itself.
REFUSALS = {"NOT_FOUND", "CONFLICT", "INVALID_INPUT"}

LOG = """
query ($after: Cursor) { events(first: 100, after: $after) {
  nodes { id cursor type aggregateId timestamp correlationId schemaVersion changed data task { id } }
  pageInfo { hasNextPage endCursor } } }
"""
EVENT = (
    "id",
    "cursor",
    "type",
    "aggregateId",
    "timestamp",
    "correlationId",
    "schemaVersion",
    "changed",
    "data",
)


@dataclass(frozen=True)
class Change:
    """Something to do. `one`, `other` and `third` choose among what has been made, and `None` is none of it."""

    act: str
    device: int
    one: int
    other: int | None
    third: int | None


type Inputs = Callable[["Program", Change], dict[str, Any]]

#: Each act's mutation, and its input.
ACTS: dict[str, tuple[str, Inputs]] = {
    "add a task": (
        "createTask",
        lambda p, c: {
            "id": p.new("task"),
            "title": p.text(),
            "projectId": p.pick("project", c.other),
            "labelIds": p.some("label", c.third),
        },
    ),
    "add a subtask": (
        "createTask",
        lambda p, c: {"id": p.new("task"), "title": p.text(), "parentId": p.pick("task", c.one)},
    ),
    "edit a task": (
        "updateTask",
        lambda p, c: {"id": p.pick("task", c.one), "title": p.text(), "description": p.text()},
    ),
    "move a task": (
        "updateTask",
        lambda p, c: {"id": p.pick("task", c.one), "afterId": p.pick("task", c.other)},
    ),
    "put a task elsewhere": (
        "updateTask",
        lambda p, c: {
            "id": p.pick("task", c.one),
            "projectId": p.pick("project", c.other),
            "parentId": p.pick("task", c.third),
        },
    ),
    "label a task": (
        "updateTask",
        lambda p, c: {"id": p.pick("task", c.one), "labelIds": p.some("label", c.other)},
    ),
    "complete a task": ("completeTask", lambda p, c: {"id": p.pick("task", c.one)}),
    "reopen a task": ("reopenTask", lambda p, c: {"id": p.pick("task", c.one)}),
    "delete a task": ("deleteTask", lambda p, c: {"id": p.pick("task", c.one)}),
    "restore a task": ("restoreTask", lambda p, c: {"id": p.pick("task", c.one)}),
    "change many tasks": (
        "changeTasks",
        lambda p, c: {
            "ids": p.known["task"][-5:] or [str(uuid4())],
            "priority": ("NONE", "LOW", "HIGH")[c.one % 3],
            "completed": bool(c.one % 2),
        },
    ),
    "add a project": ("createProject", lambda p, c: {"id": p.new("project"), "name": p.text()}),
    "rename a project": (
        "updateProject",
        lambda p, c: {"id": p.pick("project", c.one), "name": p.text(), "archived": c.other is None},
    ),
    "move a project": (
        "updateProject",
        lambda p, c: {"id": p.pick("project", c.one), "afterId": p.pick("project", c.other)},
    ),
    "delete a project": ("deleteProject", lambda p, c: {"id": p.take("project", c.one)}),
    "add a label": ("createLabel", lambda p, c: {"id": p.new("label"), "name": p.text()}),
    "rename a label": ("updateLabel", lambda p, c: {"id": p.pick("label", c.one), "name": p.text()}),
    "delete a label": ("deleteLabel", lambda p, c: {"id": p.take("label", c.one)}),
    "rename oneself": ("updateViewer", lambda p, c: {"name": p.text()}),
}

things = st.integers(0, 9)
devices = st.integers(0, DEVICES - 1)
a_change = st.builds(
    Change,
    # Adding is what the rest lives on.
    act=st.sampled_from(["add a task", "add a project", "add a label", *ACTS]),
    device=devices,
    one=things,
    other=st.none() | things,
    third=st.none() | things,
)
changes = st.lists(a_change, min_size=1, max_size=8)


class Device:
    """A copy of everything, fed by a subscription that may end at any moment and goes on from the last cursor."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._listening: asyncio.Task[None] | None = None
        self._moved = asyncio.Condition()

    async def start_anew(self) -> None:
        """Forget everything, and load it."""
        await self.drop()
        self.replica = await Replica.load(self.api)
        self.began = self.replica.cursor
        self.heard: list[dict[str, Any]] = []

    @property
    def is_connected(self) -> bool:
        return self._listening is not None

    async def connect(self) -> None:
        """Returns when the subscription is asked for, and not when it is answered."""
        assert self._listening is None
        opening = open_socket(self.api.url, self.api.token)
        socket = await opening.__aenter__()
        await socket.subscribe(EVENTS, after=self.replica.cursor)
        self._socket = socket
        self._listening = asyncio.create_task(self._listen(socket))

    async def drop(self, server_is_gone: bool = False) -> None:
        """As when the network goes: nobody says goodbye, and what was under way is lost."""
        if self._listening is None:
            return
        listening, self._listening = self._listening, None
        if listening.done() and not server_is_gone:
            await listening  # raises what ended it
        self._socket.connection.transport.abort()
        listening.cancel()
        [ended] = await asyncio.gather(listening, return_exceptions=True)
        assert isinstance(ended, ConnectionClosed | asyncio.CancelledError), ended
        await self._socket.connection.wait_closed()

    async def reaches(self, cursor: str) -> None:
        await self._until(lambda: self.replica.cursor == cursor)

    async def hears(self, count: int) -> None:
        """Wait for so many more events."""
        wanted = len(self.heard) + count
        await self._until(lambda: len(self.heard) >= wanted)

    async def _until(self, reached: Callable[[], bool]) -> None:
        assert self._listening is not None
        waiting = asyncio.create_task(self._wait_for(reached))
        try:
            await asyncio.wait(
                [waiting, self._listening], timeout=DELIVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if self._listening.done():
                await self._listening  # raises what ended it
            assert waiting.done(), f"nothing more came after {len(self.heard)} events"
        finally:
            waiting.cancel()

    async def _wait_for(self, reached: Callable[[], bool]) -> None:
        async with self._moved:
            await self._moved.wait_for(reached)

    async def _listen(self, socket: Socket) -> None:
        while True:
            # A connected device waits for as long as nothing happens.
            event = (await socket.next())["data"]["events"]
            async with self._moved:
                self.replica.apply(event)
                self.heard.append(event)
                self._moved.notify_all()


class Program(RuleBasedStateMachine):
    """One user, and what their devices do. Each step ends before the next begins; devices listen all the while."""

    server: Server
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, list[str]] = {"task": [], "project": [], "label": []}
        self.words = 0
        self.kills = 0
        self.devices: list[Device] = []
        self.runner = asyncio.Runner()
        self.run(self.begin())

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def begin(self) -> None:
        first = Api(self.server.url)
        await first.sign_up()
        for act in ("add a project", "add a label", "add a task", "add a task"):
            mutation, inputs = ACTS[act]
            await self.send(first, mutation, inputs(self, Change(act, 0, 0, 0, 1)))
        for api in (first, *[await first.another_device() for _ in range(DEVICES - 1)]):
            self.devices.append(Device(api))
            await self.devices[-1].start_anew()
            await self.devices[-1].connect()

    # What acts are made of

    def new(self, kind: str) -> str:
        id_ = str(uuid4())
        self.known[kind].append(id_)
        return id_

    def pick(self, kind: str, index: int | None) -> str | None:
        known = self.known[kind]
        if index is None:
            return None
        return known[index % len(known)] if known else str(uuid4())

    def take(self, kind: str, index: int) -> str:
        """As `pick`; nothing chooses it again."""
        known = self.known[kind]
        return known.pop(index % len(known)) if known else str(uuid4())

    def some(self, kind: str, count: int | None) -> list[str]:
        return self.known[kind][-count:] if count else []

    def text(self) -> str:
        self.words += 1
        return f"text {self.words}"

    def prepare(self, change: Change) -> tuple[Api, str, dict[str, Any]]:
        mutation, inputs = ACTS[change.act]
        return self.devices[change.device].api, mutation, inputs(self, change)

    async def send(self, api: Api, mutation: str, input_: dict[str, Any]) -> None:
        payload = await api.mutate(mutation, "errors { code }", **input_)
        assert {error["code"] for error in payload["errors"]} <= REFUSALS
        self.tally["refused" if payload["errors"] else "done"] += 1

    def at_once(self, wanted: list[Change]) -> Awaitable[list[None]]:
        return asyncio.gather(*(self.send(*self.prepare(change)) for change in wanted))

    # What may happen

    @rule(change=a_change)
    def one_device_changes_something(self, change: Change) -> None:
        self.run(self.send(*self.prepare(change)))

    @rule(wanted=changes)
    def several_change_something_at_once(self, wanted: list[Change]) -> None:
        async def work() -> None:
            await self.at_once(wanted)

        self.run(work())

    @rule(number=devices, wanted=changes, heard=st.integers(0, 4))
    def a_socket_is_lost_amid_changes(self, number: int, wanted: list[Change], heard: int) -> None:
        async def work() -> None:
            device = self.devices[number]
            if not device.is_connected:
                await device.connect()
            changing = asyncio.ensure_future(self.at_once(wanted))
            hearing = asyncio.ensure_future(device.hears(heard))
            await asyncio.wait([changing, hearing], return_when=asyncio.FIRST_COMPLETED)
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            await device.drop()
            await changing
            self.tally["sockets lost"] += 1

        self.run(work())

    @rule(number=devices, times=st.integers(1, 2))
    def a_device_comes_back(self, number: int, times: int) -> None:
        async def work() -> None:
            for _ in range(times):
                await self.devices[number].drop()
                await self.devices[number].connect()
                self.tally["reconnections"] += 1

        self.run(work())

    @rule(number=devices, wanted=changes)
    def a_device_starts_anew_amid_changes(self, number: int, wanted: list[Change]) -> None:
        async def work() -> None:
            changing = asyncio.ensure_future(self.at_once(wanted))
            await self.devices[number].start_anew()
            await self.devices[number].connect()
            await changing
            self.tally["snapshots"] += 1

        self.run(work())

    @rule()
    def all_devices_converge(self) -> None:
        self.run(self.converge())

    async def converge(self) -> None:
        for device in self.devices:
            if not device.is_connected:
                await device.connect()
        cursor = (await self.devices[0].api.run("{ cursor }"))["cursor"]
        await asyncio.gather(*(device.reaches(cursor) for device in self.devices))
        fresh = comparable((await Replica.load(self.devices[0].api)).state)
        for device in self.devices:
            assert comparable(device.replica.state) == fresh
            # In order, each once, nothing missing: whatever sockets they came over.
            log = await whole_log(device.api, device.began)
            assert [event["cursor"] for event in device.heard] == [event["cursor"] for event in log]
            assert [{name: event[name] for name in EVENT} for event in device.heard] == log
            assert len({event["id"] for event in device.heard}) == len(device.heard)
            self.tally["events applied"] += len(device.heard)

    def teardown(self) -> None:
        try:
            self.run(self.converge())
        finally:
            self.run(self.end())
            self.runner.close()

    async def end(self) -> None:
        for device in self.devices:
            await asyncio.gather(device.drop(), return_exceptions=True)
            await device.api.http.aclose()


class ProgramWithKills(Program):
    """The server is killed as well, while it is being changed, and what was not answered is sent again."""

    @precondition(lambda self: self.kills < KILLS_PER_PROGRAM)
    @rule(wanted=changes)
    def the_server_is_killed_amid_changes(self, wanted: list[Change]) -> None:
        self.kills += 1
        self.run(self.kill_amid(wanted))

    async def kill_amid(self, wanted: list[Change]) -> None:
        prepared = [self.prepare(change) for change in wanted]
        sending = [asyncio.create_task(self.send(*each)) for each in prepared]
        await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        await self.server.kill()
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        for device in self.devices:
            await device.drop(server_is_gone=True)
        await self.server.start()
        for each, outcome in zip(prepared, outcomes, strict=True):
            if isinstance(outcome, httpx.HTTPError):
                await self.send(*each)
                self.tally["sent again"] += 1
            elif outcome is not None:
                raise outcome
        self.tally["kills"] += 1


async def whole_log(api: Api, after: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    while True:
        page = (await api.run(LOG, after=after))["events"]
        events += [{name: event[name] for name in EVENT} for event in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return events


def run_programs(program: type[Program], server: Server, count: int, steps: int) -> Counter[str]:
    """Run `count` programs of at most `steps` steps; how often what happened."""
    tally: Counter[str] = Counter()
    bound = type(program.__name__, (program,), {"server": server, "tally": tally})
    run_state_machine_as_test(
        bound,
        settings=settings(
            max_examples=count,
            stateful_step_count=steps,
            derandomize=True,
            # To look for the shortest program that fails, add Phase.shrink: it takes minutes.
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return tally


def test_devices_that_lose_their_sockets_at_any_point_converge(shared_server: Server) -> None:
    tally = run_programs(Program, shared_server, count=10, steps=40)
    # The programs did something, and not the same three things.
    assert min(tally[what] for what in ("sockets lost", "reconnections", "snapshots")) >= 10
    assert tally["done"] > tally["refused"] > 0


def test_devices_converge_though_the_server_is_killed_amid_changes(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start_now()
    try:
        tally = run_programs(ProgramWithKills, server, count=3, steps=25)
    finally:
        asyncio.run(server.kill())
    assert tally["kills"] >= 1
