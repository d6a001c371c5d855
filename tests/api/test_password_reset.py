"""A new password by mail, by whoever can read it, and nobody else."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import PASSWORD, Api, open_socket
from tests.support.receivers import Mailbox, links_in
from tests.support.server import Server

REQUEST = "mutation ($email: String!) { requestPasswordReset(input: {email: $email}) { errors { code } } }"
RESET = """
mutation ($token: String!, $newPassword: String!) {
  resetPassword(input: {token: $token, newPassword: $newPassword}) { errors { code message field } } }
"""
NEW = "a new horse battery"


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
async def api(tmp_path: Path, mailbox: Mailbox) -> AsyncIterator[Api]:
    server = Server(tmp_path / "server", **mailbox.environment)
    await server.start()
    async with Api(server.url) as api:
        await api.sign_up()
        yield api
    await server.kill()
    assert "Traceback" not in server.log
    for mail in mailbox.mails.items:
        (link,) = links_in(mail)
        assert link[-20:] not in server.log


def token_in(mail: Any) -> str:
    (link,) = links_in(mail)
    address, _, token = link.partition("#token=")
    assert address == "http://localhost:0/reset-password"
    return token


async def reset(api: Api, token: str, password: str = NEW) -> list[dict[str, Any]]:
    return list((await api.run(RESET, token=token, newPassword=password))["resetPassword"]["errors"])


async def log_in(api: Api, password: str) -> list[dict[str, Any]]:
    payload = await api.mutate("logIn", "errors { code }", email=api.email, password=password)
    return list(payload["errors"])


async def test_a_link_sets_a_new_password_once_and_ends_all_sessions(api: Api, mailbox: Mailbox):
    async with open_socket(api.url, api.token or "") as socket:
        assert (await api.run(REQUEST, email=api.email.upper()))["requestPasswordReset"]["errors"] == []
        (mail,) = await mailbox.mails.have(1)
        assert mail["to"] == api.email
        assert await reset(api, token_in(mail)) == []
        assert await socket.close_code() == 4403
    assert (await api.post("{ viewer { id } }"))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await log_in(api, PASSWORD) != []
    assert await log_in(api, NEW) == []
    (error,) = await reset(api, token_in(mail))
    assert (error["code"], error["field"]) == ("BAD_CREDENTIALS", ["token"])


async def test_a_used_link_takes_the_others_with_it(api: Api, mailbox: Mailbox):
    for _ in range(2):
        await api.run(REQUEST, email=api.email)
    first, second = await mailbox.mails.have(2)
    assert await reset(api, token_in(first)) == []
    assert [error["code"] for error in await reset(api, token_in(second))] == ["BAD_CREDENTIALS"]


async def test_a_link_that_was_asked_for_before_a_new_password_sets_no_other(api: Api, mailbox: Mailbox):
    """Who could read the mail then must not have the account back."""
    await api.run(REQUEST, email=api.email)
    (mail,) = await mailbox.mails.have(1)
    changed = await api.mutate("changePassword", "errors { code }", password=PASSWORD, newPassword=NEW)
    assert changed["errors"] == []
    (error,) = await reset(api, token_in(mail), "yet another horse")
    assert (error["code"], error["field"]) == ("BAD_CREDENTIALS", ["token"])
    assert await log_in(api, NEW) == []


@pytest.mark.parametrize("token", ["", "x", "\u00e4", "\x00", "A" * 43, "x" * 10_000])
async def test_a_token_that_nobody_was_sent(api: Api, token: str):
    assert [error["code"] for error in await reset(api, token)] == ["BAD_CREDENTIALS"]
    assert await log_in(api, PASSWORD) == []


async def test_a_bad_password_is_refused_and_uses_nothing_up(api: Api, mailbox: Mailbox):
    await api.run(REQUEST, email=api.email)
    (mail,) = await mailbox.mails.have(1)
    (error,) = await reset(api, token_in(mail), "short")
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["newPassword"])
    assert await reset(api, token_in(mail)) == []


async def test_nobody_learns_whether_there_is_such_an_account(api: Api, mailbox: Mailbox):
    answers, seconds = [], []
    for email in (api.email, "nobody@example.com", "no address", "\x00"):
        began = time.monotonic()
        answers.append(await api.post(REQUEST, {"email": email}))
        seconds.append(time.monotonic() - began)
    assert [answer["data"] for answer in answers] == [answers[0]["data"]] * 4
    assert min(seconds) > 0.29
    # More mails than some an hour are not sent, and that is not told either.
    for _ in range(5):
        assert await api.post(REQUEST, {"email": api.email}) == answers[0]
    await mailbox.mails.have(3)
    await api.mutate("addEmailChannel", "errors { code }", address="other@example.com")
    mails = await mailbox.mails.have(4)
    assert sum(mail["to"] == api.email for mail in mails) == 3


async def test_without_a_mail_server_the_answer_is_the_same(ana: Api):
    assert (await ana.run(REQUEST, email=ana.email))["requestPasswordReset"]["errors"] == []
