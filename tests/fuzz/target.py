"""Sends what was made up to a real server, and says what must never be answered."""

import asyncio
import json
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any, Self
from uuid import uuid4

import httpx
from graphql import GraphQLSchema, OperationType
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.fuzz.requests import Case
from tests.fuzz.values import Known
from tests.isolation.world import World
from tests.support.client import LOG_IN, PASSWORD, Api
from tests.support.server import Server

ANSWER_SECONDS = 2.0
#: The machine may be busy with others: what is slow is slow every time.
TRIES = 3
#: Waits for somebody else's server, by design for some seconds.
CALLS_OUT = {"testChannel"}
NOT_SIGNED_IN = {"UNAUTHENTICATED", "TOKEN_EXPIRED"}
#: What a client's own fault closes a socket with, and the end of its session.
CLOSES = {4400, 4403, 1009}


class Target:
    """One user who sends, and another whose things must stay theirs."""

    def __init__(self, server: Server, schema: GraphQLSchema) -> None:
        self.server = server
        self.schema = schema
        self.known = Known()
        self.asked: Counter[tuple[OperationType, str]] = Counter()
        self._http = httpx.Client(base_url=server.url, timeout=60)
        self._socket: ClientConnection | None = None
        self._token = self._email = ""
        self._mark = ""
        self._log_read = 0

    def __enter__(self) -> Self:
        self._mark, things, self._before = asyncio.run(self._somebody_else())
        self.known.others = things
        self.begin_anew()
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()
        self._http.close()

    def begin_anew(self) -> None:
        """With a new user, who has one of everything."""
        self._hang_up()
        asyncio.run(self._join())

    def check_log(self) -> None:
        written = self.server.log
        for line in written[self._log_read :].splitlines():
            assert json.loads(line).get("level") not in {"error", "critical"}, line[:2_000]
        self._log_read = len(written)

    def check_others_things(self) -> None:
        assert asyncio.run(self._sight_of_other()) == self._before, "somebody else's things were changed"

    def send(self, case: Case) -> None:
        """Raises AssertionError where the answer is none that anybody should get."""
        self.asked[case.kind, case.name] += 1
        took = 0.0
        for _ in range(TRIES):
            began = time.monotonic()
            text = self._by_socket(case) if case.by_socket else self._by_http(case)
            took = time.monotonic() - began
            assert self._mark not in text, f"somebody else's: {text[:2_000]}"
            assert '"code":"INTERNAL"' not in text, text[:2_000]
            if took < ANSWER_SECONDS or case.name in CALLS_OUT:
                break
        else:
            raise AssertionError(f"answered after {took:.1f} s")
        self.check_log()
        if case.signed_in and any(f'"code":"{code}"' in text for code in NOT_SIGNED_IN):
            self._come_back()

    def _come_back(self) -> None:
        """The session is over, or the account is."""
        self._hang_up()
        answer = self._http.post(
            "/graphql",
            json={"query": LOG_IN, "variables": {"input": {"email": self._email, "password": PASSWORD}}},
        ).json()
        self._token = answer["data"]["logIn"]["accessToken"]
        if self._token is None:
            self.begin_anew()

    def _by_http(self, case: Case) -> str:
        headers = {"Content-Type": "application/json"} | case.headers
        if case.signed_in:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = self._http.post("/graphql", content=json.dumps(case.payload), headers=headers)
        assert answer.status_code < 500, f"{answer.status_code} {answer.text[:2_000]}"
        body = answer.json()
        assert body.keys() <= {"data", "errors", "extensions"}
        for error in body.get("errors", ()):
            assert error["extensions"]["code"], error
        return answer.text

    def _by_socket(self, case: Case) -> str:
        socket, id_ = self._open(), uuid4().hex
        heard = ""
        try:
            socket.send(json.dumps({"id": id_, "type": "subscribe", "payload": case.payload}))
            if case.kind is OperationType.SUBSCRIPTION:
                # It would go on: what it has to say at once is before the pong.
                socket.send(json.dumps({"id": id_, "type": "complete"}))
                socket.send('{"type":"ping"}')
            while True:
                text = str(socket.recv(timeout=60))
                heard += text
                message: dict[str, Any] = json.loads(text)
                if message["type"] == "ping":
                    socket.send('{"type":"pong"}')
                ends = message.get("id") == id_ and message["type"] in {"complete", "error"}
                if ends if case.kind is not OperationType.SUBSCRIPTION else message["type"] == "pong":
                    return heard
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code not in CLOSES:
                raise AssertionError(f"the socket closed with {closed.rcvd}") from closed
            self._socket = None
            if code == 4403:
                self._come_back()
            return heard

    def _open(self) -> ClientConnection:
        if self._socket is None:
            self._socket = self._connect()
        try:
            if not self._is_introduced:
                assert json.loads(self._socket.recv(timeout=20)) == {"type": "connection_ack"}
        except ConnectionClosed as closed:
            # What was sent before has ended the session, or deleted the account.
            if closed.rcvd is None or closed.rcvd.code != 4403:
                raise AssertionError(f"introducing ended with {closed.rcvd}") from closed
            self._come_back()
            return self._open()
        self._is_introduced = True
        return self._socket

    def _connect(self) -> ClientConnection:
        url = self.server.url.replace("http", "ws", 1) + "/graphql"
        protocol = [Subprotocol("graphql-transport-ws")]
        self._leave = ExitStack()
        socket = self._leave.enter_context(
            connect(url, subprotocols=protocol, compression=None, max_size=None)
        )
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": self._token}}))
        self._is_introduced = False
        return socket

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._leave.close()
            self._socket = None

    async def _join(self) -> None:
        async with Api(self.server.url) as api:
            await api.sign_up()
            world = await World.of(api)
            lists = await api.run(
                "{ cursor tasks { pageInfo { endCursor } } projects { pageInfo { endCursor } } }"
            )
            assert api.token
            self._token, self._email, self.known.own = api.token, api.email, world.things
            ends = [lists[name]["pageInfo"]["endCursor"] for name in ("tasks", "projects")]
            self.known.cursors = [lists["cursor"], *ends]

    async def _somebody_else(self) -> tuple[str, dict[str, str], dict[str, bytes]]:
        self._other = Api(self.server.url)
        await self._other.sign_up()
        world = await World.of(self._other)
        await self._other.http.aclose()
        return world.mark, world.things, await self._sight_of_other()

    async def _sight_of_other(self) -> dict[str, bytes]:
        async with Api(self.server.url, self._other.token) as api:
            return await World(api).sight(self.schema)
