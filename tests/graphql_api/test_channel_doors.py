"""The pages behind the links in mails, without a server around them."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from graphql_api.doors.channels import channel_routes
from graphql_api.settings import Settings
from graphql_api.wiring import Parts
from resolvers.channels.links import Purpose, link_token
from resolvers.database import Database
from resolvers.tables import Channel
from tests.jobs.people import People

ADDRESS = "<b>ana</b>@example.com"


def browser(database: Database) -> httpx.AsyncClient:
    parts = cast("Parts", SimpleNamespace(database=database))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=channel_routes(parts))), base_url="http://tasks"
    )


@pytest.fixture
async def links(database: Database) -> dict[Purpose, str]:
    user = await People(database).join()
    async with database.transaction() as session:
        now = await database.now(session)
        channel = Channel(
            user_id=user,
            kind="EMAIL",
            label="",
            address=ADDRESS,
            types=[],
            link_key=b"key",
            link_sent_at=now,
            created_at=now,
        )
        session.add(channel)
    return {purpose: f"/channels/{purpose}/{link_token(channel, purpose)}" for purpose in Purpose}


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'no such folder' / 'taskflow.db'}"
    database = Database(Settings(database_url=url, data_dir=tmp_path).database)
    yield database
    await database.close()


async def test_no_page_is_kept_or_tells_others_of_its_link(database: Database, links: dict[Purpose, str]):
    asked: list[tuple[str, str, int]] = [
        ("GET", links[Purpose.CONFIRM], 200),
        ("HEAD", links[Purpose.CONFIRM], 200),
        ("GET", links[Purpose.UNSUBSCRIBE], 200),
        ("POST", links[Purpose.UNSUBSCRIBE], 200),
        ("GET", links[Purpose.CONFIRM] + "x", 404),
        ("POST", "/channels/unsubscribe/none", 404),
    ]
    async with browser(database) as http:
        for method, link, status in asked:
            answer = await http.request(method, link)
            assert answer.status_code == status, link
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"


async def test_what_is_in_an_address_is_text(database: Database, links: dict[Purpose, str]):
    async with browser(database) as http:
        for link in links.values():
            page = (await http.get(link)).text
            assert ADDRESS not in page
            assert "&lt;b&gt;ana&lt;/b&gt;@example.com" in page


async def test_a_mail_program_unsubscribes_with_one_click(database: Database, links: dict[Purpose, str]):
    async with browser(database) as http:
        answer = await http.post(links[Purpose.UNSUBSCRIBE], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    async with database.read() as session:
        id_ = links[Purpose.UNSUBSCRIBE].rsplit("/", 1)[1].partition(".")[0]
        channel: Any = await session.get(Channel, UUID(id_))
        assert not channel.enabled


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_while_the_database_is_away_it_says_so(away: Database, method: str):
    link = f"/channels/unsubscribe/{'0' * 32}.x"
    async with browser(away) as http:
        answer = await http.request(method, link)
    assert (answer.status_code, "Try again in a minute" in answer.text) == (503, True)


async def test_an_address_is_not_said_to_be_confirmed_while_the_database_is_away(away: Database):
    async with browser(away) as http:
        answer = await http.get(f"/channels/confirm/{'0' * 32}.x")
    assert answer.status_code == 503
