"""Subscriptions that ask for the same thing share one execution, and none waits for another."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graphql_api.live import stream as stream_module
from graphql_api.live.sharing import KEPT_PAYLOADS, Member, Sharing
from graphql_api.live.stream import open_stream
from graphql_api.socket.sharing_key import sharing_key
from resolvers.database import Database
from resolvers.errors import CursorExpired, Unavailable
from resolvers.log.event_log import EVERYTHING, EventFilter
from resolvers.log.events import Event, EventType
from resolvers.viewer import Viewer
from schema.documents import Documents, read_request
from schema.root import build_schema
from tests.live.inside import DEADLINE_SECONDS, Live, happen, make_viewer, process, until
from tests.support.client import EVENTS, Api, open_socket


class Renderer:
    """Makes an event its number, counts how often, and can be held up."""

    def __init__(self) -> None:
        self.rendered: Counter[int] = Counter()
        self.held_up: set[int] = set()
        self.away = 0
        self.let_go = asyncio.Event()

    async def __call__(self, event: Event) -> str:
        if event.seq in self.held_up:
            await self.let_go.wait()
        if self.away > 0:
            self.away -= 1
            raise Unavailable
        self.rendered[event.seq] += 1
        return str(event.seq)


class Device:
    """Where one subscription's results go. It has room for so many that it has not read."""

    def __init__(self, room: int = 1000) -> None:
        self._room = room
        self._unread: list[int] = []
        self._empty = asyncio.Event()
        self._empty.set()
        self._came = asyncio.Event()
        self.failed: Exception | None = None
        self.most_held = 0

    def offer(self, payload: str) -> bool:
        if len(self._unread) >= self._room:
            return False
        self._unread.append(int(payload))
        self.most_held = max(self.most_held, len(self._unread))
        self._empty.clear()
        self._came.set()
        return True

    async def drained(self) -> None:
        await self._empty.wait()

    def fail(self, error: Exception) -> None:
        self.failed = error
        self._came.set()

    async def read(self, count: int) -> list[int]:
        got: list[int] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(got) < count:
                self._came.clear()
                got += self._unread
                self._unread = []
                self._empty.set()
                if len(got) < count:
                    await self._came.wait()
        return got


class Room:
    """One user's subscriptions to one thing."""

    def __init__(self, live: Live, viewer: Viewer) -> None:
        self.live = live
        self.viewer = viewer
        self.sharing = Sharing(live.hub)
        self.render = Renderer()

    async def enter(
        self, device: Device, after: int | None = None, wanted: EventFilter = EVERYTHING
    ) -> Member:
        now = await open_stream(self.live.hub, self.viewer, None, wanted)
        source = now
        if after is not None:
            source = await open_stream(self.live.hub, self.viewer, now.position.cursor(after), wanted)
            now.close()
        return self.sharing.enter("key", source, self.render, device)

    def leave(self, member: Member) -> None:
        self.sharing.exit("key", member)

    async def happen(self, count: int = 1, type_: EventType = EventType.TASK_UPDATED) -> list[int]:
        return [event.seq for event in await happen(self.live.log, self.viewer.user_id, count, type_)]


@pytest.fixture
async def room(database: Database) -> AsyncIterator[Room]:
    async with Live(database) as live:
        yield Room(live, await make_viewer(database))


async def test_an_event_is_executed_once_for_all_who_share(room: Room):
    devices = [Device() for _ in range(5)]
    members = [await room.enter(device) for device in devices]
    for _ in range(10):
        [seq] = await room.happen()
        assert [await device.read(1) for device in devices] == [[seq]] * 5
    assert room.render.rendered == dict.fromkeys(range(1, 11), 1)
    for member in members:
        room.leave(member)


async def test_who_is_behind_catches_up_and_then_shares(room: Room):
    up_to_date, behind = Device(), Device()
    members = [await room.enter(up_to_date)]
    await room.happen(150)
    assert await up_to_date.read(150) == list(range(1, 151))
    members.append(await room.enter(behind, after=20))
    assert await behind.read(130) == list(range(21, 151))
    await until(lambda: len(members[0].group._live) == 2)
    [seq] = await room.happen()
    assert await up_to_date.read(1) == await behind.read(1) == [seq]
    assert room.render.rendered[seq] == 1
    for member in members:
        room.leave(member)


async def test_who_comes_from_far_back_makes_nobody_wait(room: Room):
    await room.happen(100)
    room.render.held_up = set(range(1, 101))
    far_back, up_to_date = Device(), Device()
    members = [await room.enter(far_back, after=0), await room.enter(up_to_date)]
    [seq] = await room.happen()
    assert await up_to_date.read(1) == [seq]
    room.render.let_go.set()
    assert await far_back.read(101) == list(range(1, 102))
    for member in members:
        room.leave(member)


async def test_who_stops_reading_falls_behind_and_costs_the_others_nothing(room: Room):
    stalled, quick = Device(room=3), Device()
    members = [await room.enter(stalled), await room.enter(quick)]
    for number in range(1, 101):
        await room.happen()
        assert await quick.read(1) == [number]
    assert set(room.render.rendered.values()) == {1}
    assert members[0].group._live == {members[1]}
    # It gets all of it, each once and in order, and then shares again.
    assert await stalled.read(100) == list(range(1, 101))
    assert stalled.most_held == 3
    await until(lambda: len(members[0].group._live) == 2)
    [seq] = await room.happen()
    assert await stalled.read(1) == await quick.read(1) == [seq]
    assert room.render.rendered[seq] == 1
    assert len(members[0].group._payloads) == KEPT_PAYLOADS
    for member in members:
        room.leave(member)


