"""A server that logs all it can, and everything that it is told in confidence: none of it is in what it writes."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from websockets.exceptions import InvalidStatus

from graphql_api.settings import Settings
from resolvers.database import Database
from tests.conftest import BOTH
from tests.services.postgres import make_database
from tests.support.client import LOG_IN, SIGN_UP, Api, open_socket
from tests.support.keys import new_key, pem
from tests.support.provider import IdentityProvider
from tests.support.receivers import Mailbox, links_in
from tests.support.server import Server

AUTH = "accessToken refreshToken errors { code }"
CHANNEL = "secret errors { code }"
#: Long enough for what happens unasked to have happened: deliveries, and their failures.
DELIVERED = "{ channels { failure } }"


class Confidant:
    """Remembers what it tells the server, or hears from it, in confidence."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def tells(self, name: str, secret: str | None = None) -> str:
        self.secrets[name] = secret or f"{name} {uuid4().hex}"
        return self.secrets[name]

    def told_in(self, text: str) -> list[str]:
        """Also in part: the end of a token is as good as found."""
        return [name for name, secret in self.secrets.items() if secret in text or secret[-24:] in text]


class World:
    def __init__(self, server: Server, theirs: IdentityProvider, mailbox: Mailbox, said: Confidant) -> None:
        self.server, self.theirs, self.mailbox, self.said = server, theirs, mailbox, said


@pytest.fixture(params=["json", "text"])
def log_format(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=BOTH)
async def world(request: pytest.FixtureRequest, tmp_path: Path, log_format: str) -> AsyncIterator[World]:
    said = Confidant()
    key = pem(new_key())
    said.tells("signing key", key.splitlines()[1])
    environment = {
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": log_format,
        "CHANNELS_PRIVATE_ADDRESSES": "on",
        "JWT_PRIVATE_KEYS": key,
        "JWT_SECRET": said.tells("signing secret"),
        "METRICS_TOKEN": said.tells("metrics token"),
        "TICK_TOKEN": said.tells("tick token"),
    }
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        environment["DATABASE_URL"] = make_database(url, f"t{uuid4().hex}")
    async with IdentityProvider() as theirs:
        with Mailbox() as mailbox:
            server = Server(tmp_path, **environment, **theirs.settings, **mailbox.environment)
            await server.start()
            yield World(server, theirs, mailbox, said)
            await asyncio.to_thread(server.end_now, signal.SIGKILL)


async def accounts(world: World, api: Api) -> None:
    said = world.said
    password = said.tells("password")
    api.email = f"{uuid4().hex}@example.com"
    signed_up = (await api.run(SIGN_UP, input={"email": api.email, "password": password}))["signUp"]
    api.token = said.tells("access token", signed_up["accessToken"])
    log_in = {"email": api.email, "password": password}
    await api.run(LOG_IN, input=log_in | {"password": said.tells("wrong password")})
    await api.run(LOG_IN, input=log_in | {"password": said.tells("endless password") * 10})
    await api.run(LOG_IN, input=log_in | {"inCookie": True})
    [cookie] = api.http.cookies.jar
    said.tells("cookie", cookie.value)
    await api.mutate("refreshSession", AUTH)
    [cookie] = api.http.cookies.jar
    said.tells("cookie after a refresh", cookie.value)
    api.http.cookies.clear()
    first = said.tells("refresh token", signed_up["refreshToken"])
    second = await api.mutate("refreshSession", AUTH, refreshToken=first)
    said.tells("second refresh token", second["refreshToken"])
    await api.mutate("refreshSession", AUTH, refreshToken=second["refreshToken"])
    # Once more, after its time: that is worth a line in the log.
    await api.mutate("refreshSession", AUTH, refreshToken=first)
    again = (await api.run(LOG_IN, input=log_in))["logIn"]
    api.token = said.tells("another access token", again["accessToken"])

    await api.mutate("requestPasswordReset", "errors { code }", email=api.email)
    (mail,) = await world.mailbox.mails.have(1)
    (link,) = links_in(mail)
    token = said.tells("reset token", link.partition("#token=")[2])
    await api.mutate(
        "changePassword", "errors { code }", password=password, newPassword=said.tells("new password")
    )
    query = "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { errors { code } } }"
    for used in (said.tells("made-up reset token"), token):
        await api.run(query, input={"token": used, "newPassword": said.tells("third password")})


