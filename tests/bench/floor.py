"""The raw ASGI floor: what uvicorn alone costs for the same bytes. No GraphQL, no database, no sign-in.

What is posted to /NAME goes, as it is, to every socket that is open at /NAME. The answer is a constant: the text
that the program is started with.
"""

import asyncio
import socket
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import uvicorn

ANSWER = " ".join(sys.argv[1:]).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]


@dataclass(slots=True)
class Channel:
    sockets: set[Any] = field(default_factory=set)
    #: Held while one message is sent, so that all sockets get messages in one order.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


channels: defaultdict[str, Channel] = defaultdict(Channel)


async def app(scope: Any, receive: Any, send: Any) -> None:
    match scope["type"]:
        case "http":
            await _publish(channels[scope["path"]], receive, send)
        case "websocket":
            await _subscribe(channels[scope["path"]], receive, send)


async def _publish(channel: Channel, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        part = await receive()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    message = {"type": "websocket.send", "text": body.decode()}
    async with channel.turn:
        for deliver in list(channel.sockets):
            await deliver(message)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


async def _subscribe(channel: Channel, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
    channel.sockets.add(send)
    try:
        while (await receive())["type"] != "websocket.disconnect":
            pass
    finally:
        channel.sockets.discard(send)


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    # What is accepted inherits it. Without it a second write waits until the client's kernel acknowledges the first
    # (up to 40 ms), and the floor would not be the least that the load can cost.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
    # Served as graphql_api/__main__.py serves, the kind of event loop included.
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=2,
    )
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(main())
