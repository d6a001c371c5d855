"""Much falls due together while processes are killed outright: each thing once."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.settings import Settings
from resolvers.database import Database
from resolvers.tables import EventRow, Reminder, Task
from tests.services.postgres import make_database
from tests.support.client import DEADLINE_SECONDS, EVENTS, Api, open_socket
from tests.support.server import Server

USERS = 25
REMINDERS = 20
SERIES = 8
#: What a set-up of all this takes on a slow machine.
SET_UP_SECONDS = 30
KILLS = 4
ONE = "{ task { id } errors { code field message } }"
CREATE = f"mutation ($input: CreateTaskInput!) {{ createTask(input: $input) {ONE} }}"
COMMON = {"RATE_LIMIT": "off", "JWT_SECRET": "several processes that know each other's tokens"}
TOGETHER = {"REMINDER_TRIGGERED": REMINDERS, "RECURRING_SPAWNED": SERIES}


async def fall_due_together(api: Api, at: datetime) -> None:
    """The user has reminders and series, all due at that moment."""
    due = at.isoformat().replace("+00:00", "Z")
    before = (at - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    series = {"title": "series", "dueDate": before, "recurrence": {"rule": "FREQ=DAILY", "timeZone": "UTC"}}
    rings = {"title": "rings", "reminders": [{"remindAt": due}] * REMINDERS}
    for new in [rings] + [series] * SERIES:
        payload = (await api.run(CREATE, input={"id": str(uuid4())} | new))["createTask"]
        assert payload["errors"] == []


@asynccontextmanager
async def users_on(servers: list[Server]) -> AsyncIterator[tuple[list[Api], datetime]]:
    """Users of those servers, of whom all is due at the moment that comes along."""
    async with AsyncExitStack() as stack:
        users = [
            await stack.enter_async_context(Api(servers[number % len(servers)].url))
            for number in range(USERS)
        ]
        begin = time.monotonic()
        at = (datetime.now(UTC) + timedelta(seconds=SET_UP_SECONDS)).replace(microsecond=0)
        for start in range(0, USERS, 4):
            some = users[start : start + 4]
            await asyncio.gather(*(user.sign_up() for user in some))
            await asyncio.gather(*(fall_due_together(user, at) for user in some))
        assert time.monotonic() - begin < SET_UP_SECONDS - 2, "this machine is too slow"
        yield users, at


async def statuses(database: Database) -> Counter[str]:
    async with database.read() as session:
        return Counter((await session.execute(sa.select(col(Reminder.status)))).scalars())


async def left(database: Database) -> int:
    """Reminders that are still to ring, and series that are still to spawn."""
    async with database.read() as session:
        found = await session.execute(
            sa.select(sa.func.count()).where(col(Task.spawned_from_id).is_not(None))
        )
        return USERS * SERIES - found.scalar_one() + (await statuses(database))["PENDING"]


async def until_nothing_is_left(database: Database) -> None:
    async with asyncio.timeout(2 * DEADLINE_SECONDS):
        while await left(database) > 0:  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.05)


async def check_each_was_done_once(database: Database) -> None:
    assert await statuses(database) == {"NOTIFIED": USERS * REMINDERS}
    async with database.read() as session:
        spawned = [
            tuple(row)
            for row in await session.execute(
                sa.select(col(Task.spawned_from_id), col(Task.occurrence_wall)).where(
                    col(Task.spawned_from_id).is_not(None)
                )
            )
        ]
        events = (
            await session.execute(
                sa.select(
                    col(EventRow.user_id),
                    col(EventRow.seq),
                    col(EventRow.type),
                    col(EventRow.aggregate_id),
                ).order_by(col(EventRow.user_id), col(EventRow.seq))
            )
        ).all()
    assert len(spawned) == len(set(spawned)) == USERS * SERIES
    for type_, count in (("reminder.triggered", REMINDERS), ("recurring.spawned", SERIES)):
        things = [event.aggregate_id for event in events if event.type == type_]
        assert len(things) == len(set(things)) == USERS * count
    numbers: dict[Any, list[int]] = {}
    for event in events:
        numbers.setdefault(event.user_id, []).append(event.seq)
    assert all(each == list(range(1, len(each) + 1)) for each in numbers.values())


async def hear_until(server: Server, api: Api, after: str, last: str, heard: list[dict[str, Any]]) -> None:
    """Everything of the user's after a cursor, up to the task with that title."""
    async with open_socket(server.url, api.token) as socket:
        await socket.subscribe(EVENTS, after=after)
        while not heard or heard[-1]["data"].get("title") != last:
            heard.append((await socket.next())["data"]["events"])


def check_heard(heard: list[dict[str, Any]]) -> None:
    assert len({event["id"] for event in heard}) == len(heard)
    assert Counter(event["type"] for event in heard if event["type"] in TOGETHER) == TOGETHER


@pytest.mark.services
async def test_three_processes_of_which_one_is_killed_do_each_thing_once(postgresql_url: str, tmp_path: Path):
    url = make_database(postgresql_url, f"t{uuid4().hex}")
    servers = [Server(tmp_path / str(number), DATABASE_URL=url, **COMMON) for number in range(3)]
    database = Database(Settings(database_url=url).database)
    try:
        for server in servers:
            await server.start()
        async with users_on(servers[1:]) as (users, at):
            cursors = [(await user.run("{ cursor }"))["cursor"] for user in users]
            heard: list[list[dict[str, Any]]] = [[] for _ in users]
            # Until shortly before nothing happens that could be heard.
            await asyncio.sleep((at - datetime.now(UTC)).total_seconds() - 2)
            listening = [
                asyncio.create_task(hear_until(servers[2], user, cursor, "the last", own))
                for user, cursor, own in zip(users, cursors, heard, strict=True)
            ]
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not any(heard):  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            await servers[0].kill()
            left_then = await left(database)
            await until_nothing_is_left(database)
            took = (datetime.now(UTC) - at).total_seconds()
            print(f"{left_then} were left at the kill; all was done {took:.2f} s after its moment")
            assert left_then
            for user in users:
                await user.run(CREATE, input={"title": "the last"})
            await asyncio.gather(*listening)
            await check_each_was_done_once(database)
            for own in heard:
                check_heard(own)
    finally:
        await database.close()
        for server in servers:
            await server.kill()


async def test_one_process_that_is_killed_again_and_again_does_each_thing_once(tmp_path: Path):
    random_ = random.Random(5)
    server = Server(tmp_path, **COMMON)
    database = Database(Settings(data_dir=tmp_path).database)
    await server.start()
    try:
        async with users_on([server]) as (users, at):
            cursors = [(await user.run("{ cursor }"))["cursor"] for user in users]
            await asyncio.sleep((at - datetime.now(UTC)).total_seconds())
            left_then = []
            for _ in range(KILLS):
                await asyncio.sleep(random_.uniform(0.1, 0.9))
                await server.kill()
                left_then.append(await left(database))
                await server.start()
            print(f"left at each kill: {left_then}")
            assert any(0 < count < USERS * (REMINDERS + SERIES) for count in left_then)
            await until_nothing_is_left(database)
            await check_each_was_done_once(database)
            for user, cursor in zip(users, cursors, strict=True):
                await user.run(CREATE, input={"title": "the last"})
                heard: list[dict[str, Any]] = []
                await hear_until(server, user, cursor, "the last", heard)
                check_heard(heard)
    finally:
        await database.close()
        await server.kill()
