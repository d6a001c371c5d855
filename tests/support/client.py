"""Somebody else's client: GraphQL over HTTP, and graphql-transport-ws over a WebSocket, by their specifications."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Self
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

DEADLINE_SECONDS = 20
PASSWORD = "correct horse battery"

AUTH = "accessToken accessTokenExpiresAt refreshToken user { id } errors { code field message }"
SIGN_UP = f"mutation ($input: SignUpInput!) {{ signUp(input: $input) {{ {AUTH} }} }}"
LOG_IN = f"mutation ($input: LogInInput!) {{ logIn(input: $input) {{ {AUTH} }} }}"


class GraphQLFailed(Exception):
    """The answer had `errors`."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(str(errors))
        self.errors = errors
        self.code = (errors[0].get("extensions") or {}).get("code")


class Api:
    """One device of one user, over HTTP."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token
        self.user_id = ""
        self.email = ""
        self.http = httpx.AsyncClient(base_url=url, timeout=DEADLINE_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def post(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The whole answer, whatever it says."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = await self.http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=headers
        )
        return dict(answer.json())

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """`data`; raises GraphQLFailed where there are errors."""
        answer = await self.post(query, variables)
        if answer.get("errors"):
            raise GraphQLFailed(answer["errors"])
        return dict(answer["data"])

    async def mutate(self, mutation: str, selection: str, /, **input_: Any) -> dict[str, Any]:
        """The payload of one mutation with one `input`."""
        type_ = {"completeTask": "TaskIdInput", "reopenTask": "TaskIdInput", "deleteTask": "TaskIdInput"}
        type_ |= {
            "restoreTask": "TaskIdInput",
            "endSession": "SessionIdInput",
            "deleteProject": "ProjectIdInput",
        }
        type_ |= {"deleteLabel": "LabelIdInput", "clearRecurrence": "TaskIdInput"}
        type_ |= {"cancelReminder": "ReminderIdInput"}
        input_type = type_.get(mutation, f"{mutation[0].upper()}{mutation[1:]}Input")
        query = f"mutation ($input: {input_type}!) {{ {mutation}(input: $input) {{ {selection} }} }}"
        return dict((await self.run(query, input=input_))[mutation])

    async def sign_up(self, **input_: Any) -> dict[str, Any]:
        self.email = input_.setdefault("email", f"{uuid4().hex}@example.com")
        input_.setdefault("password", PASSWORD)
        payload = (await self.run(SIGN_UP, input=input_))["signUp"]
        assert payload["errors"] == []
        self.token, self.user_id = payload["accessToken"], payload["user"]["id"]
        return dict(payload)

    async def another_device(self) -> "Api":
        """The same user, signed in once more."""
        other = Api(self.url)
        payload = (await other.run(LOG_IN, input={"email": self.email, "password": PASSWORD}))["logIn"]
        assert payload["errors"] == []
        other.token, other.user_id, other.email = payload["accessToken"], self.user_id, self.email
        return other


class Socket:
    """A WebSocket that speaks graphql-transport-ws, one message at a time."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """The next message; pings are answered and passed over."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                message = dict(json.loads(await self.connection.recv()))
                if message["type"] != "ping":
                    return message
                await self.send({"type": "pong"})

    async def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.send({"id": id_, "type": "subscribe", "payload": payload})

    async def next(self) -> dict[str, Any]:
        """The payload of the next `next`."""
        message = await self.receive()
        assert message["type"] == "next", message
        return dict(message["payload"])

    async def close_code(self) -> int | None:
        """Wait until the server ends the socket; what came before is passed over."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            try:
                while True:
                    await self.connection.recv()
            except ConnectionClosed:
                return self.connection.close_code


class open_socket:  # noqa: N801 - used as a function is
    """A socket to the server; initialised and acknowledged where a token is given."""

    def __init__(self, url: str, token: str | None = None, query: str = "", **options: Any) -> None:
        options.setdefault("subprotocols", ["graphql-transport-ws"])
        options.setdefault("compression", None)
        options.setdefault("ping_interval", None)
        options.setdefault("max_size", None)
        self._connecting = connect(url.replace("http", "ws", 1) + "/graphql" + query, **options)
        self._token = token

    async def __aenter__(self) -> Socket:
        socket = Socket(await self._connecting.__aenter__())
        if self._token is not None:
            try:
                await socket.send(
                    {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}
                )
                assert await socket.receive() == {"type": "connection_ack"}
            except BaseException:
                # Nobody else would.
                socket.connection.transport.abort()
                raise
        return socket

    async def __aexit__(self, *error: Any) -> None:
        await self._connecting.__aexit__(*error)


EVENTS = """
subscription ($after: Cursor, $types: [EventType!], $aggregateId: ID) {
  events(after: $after, types: $types, aggregateId: $aggregateId) {
    id cursor type aggregateId timestamp correlationId schemaVersion changed data task { id title version }
  }
}
"""


async def watch(url: str, token: str, after: str | None = None) -> AsyncIterator[dict[str, Any]]:
    """The user's events after a cursor, as they come, over one socket."""
    async with open_socket(url, token) as socket:
        await socket.subscribe(EVENTS, after=after)
        while True:
            yield (await socket.next())["data"]["events"]
