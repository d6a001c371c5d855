"""Everything behind a pooler that lends its connections by transaction: nothing may outlive one."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from tests.programs.test_replay import replay
from tests.services.pgbouncer import PgBouncer
from tests.services.postgres import make_database
from tests.support.client import Api, watch
from tests.support.server import Server

pytestmark = pytest.mark.services

DEADLINE_SECONDS = 60
TITLES = [f"Task {number}" for number in range(120)]


async def hear(url: str, token: str, after: str, count: int) -> list[str]:
    """The titles that the next events tell."""
    events = watch(url, token, after=after)
    return [(await anext(events))["data"]["title"] for _ in range(count)]


async def test_what_needs_a_session_is_not_needed(postgresql_url: str, tmp_path: Path):
    """Migrations, many devices at once, a live channel and the replay, all through three connections."""
    database_url = make_database(postgresql_url, f"t{uuid4().hex}")
    with PgBouncer(database_url) as pooler:
        url = f"{pooler.url}?pgbouncer=true"
        server = Server(tmp_path / "server", DATABASE_URL=url)
        await server.start()
        try:
            async with Api(server.url) as api, asyncio.timeout(DEADLINE_SECONDS):
                await api.sign_up()
                cursor = (await api.run("{ cursor }"))["cursor"]
                heard = asyncio.create_task(hear(server.url, api.token or "", cursor, len(TITLES)))
                create = (
                    "mutation ($title: String!) { createTask(input: {title: $title}) { errors { message } } }"
                )
                answers = await asyncio.gather(*(api.run(create, title=title) for title in TITLES))
                assert [answer["createTask"]["errors"] for answer in answers] == [[]] * len(TITLES)
                assert sorted(await heard) == sorted(TITLES)
                said = await replay(url, tmp_path, "--user", api.email)
        finally:
            await server.kill()
    assert said.status == 0, said.error
    assert "prepared statement" not in server.log, server.log
