"""Signing in by an outside identity provider: its tokens, as a client of both brings them."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import BOTH
from tests.services.postgres import make_database
from tests.support.client import EVENTS, LOG_IN, PASSWORD, SIGN_UP, Api, open_socket
from tests.support.provider import IdentityProvider
from tests.support.server import Server

ME = "{ viewer { id email name timeZone } }"
SESSIONS = "{ sessions { id current userAgent } }"
NO_PASSWORD = {"code": "BAD_CREDENTIALS", "field": ["password"]}


@pytest.fixture
async def theirs() -> AsyncIterator[IdentityProvider]:
    async with IdentityProvider() as provider:
        yield provider


@pytest.fixture(params=BOTH)
async def server(
    request: pytest.FixtureRequest, tmp_path: Path, theirs: IdentityProvider
) -> AsyncIterator[Server]:
    database = {}
    if request.param == "postgresql":
        database["DATABASE_URL"] = make_database(request.getfixturevalue("postgresql_url"), f"t{uuid4().hex}")
    server = Server(tmp_path, **theirs.settings, **database)
    await server.start()
    yield server
    await asyncio.to_thread(server.end_now, signal.SIGKILL)


async def code(server: Server, token: str) -> str | None:
    answer = await Api(server.url, token).post(ME)
    return answer["errors"][0]["extensions"]["code"] if answer.get("errors") else None


async def viewer(server: Server, token: str) -> dict[str, Any]:
    return dict((await Api(server.url, token).run(ME))["viewer"])


async def test_an_account_is_made_at_first_sight_and_found_again(server: Server, theirs: IdentityProvider):
    said = {"email": "Ana@Example.com", "email_verified": True, "name": "Ana", "zoneinfo": "Asia/Tokyo"}
    first = await viewer(server, theirs.token("ana", **said))
    assert first == {
        "id": first["id"],
        "email": "Ana@Example.com",
        "name": "Ana",
        "timeZone": "Asia/Tokyo",
    }
    # Later tokens may say less, or something else: what is here is the user's own.
    assert await viewer(server, theirs.token("ana", name="Anna")) == first
    assert (await viewer(server, theirs.token("ben")))["id"] != first["id"]


async def test_one_person_seen_eight_times_at_once_has_one_account(server: Server, theirs: IdentityProvider):
    tokens = [theirs.token("ana", email="ana@example.com", email_verified=True) for _ in range(8)]
    found = await asyncio.gather(*(viewer(server, token) for token in tokens))
    assert len({each["id"] for each in found}) == 1


async def test_what_is_not_in_order_is_left_out(server: Server, theirs: IdentityProvider):
    for said in ({"name": "x" * 101}, {"name": 7}, {"zoneinfo": "Mars/Olympus"}, {"email": "nobody"}):
        found = await viewer(server, theirs.token(uuid4().hex, email_verified=True, **said))
        assert (found["name"], found["timeZone"]) == ("", "UTC")
        assert found["email"].endswith("@identity.invalid")


async def test_nobody_gets_an_account_by_its_address(server: Server, theirs: IdentityProvider):
    """Nor is anybody kept out by who signed up with theirs."""
    async with Api(server.url) as local:
        await local.sign_up(email="ana@example.com")
        token = theirs.token("ana", email="Ana@example.com", email_verified=True)
        found = await viewer(server, token)
        assert found["id"] != local.user_id
        assert found["email"].endswith("@identity.invalid")
        assert await viewer(server, token) == found
        # And the other way about.
        await viewer(server, theirs.token("ben", email="ben@example.com", email_verified=True))
        taken = await local.run(SIGN_UP, input={"email": "ben@example.com", "password": PASSWORD})
        assert [error["code"] for error in taken["signUp"]["errors"]] == ["EMAIL_TAKEN"]
        # An address that is not known to be theirs is nobody's.
        unverified = await viewer(server, theirs.token("eva", email="eva@example.com"))
        assert unverified["email"].endswith("@identity.invalid")


async def test_both_ways_to_sign_in_stand_beside_each_other(server: Server, theirs: IdentityProvider):
    async with Api(server.url) as local:
        await local.sign_up()
        assert (await viewer(server, local.token or ""))["id"] == local.user_id
        async with open_socket(server.url, theirs.token()) as socket:
            await socket.subscribe(EVENTS)
            mine = Api(server.url, theirs.token())
            await mine.mutate("createTask", "errors { code }", title="Theirs")
            assert (await socket.next())["data"]["events"]["task"]["title"] == "Theirs"
        assert (await local.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 0


async def test_their_sessions_are_listed_and_end_as_ours_do(server: Server, theirs: IdentityProvider):
    phone, laptop = (Api(server.url, theirs.token(sid=name)) for name in ("phone", "laptop"))
    await phone.run(ME)
    sessions = (await laptop.run(SESSIONS))["sessions"]
    assert sorted(session["current"] for session in sessions) == [False, True]
    assert all(session["userAgent"].startswith("python-httpx") for session in sessions)
    # The provider renews the token; it is the same session.
    assert len((await Api(server.url, theirs.token(sid="laptop")).run(SESSIONS))["sessions"]) == 2

    assert phone.token is not None
    [of_phone] = [session["id"] for session in sessions if not session["current"]]
    async with open_socket(server.url, phone.token) as socket:
        await socket.subscribe(EVENTS)
        assert (await laptop.mutate("endSession", "errors { code }", id=of_phone))["errors"] == []
        assert await socket.close_code() == 4403
    assert await code(server, phone.token) == "UNAUTHENTICATED"
    # For good, whatever the provider goes on to issue for it.
    assert await code(server, theirs.token(sid="phone")) == "UNAUTHENTICATED"
    async with open_socket(server.url) as socket:
        again = theirs.token(sid="phone")
        await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {again}"}})
        assert await socket.close_code() == 4403
    assert await code(server, theirs.token(sid="tablet")) is None
    await laptop.run("mutation { endOtherSessions { errors { code } } }")
    assert await code(server, theirs.token(sid="tablet")) == "UNAUTHENTICATED"
    assert await code(server, laptop.token or "") is None


async def test_where_they_name_no_session_each_token_is_one(server: Server, theirs: IdentityProvider):
    first, second = theirs.token(), theirs.token()
    [session] = (await Api(server.url, first).run(SESSIONS))["sessions"]
    other = Api(server.url, second)
    assert len((await other.run(SESSIONS))["sessions"]) == 2
    await other.mutate("endSession", "errors { code }", id=session["id"])
    assert [await code(server, token) for token in (first, second)] == ["UNAUTHENTICATED", None]


async def test_their_token_that_runs_out_closes_its_socket_on_time(server: Server, theirs: IdentityProvider):
    ends = int(time.time()) + 4
    async with open_socket(server.url, theirs.token(exp=ends)) as socket:
        await socket.subscribe(EVENTS)
        assert await socket.close_code() == 4403
        assert socket.connection.close_reason == "Token expired"
        assert -0.5 < time.time() - ends < 2.5


async def test_who_has_no_password_cannot_change_it_nor_get_one(server: Server, theirs: IdentityProvider):
    said = {"email": "ana@example.com", "email_verified": True}
    api = Api(server.url, theirs.token(**said))
    await api.run(ME)
    for password in ("", "!", PASSWORD, "no account has this password"):
        log_in = (await api.run(LOG_IN, input={"email": "ana@example.com", "password": password}))["logIn"]
        assert [error["code"] for error in log_in["errors"]] == ["BAD_CREDENTIALS"]
        changed = await api.mutate(
            "changePassword", "errors { code field }", password=password, newPassword="a new password"
        )
        assert changed["errors"] == [NO_PASSWORD]


async def test_an_account_without_a_password_is_deleted_without_one_and_stays_so(
    server: Server, theirs: IdentityProvider
):
    token, another = theirs.token(), theirs.token(sid="phone")
    api = Api(server.url, token)
    before = await viewer(server, token)
    assert (await api.mutate("deleteAccount", "errors { code field }", password="x"))["errors"] == [
        NO_PASSWORD
    ]
    async with open_socket(server.url, another) as socket:
        assert (await api.mutate("deleteAccount", "errors { code }", password=""))["errors"] == []
        assert await socket.close_code() == 4403
    # What was issued before opens nothing more, or the next request would bring the account back.
    for old in (token, another, theirs.token(iat=int(time.time()) - 60)):
        assert await code(server, old) == "UNAUTHENTICATED"
    later = theirs.token(iat=int(time.time()) + 2)
    assert (await viewer(server, later))["id"] != before["id"]


async def test_a_local_account_is_not_deleted_with_an_empty_password(server: Server):
    async with Api(server.url) as api:
        await api.sign_up()
        deleted = await api.mutate("deleteAccount", "errors { code field }", password="")
        assert deleted["errors"] == [NO_PASSWORD]
        assert await code(server, api.token or "") is None


async def test_another_providers_token_and_a_forged_one_are_nothing(server: Server, theirs: IdentityProvider):
    async with IdentityProvider() as other, Api(server.url) as local:
        await local.sign_up()
        for token in (
            other.token(),
            other.token(iss=theirs.issuer),
            theirs.token(iss=other.issuer),
            theirs.token(iss="taskflow", aud="taskflow", sub=local.user_id, sid=str(uuid4())),
        ):
            answer = await Api(server.url, token).post(ME)
            assert answer["errors"][0]["message"] == "Sign in first."


async def test_where_their_keys_cannot_be_had_one_is_to_come_back(tmp_path: Path):
    async with IdentityProvider() as theirs:
        token = theirs.token()
        settings = theirs.settings
    server = Server(tmp_path, **settings)
    await server.start()
    try:
        assert await code(server, token) == "UNAVAILABLE"
        async with open_socket(server.url) as socket:
            await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            assert await socket.close_code() == 1013
        async with Api(server.url) as local:
            await local.sign_up()
            assert await code(server, local.token or "") is None
    finally:
        await server.kill()
