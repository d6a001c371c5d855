"""A host that sleeps is woken by a call with a token, which is answered once what came due meanwhile is done."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from graphql_api.settings import SettingsError, read_settings
from tests.support.client import Api
from tests.support.server import Server

TOKEN = "a token for the alarm clock"
REMINDERS = "{ tasks { nodes { reminders { status } } } }"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path, TICK_TOKEN=TOKEN)
    await server.start()
    yield server
    await server.stop()


async def tick(server: Server, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url) as http:
        return await http.post("/internal/tick", headers=headers)


async def test_what_is_due_is_done_when_the_call_is_answered(server: Server):
    async with Api(server.url) as api:
        await api.sign_up()
        at = datetime.now(UTC) + timedelta(days=1)
        await api.mutate("createTask", "task { id }", title="Ring", reminders=[{"remindAt": at.isoformat()}])
        # Nobody tells the process, which would look again in a minute.
        with sqlite3.connect(server.data_dir / "taskflow.db") as database:
            database.execute("UPDATE reminders SET remind_at = created_at")
        database.close()
        answer = await tick(server, Authorization=f"Bearer {TOKEN}")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        [task] = (await api.run(REMINDERS))["tasks"]["nodes"]
        assert task["reminders"] == [{"status": "NOTIFIED"}]


@pytest.mark.parametrize("token", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN])
async def test_without_the_token_nothing_is_done(server: Server, token: str):
    assert (await tick(server, Authorization=token)).status_code == 401


async def test_without_the_setting_there_is_no_such_door(shared_server: Server):
    assert (await tick(shared_server, Authorization="Bearer")).status_code in (404, 405)


@pytest.mark.parametrize("token", ["short", "a token with an ü in it"])
def test_a_token_that_can_not_be_sent_or_is_soon_guessed_is_refused(
    monkeypatch: pytest.MonkeyPatch, token: str
):
    monkeypatch.setenv("TICK_TOKEN", token)
    with pytest.raises(SettingsError, match="TICK_TOKEN: must have at least 16 characters"):
        read_settings()
