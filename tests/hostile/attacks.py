"""What a stranger with a script does to a server. Each ends by itself, and says what became of what it sent.

`python -m tests.hostile.attacks NAME URL TOKEN EMAIL`: in a process of its own, so that only the server is in the
way of whoever uses it beside them.
"""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.hostile import deaf
from tests.support.client import EVENTS, LOG_IN, Api

#: Loopback is a whole network: the stranger is not where the user is.
STRANGER = "127.0.0.9"
#: Longer than the server waits for anything.
PATIENCE_SECONDS = 45
AT_ONCE = 25

HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
ALIASES = "{ " + " ".join(f"a{number}: viewer {{ id }}" for number in range(10_000)) + " }"
BOMB = "query { viewer { ...f0 } } " + " ".join(
    f"fragment f{number} on User {{ ...f{number + 1} ...f{number + 1} }}" for number in range(25)
)
BOMB += " fragment f25 on User { id }"
BRACKETS = "[" * 200_000

type Attack = Callable[[Api], Coroutine[Any, Any, Counter[str]]]


@contextlib.asynccontextmanager
async def _http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(local_address=STRANGER)
    async with httpx.AsyncClient(
        base_url=api.url, transport=transport, timeout=PATIENCE_SECONDS, trust_env=False
    ) as http:
        yield http


async def _held(api: Api, count: int, sent: bytes) -> Counter[str]:
    """Connections on which no more comes than `sent`: how each ended."""
    url = urlsplit(api.url)

    async def hold() -> str:
        try:
            reader, writer = await asyncio.open_connection(url.hostname, url.port, local_addr=(STRANGER, 0))
        except OSError:
            return "refused"
        try:
            writer.write(sent)
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await reader.read()
            return answer[9:12].decode() or "ended"
        except TimeoutError:
            return "held"
        except OSError:
            return "ended"
        finally:
            writer.transport.abort()

    return Counter(await asyncio.gather(*(hold() for _ in range(count))))


async def slow_heads(api: Api) -> Counter[str]:
    return await _held(api, 500, HEAD + b"X-Slow: ")


async def slow_bodies(api: Api) -> Counter[str]:
    return await _held(api, 500, HEAD + b"Content-Length: 1000\r\n\r\n{")


async def _posts(api: Api, bodies: Iterable[bytes], token: str | None) -> Counter[str]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    turns = asyncio.Semaphore(AT_ONCE)
    async with _http(api) as http:

        async def post(body: bytes) -> str:
            async with turns:
                answer = (await http.post("/graphql", content=body, headers=headers)).json()
            if answer.get("errors"):
                return str(answer["errors"][0]["extensions"]["code"])
            [payload] = answer["data"].values()
            return str(payload["errors"][0]["code"]) if payload.get("errors") else "ok"

        return Counter(await asyncio.gather(*(post(body) for body in bodies)))


async def monsters(api: Api) -> Counter[str]:
    """Texts that take long where somebody believes them, from somebody who is signed in."""
    deep = "{a" * 50_000
    # Each a text of its own, so that nothing is remembered of the one before.
    queries = [f"{text} #{number}" for number in range(80) for text in (ALIASES, BOMB, BRACKETS, deep)]
    bodies = [json.dumps({"query": query}).encode()[:262_144] for query in queries]
    return await _posts(api, [*bodies, *[BRACKETS.encode()] * 80], api.token)


async def guesses(api: Api) -> Counter[str]:
    """Of the user's own password, and of everybody else's."""
    emails = [api.email if number % 2 else f"{number}@example.com" for number in range(2_000)]
    bodies = [
        {"query": LOG_IN, "variables": {"input": {"email": email, "password": f"guess number {number}"}}}
        for number, email in enumerate(emails)
    ]
    return await _posts(api, [json.dumps(body).encode() for body in bodies], None)


async def deaf_sockets(api: Api) -> Counter[str]:
    """Sockets that take nothing in: most say nothing, some ask for everything first."""
    url = api.url.replace("http", "ws", 1) + "/graphql"

    async def hold(number: int) -> str:
        try:
            async with connect(
                url,
                subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
                compression=None,
                ping_interval=None,
                max_queue=1,
                open_timeout=PATIENCE_SECONDS,
                local_addr=(STRANGER, 0),
            ) as socket:
                if number < 20:
                    payload = {"authorization": f"Bearer {api.token}"}
                    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
                    with contextlib.suppress(ConnectionClosed):
                        await socket.recv()  # the acknowledgement is the last that it reads
                        subscribing = {"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}
                        await socket.send(json.dumps(subscribing))
                        await asyncio.sleep(20)
                    socket.transport.abort()
                    return "subscribed"
                await asyncio.wait_for(socket.wait_closed(), PATIENCE_SECONDS)
                return str(socket.close_code)
        except TimeoutError:
            return "held"
        except (OSError, WebSocketException):
            return "ended"

    return Counter(await asyncio.gather(*(hold(number) for number in range(500))))


async def unread_answers(api: Api) -> Counter[str]:
    return await deaf.answers(api, STRANGER)


async def unread_socket_answers(api: Api) -> Counter[str]:
    return await deaf.socket_answers(api, STRANGER)


async def from_elsewhere(attack: Attack, api: Api) -> Counter[str]:
    """The attack by another process."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", __name__, attack.__name__, api.url, api.token or "", api.email],
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    return Counter(json.loads(said))


async def _main(name: str, url: str, token: str, email: str) -> None:
    api = Api(url, token)
    api.email = email
    async with api:
        print(json.dumps(await globals()[name](api)))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
