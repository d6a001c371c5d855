"""What ends a session ends its sockets: at once where it happened, within five seconds in other processes."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.services.postgres import make_database
from tests.support.client import LOG_IN, PASSWORD, Api, Socket, open_socket
from tests.support.receivers import Mailbox, links_in
from tests.support.server import Server

pytestmark = pytest.mark.services

ME = "{ viewer { id } }"
NEW = "a new horse battery"
REFRESH = "accessToken refreshToken errors { code }"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
async def processes(
    postgresql_url: str, tmp_path: Path, mailbox: Mailbox
) -> AsyncIterator[tuple[Server, Server]]:
    """Of one database, and with nothing else between them: so it is without fan-out, too."""
    environment = {
        "DATABASE_URL": make_database(postgresql_url, f"t{uuid4().hex}"),
        "JWT_SECRET": "processes that know each other's tokens",
        **mailbox.environment,
    }
    first, second = (Server(tmp_path / name, **environment) for name in ("first", "second"))
    await first.start()
    await second.start()
    yield first, second
    for server in (first, second):
        await asyncio.to_thread(server.end_now, signal.SIGKILL)


@dataclass
class Devices:
    """Two of one user. The first is about to lose its session, unless both are."""

    lost: Api
    acting: Api
    lost_refresh_token: str
    mailbox: Mailbox


async def logs_out(devices: Devices) -> None:
    await devices.lost.mutate("logOut", "errors { code }", refreshToken=devices.lost_refresh_token)


async def is_ended(devices: Devices) -> None:
    sessions = (await devices.lost.run("{ sessions { id current } }"))["sessions"]
    [id_] = [session["id"] for session in sessions if session["current"]]
    assert (await devices.acting.mutate("endSession", "errors { code }", id=id_))["errors"] == []


async def are_ended(devices: Devices) -> None:
    await devices.acting.run("mutation { endOtherSessions { errors { code } } }")


async def changes_the_password(devices: Devices) -> None:
    changed = await devices.acting.mutate(
        "changePassword", "errors { code }", password=PASSWORD, newPassword=NEW
    )
    assert changed["errors"] == []


async def uses_a_token_again(devices: Devices) -> None:
    first = devices.lost_refresh_token
    second = await devices.lost.mutate("refreshSession", REFRESH, refreshToken=first)
    await devices.lost.mutate("refreshSession", REFRESH, refreshToken=second["refreshToken"])
    stolen = await devices.acting.mutate("refreshSession", REFRESH, refreshToken=first)
    assert [error["code"] for error in stolen["errors"]] == ["SESSION_ENDED"]


async def resets_the_password(devices: Devices) -> None:
    await devices.acting.mutate("requestPasswordReset", "errors { code }", email=devices.acting.email)
    (mail,) = await devices.mailbox.mails.have(1)
    (link,) = links_in(mail)
    token = link.partition("#token=")[2]
    query = "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { errors { code } } }"
    done = await devices.acting.run(query, input={"token": token, "newPassword": NEW})
    assert done["resetPassword"]["errors"] == []


async def deletes_the_account(devices: Devices) -> None:
    deleted = await devices.acting.mutate("deleteAccount", "errors { code }", password=PASSWORD)
    assert deleted["errors"] == []


async def closed_after(socket: Socket) -> tuple[int | None, float]:
    """The code, and the seconds from now."""
    began = time.monotonic()
    return await socket.close_code(), time.monotonic() - began


@pytest.mark.parametrize(
    ("happens", "acting_stays"),
    [
        (logs_out, True),
        (is_ended, True),
        (are_ended, True),
        (changes_the_password, True),
        (uses_a_token_again, True),
        (resets_the_password, False),
        (deletes_the_account, False),
    ],
)
async def test_the_sockets_of_an_ended_session_close_in_every_process(
    processes: tuple[Server, Server],
    mailbox: Mailbox,
    happens: Callable[[Devices], Awaitable[None]],
    acting_stays: bool,
):
    here, there = processes
    async with AsyncExitStack() as stack:
        acting = await stack.enter_async_context(Api(here.url))
        await acting.sign_up()
        lost = await stack.enter_async_context(Api(here.url))
        log_in: dict[str, Any] = {"email": acting.email, "password": PASSWORD}
        payload = (await lost.run(LOG_IN, input=log_in))["logIn"]
        lost.token = payload["accessToken"]
        stranger = await stack.enter_async_context(Api(here.url))
        await stranger.sign_up()

        async def sockets(api: Api) -> list[Socket]:
            """In both processes, in that order."""
            return [
                await stack.enter_async_context(open_socket(server.url, api.token)) for server in processes
            ]

        ending, staying = await sockets(lost), await sockets(stranger)
        (staying if acting_stays else ending).extend(await sockets(acting))
        await happens(Devices(lost, acting, payload["refreshToken"], mailbox))
        closed = await asyncio.gather(*(closed_after(socket) for socket in ending))
        assert {code for code, _ in closed} == {4403}
        # The first of each pair is in the process where it happened.
        assert max(seconds for _, seconds in closed[::2]) < 1
        assert max(seconds for _, seconds in closed[1::2]) < 5
        for socket in staying:
            await socket.subscribe(ME)
            assert (await socket.next())["data"]["viewer"]["id"]
        for server in (here, there):
            answer = await Api(server.url, lost.token).post(ME)
            assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
