"""Pages of other origins: those that are allowed are told so, and the others are told nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.client import Api, open_socket
from tests.support.server import Server

ALLOWED = "https://app.example.com"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    server = Server(tmp_path, CORS_ORIGINS=f"{ALLOWED}, https://other.example.com")
    await server.start()
    async with Api(server.url) as api:
        yield api
    await server.stop()


def allowances(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-allow-")}


async def test_an_allowed_page_may_do_what_it_needs(api: Api):
    headers = {"Origin": ALLOWED}
    asked = await api.http.options("/graphql", headers=headers | PREFLIGHT)
    assert asked.status_code == 200
    assert allowances(asked)["access-control-allow-origin"] == ALLOWED
    assert {"authorization", "content-type", "x-correlation-id"} <= set(
        allowances(asked)["access-control-allow-headers"].lower().split(", ")
    )
    answer = await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    assert answer.json()["data"] == {"__typename": "Query"}
    assert allowances(answer) == {
        "access-control-allow-origin": ALLOWED,
        "access-control-allow-credentials": "true",
    }
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", [ALLOWED, None])
async def test_an_allowed_page_and_a_program_may_open_a_socket_and_need_a_token_there(
    api: Api, origin: str | None
):
    await api.sign_up()
    async with open_socket(api.url, api.token, origin=origin):
        pass
    async with open_socket(api.url, origin=origin) as socket:
        await socket.send({"type": "connection_init", "payload": {}})
        assert await socket.close_code() == 4403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{ALLOWED}.evil.example"])
async def test_another_page_opens_no_socket_whatever_is_allowed_elsewhere(api: Api, origin: str):
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(api.url, origin=origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{ALLOWED}.evil.example", None])
async def test_another_page_is_told_nothing_of_what_is_allowed(api: Api, origin: str | None):
    headers = {} if origin is None else {"Origin": origin}
    for answer in (
        await api.http.options("/graphql", headers=headers | PREFLIGHT),
        await api.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers),
        await api.http.get("/livez", headers=headers),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        # A cache must not hand this to a page that may have more.
        assert "Origin" in answer.headers["vary"]