async def test_who_is_a_few_behind_gets_what_was_executed_already(room: Room):
    slow, quick = Device(room=1), Device()
    members = [await room.enter(slow), await room.enter(quick)]
    await until(lambda: len(members[0].group._live) == 2)
    await room.happen(KEPT_PAYLOADS)
    assert await quick.read(KEPT_PAYLOADS) == await slow.read(KEPT_PAYLOADS)
    assert room.render.rendered == dict.fromkeys(range(1, KEPT_PAYLOADS + 1), 1)
    for member in members:
        room.leave(member)


@pytest.mark.parametrize("state", ["new", "sharing", "behind"])
async def test_the_last_to_leave_takes_everything_along(room: Room, state: str):
    before = asyncio.all_tasks()
    device = Device(room=1)
    members = [await room.enter(Device()), await room.enter(device)]
    if state != "new":
        await until(lambda: len(members[0].group._live) == 2)
    if state == "behind":
        await room.happen(3)
        await until(lambda: members[1] not in members[0].group._live)
    for member in members:
        room.leave(member)
    assert room.sharing._groups == {}
    assert room.live.hub._entries == {}
    await until(lambda: asyncio.all_tasks() <= before)


async def test_a_filtered_subscription_does_not_search_again_what_it_passed_over(room: Room):
    wanted = EventFilter(types=frozenset({EventType.TASK_COMPLETED}))
    device = Device(room=1)
    member = await room.enter(device, wanted=wanted)
    await until(lambda: member in member.group._live)
    await room.happen(100)
    await until(lambda: member.seq == 100)
    # Also where it falls behind: the second finds no room.
    await room.happen(2, EventType.TASK_COMPLETED)
    await until(lambda: member not in member.group._live)
    assert member.seq == 101
    assert await device.read(2) == [101, 102]
    room.leave(member)


async def test_an_event_that_can_not_be_executed_for_an_outage_is_executed_afterwards_and_not_lost(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream_module, "RETRY_SECONDS", 0.01)
    devices = [Device(), Device()]
    members = [await room.enter(device) for device in devices]
    room.render.away = 3
    written = await room.happen(2)
    assert [await device.read(2) for device in devices] == [written] * 2
    for member in members:
        room.leave(member)


async def test_an_outage_that_lasts_ends_the_subscription(room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream_module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(stream_module, "OUTAGE_SECONDS", 0.1)
    device = Device()
    member = await room.enter(device)
    room.render.away = 1_000_000
    await room.happen()
    await until(lambda: device.failed)
    assert isinstance(device.failed, Unavailable)
    room.leave(member)


async def test_a_replaced_log_ends_who_shares_and_who_is_behind(room: Room):
    sharing, behind = Device(), Device(room=1)
    members = [await room.enter(sharing), await room.enter(behind)]
    await room.happen(3)
    await sharing.read(3)
    for entry in room.live.hub._entries.values():
        entry.feed.saw_epoch(-1)
    await until(lambda: sharing.failed)
    await behind.read(1)
    await until(lambda: behind.failed)
    assert isinstance(sharing.failed, CursorExpired)
    assert isinstance(behind.failed, CursorExpired)
    for member in members:
        room.leave(member)
    assert room.live.hub._entries == {}


BY_TYPE = (
    "subscription ($after: Cursor, $types: [EventType!]) { events(after: $after, types: $types) { id } }"
)


def test_only_what_alters_a_result_tells_subscriptions_apart():
    documents = Documents(build_schema(), production=False)

    def key(query: str, operation: str | None = None, /, **variables: object) -> tuple[str, str, str]:
        request = read_request({"query": query, "variables": variables, "operationName": operation})
        return sharing_key(request, documents.prepare(request))

    assert key(BY_TYPE, after="tf1_a") == key(BY_TYPE, after="tf1_b") == key(BY_TYPE)
    assert key(BY_TYPE, after="tf1_a", types=["TASK_CREATED"]) != key(BY_TYPE, after="tf1_a")
    assert key(BY_TYPE, types=["TASK_CREATED"]) != key(BY_TYPE, types=["TASK_DELETED"])
    assert key(BY_TYPE) != key(EVENTS)
    both = f"{BY_TYPE.replace('subscription', 'subscription A')} {EVENTS.replace('subscription', 'subscription B')}"
    assert key(both, "A") != key(both, "B")
    # A variable that might mean something else as well is left in.
    again = BY_TYPE.replace("{ id }", "{ id } # not $after alone\n")
    assert key(again, after="tf1_a") != key(again, after="tf1_b")


async def test_devices_of_one_user_share_and_nobody_else_does(tmp_path: Path):
    async with process(tmp_path) as running, Api(running.url) as ana, Api(running.url) as ben:
        await ana.sign_up()
        await ben.sign_up()
        after = (await ana.run("{ cursor }"))["cursor"]
        groups = running.parts.sharing._groups
        async with (
            open_socket(running.url, ana.token) as one,
            open_socket(running.url, ana.token) as two,
            open_socket(running.url, ben.token) as bens,
        ):
            await one.subscribe(EVENTS)
            await two.subscribe(EVENTS, after=after)
            await until(lambda: [group.members for group in groups.values()] == [2])
            await one.subscribe(EVENTS, "filtered", types=["TASK_CREATED"])
            await two.subscribe("subscription { events { id } }", "other document")
            await bens.subscribe(EVENTS)
            await until(lambda: [group.members for group in groups.values()] == [2, 1, 1, 1])
        await until(lambda: groups == {})
