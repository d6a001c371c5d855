"""Accounts and sign-in sessions, as a client meets them."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest
from argon2 import PasswordHasher

from resolvers import passwords, session_bounds
from tests.api.test_batching import User, user  # noqa: F401 - a fixture
from tests.live.inside import process
from tests.support.client import LOG_IN, PASSWORD, SIGN_UP, Api, open_socket
from tests.support.server import Server

REFRESH = """
mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  accessToken refreshToken user { id } errors { code field } } }
"""
SESSIONS = "{ sessions { id current userAgent createdAt lastUsedAt } }"


async def refresh(api: Api, token: str | None = None, **input_: Any) -> dict[str, Any]:
    if token is not None:
        input_["refreshToken"] = token
    return dict((await api.run(REFRESH, input=input_))["refreshSession"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def is_signed_in(api: Api) -> bool:
    answer = await api.post("{ viewer { id } }")
    if answer.get("errors"):
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        return False
    return True


async def test_signing_up_signs_in(shared_server: Server):
    async with Api(shared_server.url) as api:
        payload = await api.sign_up(email=f"  {id(api)}@Example.com ", name=" Ana ", timeZone="Asia/Tokyo")
        viewer = (await api.run("{ viewer { email name timeZone allDayReminderTime version } }"))["viewer"]
        assert viewer == {
            "email": f"{id(api)}@Example.com",
            "name": "Ana",
            "timeZone": "Asia/Tokyo",
            "allDayReminderTime": "09:00",
            "version": 1,
        }
        assert payload["refreshToken"]
        head, body, _ = (part + "==" for part in payload["accessToken"].split("."))
        assert json.loads(urlsafe_b64decode(head))["alg"] == "HS256"
        assert {"sub", "exp", "iat", "iss", "aud"} <= json.loads(urlsafe_b64decode(body)).keys()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "ana"}, "email"),
        ({"email": "ana@localhost"}, "email"),
        ({"email": "a na@example.com"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"email": ""}, "email"),
        ({"password": "1234567"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"name": "x" * 101}, "name"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"timeZone": ""}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
    ],
)
async def test_a_sign_up_that_is_not_in_order_names_the_field(
    shared_server: Server, wrong: dict[str, str], field: str
):
    async with Api(shared_server.url) as api:
        input_ = {"email": "new@example.com", "password": PASSWORD} | wrong
        payload = (await api.run(SIGN_UP, input=input_))["signUp"]
        assert [(error["code"], error["field"]) for error in payload["errors"]] == [
            ("INVALID_INPUT", [field])
        ]
        assert payload["accessToken"] is payload["user"] is payload["refreshToken"] is None


async def test_an_address_has_one_account_whatever_its_case(ana: Api):
    input_ = {"email": ana.email.upper(), "password": PASSWORD}
    payload = (await ana.run(SIGN_UP, input=input_))["signUp"]
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("EMAIL_TAKEN", ["email"])]
    assert (await ana.run(LOG_IN, input=input_))["logIn"]["user"]["id"] == ana.user_id


async def test_one_address_signed_up_eight_times_at_once_is_one_account(shared_server: Server):
    async with Api(shared_server.url) as api:
        input_ = {"email": f"{id(api)}-race@example.com", "password": PASSWORD}
        answers = await asyncio.gather(*(api.run(SIGN_UP, input=input_) for _ in range(8)))
        payloads = [answer["signUp"] for answer in answers]
        assert sorted(str(codes(payload)) for payload in payloads) == ["['EMAIL_TAKEN']"] * 7 + ["[]"]


async def test_a_wrong_password_and_an_unknown_address_are_told_the_same(ana: Api):
    async def log_in(email: str, password: str) -> Any:
        return (await ana.run(LOG_IN, input={"email": email, "password": password}))["logIn"]

    wrong = await log_in(ana.email, "not the password")
    assert wrong == await log_in("nobody@example.com", PASSWORD)
    assert wrong == await log_in("", "")
    assert codes(wrong) == ["BAD_CREDENTIALS"]
    assert wrong["accessToken"] is wrong["user"] is None


async def test_a_refresh_token_is_replaced_by_each_use(shared_server: Server):
    async with Api(shared_server.url) as api:
        first = (await api.sign_up())["refreshToken"]
        second = await refresh(api, first)
        third = await refresh(api, second["refreshToken"])
        assert len({first, second["refreshToken"], third["refreshToken"]}) == 3
        api.token = third["accessToken"]
        assert await is_signed_in(api)


async def test_two_tabs_that_refresh_at_once_get_the_same_successor(shared_server: Server):
    async with Api(shared_server.url) as api:
        token = (await api.sign_up())["refreshToken"]
        payloads = await asyncio.gather(*(refresh(api, token) for _ in range(6)))
        assert {payload["refreshToken"] for payload in payloads} == {payloads[0]["refreshToken"]}
        for payload in payloads:
            assert payload["errors"] == []
            api.token = payload["accessToken"]
            assert await is_signed_in(api)
        assert (await refresh(api, payloads[0]["refreshToken"]))["errors"] == []


async def test_a_token_two_generations_old_ends_the_session_for_everybody(shared_server: Server):
    async with Api(shared_server.url) as api:
        first = (await api.sign_up())["refreshToken"]
        second = (await refresh(api, first))["refreshToken"]
        third = await refresh(api, second)
        assert codes(await refresh(api, first)) == ["SESSION_ENDED"]
        assert codes(await refresh(api, third["refreshToken"])) == ["SESSION_ENDED"]
        assert '"event": "refresh_token_used_again"' in shared_server.log
        api.token = third["accessToken"]
        assert not await is_signed_in(api)


@pytest.mark.parametrize("old", [False, True], ids=["at once", "after a refresh"])
async def test_who_knows_only_a_sessions_id_cannot_end_it(shared_server: Server, old: bool):
    async with Api(shared_server.url) as api:
        token = (await api.sign_up())["refreshToken"]
        if old:
            token = (await refresh(api, token))["refreshToken"]
        [session] = (await api.run(SESSIONS))["sessions"]
        named, _, secret = token.partition(".")
        assert named == session["id"].replace("-", "")
        for made_up in (
            urlsafe_b64encode(bytes(48)).decode(),
            secret[::-1],
            "A" + secret[1:],
            secret[:-1] + "A",
        ):
            if made_up != secret:
                assert codes(await refresh(api, f"{named}.{made_up}")) == ["SESSION_ENDED"]
                await api.mutate("logOut", "errors { code }", refreshToken=f"{named}.{made_up}")
        assert await is_signed_in(api)
        assert (await refresh(api, token))["errors"] == []


@pytest.mark.parametrize("token", ["", "x", "x.y", "0" * 32 + "." + "A" * 43, "é.é", "a" * 10_000])
async def test_what_is_no_refresh_token_is_an_ended_session(ana: Api, token: str):
    assert codes(await refresh(ana, token)) == ["SESSION_ENDED"]
    payload = await ana.mutate("logOut", "errors { code }", refreshToken=token)
    assert payload["errors"] == []
    assert await is_signed_in(ana)


async def test_in_a_cookie_the_refresh_token_is_out_of_reach_of_scripts(shared_server: Server):
    async with Api(shared_server.url) as api:
        payload = await api.sign_up(inCookie=True)
        assert payload["refreshToken"] is None
        answer = await api.http.post("/graphql", json={"query": REFRESH, "variables": {"input": {}}})
        cookie = answer.headers["set-cookie"]
        assert {"Path=/", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert answer.json()["data"]["refreshSession"]["errors"] == []
        assert answer.json()["data"]["refreshSession"]["refreshToken"] is None

        await api.mutate("logOut", "errors { code }")
        assert not api.http.cookies
        assert not await is_signed_in(api)
        assert codes(await refresh(api)) == ["SESSION_ENDED"]


async def test_the_cookie_counts_only_where_no_token_is_given(shared_server: Server):
    async with Api(shared_server.url) as api:
        await api.sign_up(inCookie=True)
        empty = await refresh(api, "")
        assert codes(empty) == ["SESSION_ENDED"]
        assert empty["refreshToken"] is empty["accessToken"] is None
        by_cookie = await refresh(api, refreshToken=None)
        assert (by_cookie["errors"], by_cookie["refreshToken"]) == ([], None)


async def test_logging_another_session_out_leaves_the_cookie(shared_server: Server):
    async with Api(shared_server.url) as api:
        await api.sign_up(inCookie=True)
        log_in = {"email": api.email, "password": PASSWORD}
        other = (await api.run(LOG_IN, input=log_in))["logIn"]
        for token in ("", "nonsense", other["refreshToken"]):
            await api.mutate("logOut", "errors { code }", refreshToken=token)
            assert (await refresh(api))["errors"] == []
        # Of the cookie's own session it is taken away, however that was named.
        [cookie] = api.http.cookies.jar
        await api.mutate("logOut", "errors { code }", refreshToken=cookie.value)
        assert not api.http.cookies
        assert not await is_signed_in(api)


@pytest.mark.parametrize("mutation", ["signUp", "logIn", "refreshSession"])
async def test_over_a_socket_no_cookie_can_be_set_and_none_is_promised(ana: Api, mutation: str):
    token = (await ana.run(LOG_IN, input={"email": ana.email, "password": PASSWORD}))["logIn"]["refreshToken"]
    input_ = {
        "signUp": {"email": f"new-{ana.email}", "password": PASSWORD},
        "logIn": {"email": ana.email, "password": PASSWORD},
        "refreshSession": {"refreshToken": token},
    }[mutation]
    type_ = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {type_}!) {{ {mutation}(input: $input) {{ refreshToken errors {{ code field }} }} }}"
    sessions = (await ana.run(SESSIONS))["sessions"]
    async with open_socket(ana.url, ana.token) as socket:
        await socket.subscribe(query, "1", input=input_ | {"inCookie": True})
        assert (await socket.next())["data"][mutation] == {
            "refreshToken": None,
            "errors": [{"code": "INVALID_INPUT", "field": ["inCookie"]}],
        }
        assert (await socket.receive())["type"] == "complete"
        assert (await ana.run(SESSIONS))["sessions"] == sessions
        # Nothing was done: the very same works without it.
        await socket.subscribe(query, "2", input=input_)
        answer = (await socket.next())["data"][mutation]
        assert answer["errors"] == []
        assert answer["refreshToken"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_before_a_token_is_read_in_any_case_at_both_doors(ana: Api, scheme: str):
    authorization = f"{scheme} {ana.token}"
    answer = await ana.http.post(
        "/graphql", json={"query": "{ viewer { id } }"}, headers={"Authorization": authorization}
    )
    assert answer.json()["data"]["viewer"]["id"] == ana.user_id
    async with open_socket(ana.url) as socket:
        await socket.send({"type": "connection_init", "payload": {"authorization": authorization}})
        assert await socket.receive() == {"type": "connection_ack"}


async def test_over_https_the_cookie_is_for_this_host_alone(shared_server: Server):
    """The trusted proxy says that the browser came by HTTPS."""
    async with Api(shared_server.url) as api:
        api.http.headers["X-Forwarded-Proto"] = "https"
        input_ = {"email": f"{id(api)}-https@example.com", "password": PASSWORD, "inCookie": True}
        answer = await api.http.post("/graphql", json={"query": SIGN_UP, "variables": {"input": input_}})
        name, *flags = answer.headers["set-cookie"].split("; ")
        assert name.startswith("__Host-")
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(flags)
        assert answer.headers["strict-transport-security"]


async def last_used(api: Api) -> str:
    """When the only session was refreshed."""
    [session] = (await api.run("{ sessions { lastUsedAt } }"))["sessions"]
    return str(session["lastUsedAt"])


BY_COOKIE = {"query": REFRESH, "variables": {"input": {"inCookie": True}}}


@pytest.mark.parametrize(
    "said",
    [
        *({"Origin": origin} for origin in ("https://evil.example", "null", "http://127.0.0.1:1")),
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_another_sites_page_may_not_use_the_cookie(shared_server: Server, said: dict[str, str]):
    async with Api(shared_server.url) as api:
        await api.sign_up(inCookie=True)
        before = await last_used(api)
        refused = await api.http.post("/graphql", json=BY_COOKIE, headers=said)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
        assert await last_used(api) == before
        assert (await refresh(api, inCookie=True))["errors"] == []
        assert await last_used(api) != before


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None]
)
@pytest.mark.parametrize("from_here", [True, False])
async def test_nothing_uses_the_cookie_that_a_browser_sends_without_asking_first(
    shared_server: Server, media_type: str | None, from_here: bool
):
    """A form or a script of another page can say no `application/json` unless a preflight allows it: it stands for the
    header of their own that others demand."""
    async with Api(shared_server.url) as api:
        await api.sign_up(inCookie=True)
        before = await last_used(api)
        headers = {} if media_type is None else {"Content-Type": media_type}
        if from_here:
            headers["Origin"] = shared_server.url
        refused = await api.http.post("/graphql", content=json.dumps(BY_COOKIE), headers=headers)
        assert refused.status_code == 415
        by_address = await api.http.get("/graphql", params={"query": REFRESH}, headers=headers)
        assert by_address.status_code == 405
        assert await last_used(api) == before


async def test_whether_there_is_an_account_shows_neither_in_the_answer_nor_in_the_work(
    user: User,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    hashes: list[float] = []
    monkeypatch.setattr(passwords.turns, "on_end", lambda _, worked: hashes.append(worked))

    async def work(email: str) -> tuple[Any, list[str], int]:
        hashes.clear()
        query = (
            "mutation ($input: LogInInput!) { logIn(input: $input) { accessToken errors { code message } } }"
        )
        user.statements.clear()
        answer = await user.run(query, input={"email": email, "password": "not the password"})
        return answer, [statement for statement, _ in user.statements], len(hashes)

    known, unknown = await work(user.email), await work("nobody@example.com")
    assert known == unknown
    assert known[2] == 1


async def test_a_preflight_of_another_site_allows_it_nothing(ana: Api):
    answer = await ana.http.options(
        "/graphql", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_sessions_are_listed_and_ended_one_by_one(ana: Api):
    phone, tablet = await ana.another_device(), await ana.another_device()
    sessions = (await ana.run(SESSIONS))["sessions"]
    assert len(sessions) == 3
    assert [session["current"] for session in sessions].count(True) == 1
    assert all(session["userAgent"].startswith("python-httpx") for session in sessions)
    [of_phone] = [session for session in (await phone.run(SESSIONS))["sessions"] if session["current"]]
    assert (await ana.mutate("endSession", "errors { code }", id=of_phone["id"]))["errors"] == []
    assert [await is_signed_in(api) for api in (ana, phone, tablet)] == [True, False, True]
    again = await ana.mutate("endSession", "errors { code field }", id=of_phone["id"])
    assert again["errors"] == [{"code": "NOT_FOUND", "field": ["id"]}]
    await ana.run("mutation { endOtherSessions { errors { code } } }")
    assert [await is_signed_in(api) for api in (ana, tablet)] == [True, False]
    assert [session["current"] for session in (await ana.run(SESSIONS))["sessions"]] == [True]


async def test_a_new_password_ends_all_other_sessions(ana: Api):
    other = await ana.another_device()
    log_in = {"email": ana.email, "password": PASSWORD}
    of_third = (await ana.run(LOG_IN, input=log_in))["logIn"]["refreshToken"]
    wrong = await ana.mutate(
        "changePassword", "errors { code field }", password="wrong one", newPassword="a new password"
    )
    assert wrong["errors"] == [{"code": "BAD_CREDENTIALS", "field": ["password"]}]
    short = await ana.mutate(
        "changePassword", "errors { code field }", password=PASSWORD, newPassword="short"
    )
    assert short["errors"] == [{"code": "INVALID_INPUT", "field": ["newPassword"]}]
    assert await is_signed_in(other)
    done = await ana.mutate(
        "changePassword", "errors { code }", password=PASSWORD, newPassword="a new password"
    )
    assert done["errors"] == []
    assert [await is_signed_in(api) for api in (ana, other)] == [True, False]
    assert codes(await refresh(ana, of_third)) == ["SESSION_ENDED"]
    assert codes((await ana.run(LOG_IN, input={"email": ana.email, "password": PASSWORD}))["logIn"])
    fresh = (await ana.run(LOG_IN, input={"email": ana.email, "password": "a new password"}))["logIn"]
    assert fresh["errors"] == []


async def test_who_was_signed_out_may_not_try_passwords(ana: Api):
    """Or a token that was taken back would still tell whether a password is right."""
    phone = await ana.another_device()
    await ana.run("mutation { endOtherSessions { errors { code } } }")
    for password in (PASSWORD, "wrong one"):
        for mutation in (
            f'changePassword(input: {{password: "{password}", newPassword: "short"}}) {{ errors {{ code }} }}',
            f'deleteAccount(input: {{password: "{password}"}}) {{ errors {{ code }} }}',
        ):
            answer = await phone.post(f"mutation {{ {mutation} }}")
            assert answer["data"] is None
            assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_no_password_is_hashed_on_the_event_loop(monkeypatch: pytest.MonkeyPatch):
    """Nor the one that stands in for an account that there is not."""
    threads = []

    class Noting(PasswordHasher):
        def hash(self, *password: Any, **more: Any) -> str:
            threads.append(get_ident())
            return super().hash(*password, **more)

        def verify(self, *given: Any) -> Any:
            threads.append(get_ident())
            return super().verify(*given)

    monkeypatch.setattr(passwords, "_HASHER", Noting(time_cost=1, memory_cost=64, parallelism=1))
    assert not await passwords.password_matches(None, "x")
    await passwords.hash_password("x")
    assert len(threads) == 2
    assert get_ident() not in threads


async def test_a_deleted_account_is_gone_and_its_address_free(ana: Api):
    other = await ana.another_device()
    await ana.mutate("createTask", "task { id }", title="Mine")
    wrong = await ana.mutate("deleteAccount", "errors { code field }", password="wrong one")
    assert wrong["errors"] == [{"code": "BAD_CREDENTIALS", "field": ["password"]}]
    assert (await ana.mutate("deleteAccount", "errors { code }", password=PASSWORD))["errors"] == []
    assert [await is_signed_in(api) for api in (ana, other)] == [False, False]
    again = (await ana.run(SIGN_UP, input={"email": ana.email, "password": PASSWORD}))["signUp"]
    assert again["errors"] == []
    assert again["user"]["id"] != ana.user_id
    ana.token = again["accessToken"]
    assert (await ana.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"timeZone": "Nowhere"}, "timeZone"),
        ({"timeZone": None}, "timeZone"),
        ({"allDayReminderTime": None}, "allDayReminderTime"),
    ],
)
async def test_a_change_of_oneself_that_is_not_in_order_names_the_field(
    ana: Api, change: dict[str, Any], field: str
):
    payload = await ana.mutate("updateViewer", "user { id } errors { code field }", **change)
    assert payload["errors"] == [{"code": "INVALID_INPUT", "field": [field]}]


async def test_a_change_of_oneself_respects_the_expected_version(ana: Api):
    await ana.mutate("updateViewer", "errors { code }", name="Ana B.", expectedVersion=1)
    payload = await ana.mutate(
        "updateViewer", "user { name version } errors { code }", name="Ana C.", expectedVersion=1
    )
    assert codes(payload) == ["CONFLICT"]
    assert payload["user"] == {"name": "Ana B.", "version": 2}


async def test_the_account_mutations_pay_no_heed_to_the_authorization_header(ana: Api):
    ana.token = "nonsense"
    payload = (await ana.run(LOG_IN, input={"email": ana.email, "password": PASSWORD}))["logIn"]
    assert payload["errors"] == []
    assert (await refresh(ana, payload["refreshToken"]))["errors"] == []


async def test_nothing_that_opens_a_door_is_ever_logged(shared_server: Server, ana: Api):
    password = "a password nobody else has"
    payload = await ana.mutate("changePassword", "errors { code }", password=PASSWORD, newPassword=password)
    assert payload["errors"] == []
    signed_in = (await ana.run(LOG_IN, input={"email": ana.email, "password": password}))["logIn"]
    await ana.run(LOG_IN, input={"email": ana.email, "password": password + "x"})
    refreshed = await refresh(ana, signed_in["refreshToken"])
    await ana.post("{ viewer { nothing } }", {"password": password})
    for secret in (
        PASSWORD,
        password,
        ana.token,
        signed_in["accessToken"],
        signed_in["refreshToken"],
        refreshed["refreshToken"],
        refreshed["refreshToken"].partition(".")[2],
    ):
        assert secret not in shared_server.log


async def test_one_session_too_many_ends_the_longest_unused_with_its_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session_bounds, "MOST_SESSIONS", 2)
    async with process(tmp_path) as running, Api(running.url) as phone:
        await phone.sign_up()
        laptop = await phone.run(LOG_IN, input={"email": phone.email, "password": PASSWORD})
        other = laptop["logIn"]["accessToken"]
        async with open_socket(running.url, phone.token) as socket, open_socket(running.url, other):
            await phone.run(LOG_IN, input={"email": phone.email, "password": PASSWORD})
            assert await socket.close_code() == 4403
            answer = await phone.post("{ sessions { id } }")
            assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert len((await Api(running.url, other).run("{ sessions { id } }"))["sessions"]) == 2