async def channels(world: World, api: Api) -> None:
    said = world.said
    url = f"http://127.0.0.1:9/{said.tells('webhook path').replace(' ', '-')}?key={uuid4().hex}"
    said.tells("webhook URL", url)
    hook = await api.mutate("addWebhookChannel", f"channel {{ id }} {CHANNEL}", url=url)
    said.tells("webhook secret", hook["secret"])
    test = "mutation ($id: ID!) { testChannel(input: {id: $id}) { errors { code } } }"
    await api.run(test, id=hook["channel"]["id"])
    keys = {"p256dh": said.tells("push key"), "auth": said.tells("push auth")}
    await api.mutate("addWebPushChannel", CHANNEL, endpoint="https://push.example.com/x", **keys)
    feed = (await api.run("mutation { createCalendarFeed { url } }"))["createCalendarFeed"]["url"]
    path = "/" + feed.split("/", 3)[3]
    said.tells("feed token", path.removeprefix("/calendar/").removesuffix(".ics"))
    assert (await api.http.get(path)).status_code == 200
    await api.http.get(f"/calendar/{said.tells('made-up feed token').replace(' ', '-')}.ics")
    for door in ("confirm", "unsubscribe"):
        await api.http.get(f"/channels/{door}/{said.tells(f'{door} token').replace(' ', '-')}")


async def what_is_out_of_order(world: World, api: Api) -> None:
    said = world.said
    secret = said.tells("in a URL")
    for name in ("token", "access_token"):
        await api.http.post("/graphql", params={name: secret}, json={"query": "{ __typename }"})
        with suppress(InvalidStatus):
            async with open_socket(api.url, query=f"?{name}={secret.replace(' ', '')}"):
                pass
    await api.http.get("/nothing", params={"token": secret})
    body = f'{{"query": "mutation {{ logIn(input: {{password: \\"{said.tells("in broken JSON")}\\"'
    await api.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    # GraphQL quotes a variable that it can't read.
    await api.post(LOG_IN, {"input": {"email": [], "password": {"is": said.tells("in a wrong variable")}}})
    await api.post(f'mutation {{ logIn(input: {{password: "{said.tells("in a wrong field")}"}}) {{ no }} }}')
    await api.post(f"{{ viewer {{ id }} }} # {said.tells('in a syntax error')} {{")
    for door in ("/metrics", "/internal/tick"):
        await api.http.post(door, headers={"Authorization": f"Bearer {said.tells(f'wrong at {door}')}"})
    for token in (
        said.tells("no access token"),
        said.tells("a provider's token", world.theirs.token()),
        said.tells("a provider's old token", world.theirs.token(exp=int(time.time()) - 600)),
        said.tells("another's token", world.theirs.token(iss="https://another.example.com")),
    ):
        await Api(api.url, token).post("{ viewer { id } }")
        async with open_socket(api.url) as socket:
            await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
            with suppress(Exception):
                await socket.receive()
    async with open_socket(api.url, api.token) as socket:
        await socket.connection.send(json.dumps({"type": said.tells("as a message's type")}))
        await socket.close_code()
    # And bytes that are no HTTP.
    for request in ("GET / HTTP/9.9\r\nAuthorization: Bearer {}\r\n\r\n", "{}\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", world.server.port)
        writer.write(request.format(said.tells("in no HTTP")).encode())
        await reader.read()
        writer.close()


async def what_fails_inside(world: World, api: Api) -> None:
    """A row that the database refuses whole, and a table that is gone."""
    said = world.said
    database = Database(Settings(database_url=world.server.database_url).database)

    async def execute(statement: str) -> None:
        async with database.writer.begin() as connection:
            await connection.execute(sa.text(statement))

    if database.is_sqlite:
        refuse = "CREATE TRIGGER refuse BEFORE INSERT ON tasks BEGIN SELECT no_such(NEW.title); END"
    else:
        # PostgreSQL quotes the row that it refuses.
        refuse = "ALTER TABLE tasks ADD CONSTRAINT refuse CHECK (title = '') NOT VALID"
    await execute(refuse)
    create = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { errors { code } } }"
    answer = await api.post(create, {"input": {"title": said.tells("a title"), "description": "x"}})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    await execute("ALTER TABLE sign_in_sessions RENAME TO gone")
    sign_up: dict[str, Any] = {"email": "eva@example.com", "password": said.tells("a password in vain")}
    answer = await api.post(SIGN_UP, {"input": sign_up})
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    await database.close()


async def test_nothing_that_was_told_in_confidence_is_written_anywhere(world: World):
    server = world.server
    async with Api(server.url) as api:
        await accounts(world, api)
        api.token = None
        payload = await api.sign_up(password=world.said.tells("the password of another"))
        world.said.tells("their access token", payload["accessToken"])
        await channels(world, api)
        await what_is_out_of_order(world, api)
        await what_fails_inside(world, api)
    await server.stop()
    written = server.log + server.said.decode()
    # It did write: of what it could not do, with the place in the code, and of what was tried.
    assert written.count("operation_failed") >= 2
    assert "refresh_token_used_again" in written
    assert world.said.told_in(written) == []
    assert "$argon2" not in written
    assert len(world.said.secrets) > 35
