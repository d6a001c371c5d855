"""The last release's server, really running, on a database that this one has migrated, and beside it.

`server.tar.xz` is what `make released` kept of it.
"""

import asyncio
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.migrations.test_running import program
from tests.programs.test_replay import replay
from tests.services.kafka import Kafka
from tests.services.postgres import make_database
from tests.support.client import Api, watch
from tests.support.replica import Replica, comparable
from tests.support.server import Server

DEADLINE_SECONDS = 60
DAILY = {"rule": "FREQ=DAILY", "timeZone": "UTC"}
EVENTS_AFTER = """
query ($after: Cursor) { events(after: $after) { nodes { id cursor type aggregateId changed data } } }
"""


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(Path(__file__).with_name("server.tar.xz")) as archive:
        archive.extractall(folder, filter="data")
    return folder


async def do(api: Api, mutation: str, selection: str, /, **input_: Any) -> dict[str, Any]:
    payload = await api.mutate(mutation, f"{selection} errors {{ code message }}", **input_)
    assert payload["errors"] == []
    return payload


async def live(one: Api, other: Api) -> None:
    """Each changes what the other made: a day of somebody's with two devices, at a process of either release."""
    made = "task { id version }"
    project = (await do(one, "createProject", "project { id }", name=uuid4().hex, color="#112233"))[
        "project"
    ]["id"]
    label = (await do(other, "createLabel", "label { id }", name=uuid4().hex, color="#445566"))["label"]["id"]
    task = (await do(one, "createTask", made, title="made here", projectId=project, labelIds=[label]))["task"]
    changed = (await do(other, "updateTask", made, id=task["id"], title="changed there"))["task"]
    assert changed["version"] == task["version"] + 1
    await do(one, "completeTask", "task { completed }", id=task["id"])
    await do(other, "reopenTask", "task { completed }", id=task["id"])
    child = (await do(other, "createTask", made, title="below it", parentId=task["id"]))["task"]["id"]
    await do(one, "deleteTask", "task { id }", id=child)
    await do(other, "restoreTask", "task { id }", id=child)
    series = (await do(one, "createTask", made, title="series", dueDate="2030-01-01T09:00:00Z"))["task"]["id"]
    await do(other, "setRecurrence", "task { id }", taskId=series, recurrence=DAILY)
    soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    ringing = set()
    for api in (one, other):
        task = (await do(api, "createTask", made, title="rings"))["task"]
        set_ = await do(api, "createReminder", "reminder { id }", taskId=task["id"], remindAt=soon)
        ringing.add(set_["reminder"]["id"])
    rung = "{ events(types: [REMINDER_TRIGGERED]) { nodes { aggregateId } } }"
    async with asyncio.timeout(DEADLINE_SECONDS):
        while ringing:
            nodes = (await other.run(rung))["events"]["nodes"]
            ringing -= {node["aggregateId"] for node in nodes}


@pytest.mark.services
async def test_both_serve_one_database_at_once(
    postgresql_url: str, kafka: Kafka, released: Path, tmp_path: Path
):
    environment = {
        "DATABASE_URL": make_database(postgresql_url, f"t{uuid4().hex}"),
        "JWT_SECRET": "processes that know each other's tokens",
        "KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap,
        "KAFKA_TOPIC": f"t{uuid4().hex}",
        "LOG_LEVEL": "warning",
    }
    before = Server(tmp_path / "before", root=released, **environment)
    now = Server(tmp_path / "now", migrate=False, **environment)
    await before.start()
    try:
        async with Api(before.url) as old:
            await old.sign_up()
            replica = await Replica.load(old)
            heard = asyncio.create_task(hear(before, old.token or "", replica.cursor))
            assert (await program(environment["DATABASE_URL"], tmp_path, "migrate"))[0] == 0
            # On the new form, alone at first.
            assert (await old.http.get("/readyz")).status_code == 200
            async with Api(before.url, old.token) as second:
                await live(old, second)
            await now.start()
            async with Api(now.url, old.token) as new:
                assert (await new.http.get("/readyz")).status_code == 200
                heard_now = asyncio.create_task(hear(now, old.token or "", replica.cursor))
                await asyncio.gather(live(old, new), live(new, old))
                await do(new, "createProject", "project { id }", name="last", color="#000000")
                expected = (await new.run(EVENTS_AFTER, after=replica.cursor))["events"]["nodes"]
                async with asyncio.timeout(DEADLINE_SECONDS):
                    assert [await each for each in (heard, heard_now)] == [
                        [event["id"] for event in expected]
                    ] * 2
                for event in expected:
                    replica.apply(event)
                states = [comparable((await Replica.load(api)).state) for api in (old, new)]
                assert states == [comparable(replica.state)] * 2
        compared = await replay(environment["DATABASE_URL"], tmp_path)
        assert compared.status == 0, compared.out
        for server in (before, now):
            assert "Traceback" not in server.log, server.log
    finally:
        await before.kill()
        await now.kill()


async def hear(server: Server, token: str, after: str) -> list[str]:
    """All up to the project that is called last."""
    ids = []
    async for event in watch(server.url, token, after):
        ids.append(event["id"])
        if event["data"].get("name") == "last":
            break
    return ids


async def test_on_sqlite_this_release_takes_over_and_the_last_one_harms_nothing(
    released: Path, tmp_path: Path
):
    """One process at a time is what SQLite allows. 0.1.0 refuses a file that was migrated; later ones serve it."""
    data = tmp_path / "data"
    before, now = Server(data, root=released), Server(data)
    account: Api | None = None
    try:
        for server, turn in zip((before, now, before, now), (0, 1, 2, 2), strict=True):
            if turn == 2 and server is before:
                with pytest.raises(AssertionError, match="it is newer"):
                    await server.start()
                continue
            await server.start()
            async with Api(server.url, account.token if account else None) as api:
                if account is None:
                    await api.sign_up()
                assert (await api.http.get("/readyz")).status_code == 200
                assert (await api.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 5 * turn
                async with Api(server.url, api.token) as second:
                    await live(api, second)
                account = api
            await server.stop()
        compared = await replay("", data)
        assert compared.status == 0, compared.out
    finally:
        await before.kill()
        await now.kill()
