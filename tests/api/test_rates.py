"""Rates, as those meet them who send too much to the running server."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.client import AUTH, EVENTS, LOG_IN, PASSWORD, SIGN_UP, Api, open_socket
from tests.support.server import Server

ME = "{ viewer { id } }"
_addresses = (f"198.51.100.{number}" for number in count(1))


@pytest.fixture
async def limited(limited_server: Server) -> AsyncIterator[Api]:
    """Somebody at an address of their own, which a trusted proxy tells of."""
    async with Api(limited_server.url) as api:
        api.http.headers["X-Forwarded-For"] = next(_addresses)
        yield api


def code(answer: dict[str, Any]) -> str | None:
    return (answer.get("errors") or [{}])[0].get("extensions", {}).get("code")


async def log_in(api: Api, email: str, password: str = PASSWORD) -> dict[str, Any]:
    return await api.post(LOG_IN, {"input": {"email": email, "password": password}})


def outcome(answer: dict[str, Any]) -> str | None:
    """What became of a sign-in."""
    if code(answer):
        return code(answer)
    errors = answer["data"]["logIn"]["errors"]
    return errors[0]["code"] if errors else "ok"


async def test_the_sixth_password_is_refused_also_where_it_is_right_or_there_is_no_account(limited: Api):
    await limited.sign_up()
    # From somewhere else each time: it is the account that counts.
    answers = {}
    for email in (limited.email, "nobody@example.com"):
        tried = []
        for number in range(6):
            limited.http.headers["X-Forwarded-For"] = f"192.0.2.{number}"
            tried.append(await log_in(limited, email, "not the password" if number < 5 else PASSWORD))
        answers[email] = tried
        assert [outcome(answer) for answer in tried] == ["BAD_CREDENTIALS"] * 5 + ["RATE_LIMITED"]
        [error] = tried[5]["errors"]
        assert error["message"] == "Too many wrong passwords. Try again in 15 minutes."
        assert 890 < error["extensions"]["retryAfter"] <= 900
        error["extensions"]["retryAfter"] = 0
    known, unknown = answers.values()
    assert known == unknown
    # Whoever is signed in stays so.
    assert (await limited.run(ME))["viewer"]["id"] == limited.user_id


async def test_aliases_gain_nothing(limited: Api):
    await limited.sign_up()
    guesses = " ".join(
        f'g{number}: logIn(input: {{email: "{limited.email}", password: "guess {number:03}"}}) {{ errors {{ code }} }}'
        for number in range(20)
    )
    await limited.post(f"mutation {{ {guesses} }}")
    tried = 0
    while outcome(await log_in(limited, limited.email, "not the password")) == "BAD_CREDENTIALS":
        tried += 1
    assert tried <= 5
    assert outcome(await log_in(limited, limited.email)) == "RATE_LIMITED"


async def test_passwords_that_confirm_are_limited_too(limited: Api):
    await limited.sign_up()
    for number in range(5):
        if number % 2:
            payload = await limited.mutate("deleteAccount", "errors { code }", password="not the password")
        else:
            wrong = {"password": "not the password", "newPassword": "another good one"}
            payload = await limited.mutate("changePassword", "errors { code }", **wrong)
        assert payload["errors"] == [{"code": "BAD_CREDENTIALS"}]
    query = "mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { errors { code } } }"
    assert code(await limited.post(query, {"input": {"password": PASSWORD}})) == "RATE_LIMITED"
    assert (await limited.run(ME))["viewer"]["id"] == limited.user_id
    # Whichever session they come by; and the owner, who may be somebody else, can still sign in.
    assert outcome(await log_in(limited, limited.email)) == "ok"
    elsewhere = await limited.run(LOG_IN, input={"email": limited.email, "password": PASSWORD})
    async with Api(limited.url, elsewhere["logIn"]["accessToken"]) as other:
        assert code(await other.post(query, {"input": {"password": PASSWORD}})) == "RATE_LIMITED"


async def test_a_strangers_guesses_do_not_keep_the_owner_from_changing_the_password(limited: Api):
    await limited.sign_up()
    async with Api(limited.url) as stranger:
        stranger.http.headers["X-Forwarded-For"] = next(_addresses)
        for _ in range(5):
            await log_in(stranger, limited.email, "not the password")
        assert outcome(await log_in(stranger, limited.email)) == "RATE_LIMITED"
    new = {"password": PASSWORD, "newPassword": "another good one"}
    assert (await limited.mutate("changePassword", "errors { code }", **new))["errors"] == []
    assert (await limited.mutate("deleteAccount", "errors { code }", password=new["newPassword"]))[
        "errors"
    ] == []


async def test_the_twenty_first_account_of_an_address_has_to_wait(limited: Api):
    for _ in range(20):
        await limited.sign_up()
    answer = await limited.post(SIGN_UP, {"input": {"email": "one.more@example.com", "password": PASSWORD}})
    assert code(answer) == "RATE_LIMITED"
    assert 3500 < answer["errors"][0]["extensions"]["retryAfter"] <= 3600
    limited.http.headers["X-Forwarded-For"] = next(_addresses)
    await limited.sign_up()


async def test_without_a_token_an_address_has_120_operations_a_minute(limited: Api):
    for _ in range(120):
        assert code(await limited.post(ME)) == "UNAUTHENTICATED"
    answer = await limited.http.post("/graphql", json={"query": ME})
    assert answer.status_code == 200
    assert code(answer.json()) == "RATE_LIMITED"
    wait = answer.json()["errors"][0]["extensions"]["retryAfter"]
    assert 0 < wait <= 60
    assert answer.headers["retry-after"] == str(wait)
    # What can't be parsed is answered with the status.
    for body in (b"{", b"[]", b"1"):
        answer = await limited.http.post(
            "/graphql", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 429
        assert code(answer.json()) == "RATE_LIMITED"
        assert int(answer.headers["retry-after"]) > 0
    limited.http.headers["X-Forwarded-For"] = next(_addresses)
    assert code(await limited.post(ME)) == "UNAUTHENTICATED"


async def test_a_user_has_600_operations_a_minute_over_http_and_sockets_alike(limited: Api):
    await limited.sign_up()
    async with open_socket(limited.url, limited.token) as socket:
        for number in range(10):
            await socket.subscribe(ME, str(number))
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
        answers = await asyncio.gather(*(limited.post(ME) for _ in range(590)))
        assert all(code(answer) is None for answer in answers)
        assert code(await limited.post(ME)) == "RATE_LIMITED"
        await socket.subscribe(EVENTS)
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert 0 < message["payload"][0]["extensions"]["retryAfter"] <= 60
    # The address has its own count, and others at it have theirs.
    other = Api(limited.url)
    other.http.headers.update(limited.http.headers)
    async with other:
        await other.sign_up()
        assert (await other.run(ME))["viewer"]["id"] == other.user_id


async def test_the_house_of_an_ipv6_address_counts_as_one(limited: Api):
    for number in range(121):
        limited.http.headers["X-Forwarded-For"] = f"2001:db8:7:7::{number:x}"
        answer = await limited.post(ME)
    assert code(answer) == "RATE_LIMITED"
    limited.http.headers["X-Forwarded-For"] = "2001:db8:7:8::1"
    assert code(await limited.post(ME)) == "UNAUTHENTICATED"


async def test_what_a_stranger_forges_counts_for_nothing(tmp_path: Path):
    server = Server(tmp_path, RATE_LIMIT="on", TRUSTED_PROXIES="192.0.2.1", LOG_LEVEL="warning")
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url) as http:
            for number in range(121):
                forged = {"X-Forwarded-For": f"203.0.113.{number}"}
                answer = await http.post("/graphql", json={"query": ME}, headers=forged)
            assert code(answer.json()) == "RATE_LIMITED"
            metrics = (await http.get("/metrics")).text
        assert 'taskflow_rate_limited_total{kind="address_operations"} 1.0' in metrics
        assert server.log.count('"rate_limited"') == 1
        assert "203.0.113" not in server.log
    finally:
        await server.kill()


async def test_a_proxy_that_is_trusted_is_believed_and_what_stands_before_it_is_not(limited: Api):
    """The client wrote the first, the proxy the last."""
    for number in range(121):
        limited.http.headers["X-Forwarded-For"] = f"203.0.113.{number}, 198.51.100.250"
        answer = await limited.post(ME)
    assert code(answer) == "RATE_LIMITED"


async def test_a_refresh_is_no_sign_in(limited: Api):
    """A stranger who guesses shuts out nobody who has a session."""
    payload = await limited.sign_up()
    for _ in range(6):
        await log_in(limited, limited.email, "not the password")
    refresh = f"mutation ($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ {AUTH} }} }}"
    answer = await limited.run(refresh, input={"refreshToken": payload["refreshToken"]})
    assert answer["refreshSession"]["errors"] == []
