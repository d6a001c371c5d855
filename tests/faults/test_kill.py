"""`kill -9` under load, again and again: what was answered is there once, and log and state agree."""

import asyncio
import random
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.client import DEADLINE_SECONDS, Api, GraphQLFailed, watch
from tests.support.replica import Replica, comparable
from tests.support.server import Server

ROUNDS = 4
WRITERS = 6
CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { code } } }"
LOG = """
query ($after: Cursor) { events(first: 100, after: $after) {
  nodes { id cursor type aggregateId data } pageInfo { hasNextPage endCursor } } }
"""


class Journal:
    """What a writer sent, and what it was told."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.answered: set[str] = set()


async def write(server: Server, token: str | None, journal: Journal) -> None:
    """Create tasks until the server is gone."""
    async with Api(server.url, token) as api:
        while True:
            id_ = str(uuid4())
            journal.sent.add(id_)
            try:
                payload = (await api.run(CREATE, input={"id": id_, "title": f"task {id_}"}))["createTask"]
            except (httpx.HTTPError, GraphQLFailed):
                return
            assert payload["errors"] == []
            journal.answered.add(payload["task"]["id"])


async def whole_log(api: Api) -> list[dict[str, object]]:
    events, after = [], None
    while True:
        page = (await api.run(LOG, after=after))["events"]
        events += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return events


async def test_nothing_that_was_answered_is_lost_or_doubled_whenever_the_server_is_killed(tmp_path: Path):
    random_ = random.Random(7)
    server = Server(tmp_path)
    await server.start()
    api = Api(server.url)
    await api.sign_up()
    journal = Journal()
    try:
        for _ in range(ROUNDS):
            before = len(journal.answered)
            writers = [asyncio.create_task(write(server, api.token, journal)) for _ in range(WRITERS)]
            async with asyncio.timeout(DEADLINE_SECONDS):
                while len(journal.answered) < before + random_.randint(10, 60):
                    await asyncio.wait(writers, timeout=0.01)
            await server.kill()
            await asyncio.gather(*writers)
            # The token outlives the restart, since the secret is kept.
            await server.start()

            snapshot = await Replica.load(api)
            stored = snapshot.state["task"].keys()
            assert journal.answered <= stored
            assert stored <= journal.sent

            replayed = Replica()
            replayed.state["user"] = snapshot.state["user"]
            events = await whole_log(api)
            for event in events:
                replayed.apply(event)
            assert len({event["id"] for event in events}) == len(events) == len(stored)
            assert comparable(replayed.state) == comparable(snapshot.state)
    finally:
        await api.http.aclose()
        await server.kill()


async def test_a_create_cut_off_by_a_kill_is_one_task_when_it_is_sent_again(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            ids = [str(uuid4()) for _ in range(20)]
            sending = [
                asyncio.create_task(api.post(CREATE, {"input": {"id": id_, "title": "once"}})) for id_ in ids
            ]
            await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED, timeout=DEADLINE_SECONDS)
            await server.kill()
            await asyncio.gather(*sending, return_exceptions=True)
            await server.start()
            for id_ in ids:
                payload = (await api.run(CREATE, input={"id": id_, "title": "once"}))["createTask"]
                assert payload == {"task": {"id": id_}, "errors": []}
            assert (await Replica.load(api)).state["task"].keys() == set(ids)
            assert len(await whole_log(api)) == len(ids)
    finally:
        await server.kill()


async def test_a_subscriber_that_comes_back_after_a_kill_continues_where_it_was(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            heard: list[str] = []
            cursor = (await api.run("{ cursor }"))["cursor"]
            written: list[str] = []
            for _ in range(3):
                for _ in range(5):
                    id_ = str(uuid4())
                    written.append(id_)
                    await api.run(CREATE, input={"id": id_, "title": "heard once"})
                events = watch(server.url, api.token or "", cursor)
                while len(heard) < len(written):
                    event = await anext(events)
                    heard.append(event["aggregateId"])
                    cursor = event["cursor"]
                await server.kill()
                await events.aclose()  # type: ignore[attr-defined]
                await server.start()
            assert heard == written
    finally:
        await server.kill()


@pytest.mark.parametrize("name", ["jwt_secret"])
async def test_the_secret_of_embedded_mode_is_readable_by_its_owner_only(tmp_path: Path, name: str):
    server = Server(tmp_path)
    await server.start()
    try:
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    finally:
        await server.stop()
