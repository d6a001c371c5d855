"""A device as the canary has one: signed in over HTTP, watching over a socket, as anybody's."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from graphql_api.socket.endpoint import SUBPROTOCOL
from graphql_api.version import VERSION

LOG_IN = """mutation CanaryLogIn($input: LogInInput!) {
  logIn(input: $input) { accessToken refreshToken errors { code message } } }"""
LOG_OUT = "mutation CanaryLogOut($input: LogOutInput!) { logOut(input: $input) { errors { code message } } }"
EVENTS = """subscription CanaryEvents($after: Cursor) {
  events(after: $after) { id cursor type aggregateId } }"""
CLOSE_SECONDS = 1.0


class CanaryFailed(Exception):
    """In words for who is woken by it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as the socket or the log told of it, and when, by `perf_counter`."""

    id: str
    cursor: str
    type: str
    task_id: str
    at: float


class Device:
    """Every request raises CanaryFailed where it is not answered within `seconds`, or is refused."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        # The same for both: the system's authorities, or those that SSL_CERT_FILE names.
        self._tls = ssl.create_default_context() if url.startswith("https://") else None
        agent = {"User-Agent": f"taskflow-canary/{VERSION}"}
        self._http = httpx.AsyncClient(timeout=seconds, verify=self._tls or True, headers=agent)
        self._token = ""
        self._refresh_token = ""
        #: All that the socket told, in its order; each is announced by `_news`.
        self.heard: list[Heard] = []
        self._news = asyncio.Condition()
        self._ended: str | None = None

    async def close(self) -> None:
        """End the session that it began, and let go."""
        if self._refresh_token:
            with suppress(CanaryFailed):
                await self.mutate(LOG_OUT, "logOut", refreshToken=self._refresh_token)
        await self._http.aclose()

    async def sign_in(self, email: str, password: str) -> None:
        try:
            payload = await self.mutate(LOG_IN, "logIn", email=email, password=password)
        except Refused as refused:
            raise CanaryFailed(f"Sign-in was refused: {refused}") from None
        self._token, self._refresh_token = payload["accessToken"], payload["refreshToken"]

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": query, "variables": variables}
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._http.post(f"{self._url}/graphql", json=body, headers=headers)
        except (httpx.TransportError, TimeoutError, httpx.InvalidURL) as error:
            raise CanaryFailed(
                f"The server does not answer: {str(error) or f'nothing within {self._seconds:g} s'}"
            ) from None
        try:
            read = answer.json()
            errors, data = read.get("errors"), read.get("data")
        except (ValueError, AttributeError):
            raise CanaryFailed(f"The answer is not GraphQL's: status {answer.status_code}") from None
        if errors or not isinstance(data, dict):
            raise CanaryFailed(f"A request was refused: {_in_words(errors or ['no data'])}")
        return data

    async def mutate(self, query: str, name: str, **input_: Any) -> dict[str, Any]:
        """The payload. Raises Refused where it says no."""
        payload = (await self.ask(query, input=input_))[name]
        if payload["errors"]:
            raise Refused(name, payload["errors"])
        return dict(payload)

    @asynccontextmanager
    async def watching(self, after: str) -> AsyncIterator[None]:
        """All events of the account after the cursor are `heard` meanwhile."""
        try:
            async with asyncio.timeout(self._seconds):
                socket = await connect(
                    self._url.replace("http", "ws", 1) + "/graphql",
                    subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
                    ssl=self._tls,
                    ping_interval=None,
                    close_timeout=CLOSE_SECONDS,
                    max_size=2**20,
                )
                await _say(socket, type="connection_init", payload={"authorization": f"Bearer {self._token}"})
                if orjson.loads(await socket.recv())["type"] != "connection_ack":
                    raise CanaryFailed("The socket was not acknowledged")
                payload = {"query": EVENTS, "variables": {"after": after}}
                await _say(socket, id="1", type="subscribe", payload=payload)
        except (OSError, TimeoutError, WebSocketException, orjson.JSONDecodeError) as error:
            raise CanaryFailed(f"The socket was not opened: {_why(error, self._seconds)}") from None
        listening = asyncio.create_task(self._listen(socket))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await socket.close()

    async def hears(self, type_: str, task_id: str) -> Heard:
        """Wait for the event."""

        def found() -> Heard | None:
            about = (each for each in self.heard if (each.type, each.task_id) == (type_, task_id))
            return next(about, None)

        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds), self._news:
                await self._news.wait_for(lambda: found() is not None or self._ended is not None)
        if (event := found()) is not None:
            return event
        raise CanaryFailed(self._ended or f"No event {type_} within {self._seconds:g} s")

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                await self._take(socket, orjson.loads(text))
            ended = "The socket was closed"
        except ConnectionClosed as closed:
            said = closed.rcvd
            ended = f"The socket was closed: {said.code} {said.reason}" if said else "The socket was lost"
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            ended = f"The socket says what the protocol does not know: {error!r}"
        await self._end(ended)

    async def _take(self, socket: ClientConnection, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                await _say(socket, type="pong")
            case "next" if not message["payload"].get("errors"):
                event = message["payload"]["data"]["events"]
                async with self._news:
                    self.heard.append(_heard(event, perf_counter()))
                    self._news.notify_all()
            case "next":
                await self._end(f"The subscription ended: {_in_words(message['payload']['errors'])}")
            case "error":
                await self._end(f"The subscription was refused: {_in_words(message['payload'])}")

    async def _end(self, words: str) -> None:
        async with self._news:
            self._ended = self._ended or words
            self._news.notify_all()


class Refused(CanaryFailed):
    def __init__(self, name: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{name}: {_in_words(errors)}")


def logged(event: dict[str, Any]) -> Heard:
    return _heard(event, 0)


def _heard(event: dict[str, Any], at: float) -> Heard:
    return Heard(event["id"], event["cursor"], event["type"], event["aggregateId"], at)


def _in_words(errors: list[Any]) -> str:
    first = errors[0]
    if not isinstance(first, dict):
        return str(first)
    code = first.get("code") or (first.get("extensions") or {}).get("code", "")
    return f"{code} {first.get('message', '')}".strip()


def _why(error: Exception, seconds: float) -> str:
    return f"nothing within {seconds:g} s" if isinstance(error, TimeoutError) else str(error) or repr(error)


async def _say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())
