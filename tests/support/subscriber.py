"""A device that shows everything as it happens: it comes back to any server, from where it was, and keeps a journal."""

import asyncio
import base64
import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.support.client import EVENTS, Socket, open_socket
from tests.support.journal import Heard
from tests.support.replica import Replica

CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 1.0
#: It asks for a sign of life so often, and gives a server up that gives none for so long.
PING_SECONDS = 2.0
SILENT_SECONDS = 8.0
BACKOFF_SECONDS = 0.1, 2.0


def seq_of(cursor: str) -> int:
    """What only a test may know of a cursor: the number of the event that it stands after."""
    signed = base64.urlsafe_b64decode(cursor.removeprefix("tf1_"))
    return int.from_bytes(signed[8:16])


class Subscriber:
    """`replica` is what it shows, `heard` what it took, `closes` how its sockets ended."""

    def __init__(
        self, urls: Sequence[str], user_id: str, token: str, replica: Replica, changed: asyncio.Event
    ) -> None:
        self._urls = itertools.cycle(urls)
        self.user_id = user_id
        self._token = token
        self.replica = replica
        self.start_seq = seq_of(replica.cursor)
        self.heard: list[Heard] = []
        self.closes: Counter[int | None] = Counter()
        #: What ended a subscription in words of the protocol: nothing should.
        self.errors: list[Any] = []
        #: How often it was told to come again, since the database did not answer.
        self.put_off = 0
        self.connected = False
        self._changed = changed

    async def run(self) -> None:
        """Until cancelled."""
        wait, longest = BACKOFF_SECONDS
        while True:
            url = next(self._urls)
            taken = len(self.heard)
            try:
                await self._listen(url)
            except ConnectionClosed as closed:
                self.closes[closed.rcvd.code if closed.rcvd else None] += 1
            except (OSError, TimeoutError, WebSocketException):
                self.closes[None] += 1
            self.connected = False
            self._changed.set()
            if len(self.heard) > taken:
                wait = BACKOFF_SECONDS[0]
            await asyncio.sleep(wait * random.uniform(0.5, 1))
            wait = min(2 * wait, longest)

    async def _listen(self, url: str) -> None:
        async with asyncio.timeout(CONNECT_SECONDS) as opening:
            connecting = open_socket(
                url, self._token, open_timeout=CONNECT_SECONDS, close_timeout=CLOSE_SECONDS, proxy=None
            )
            async with connecting as socket:
                await socket.subscribe(EVENTS, after=self.replica.cursor)
                opening.reschedule(None)
                self.connected = True
                self._changed.set()
                pings = asyncio.create_task(self._ping(socket))
                try:
                    await self._take(socket, url)
                finally:
                    pings.cancel()

    async def _ping(self, socket: Socket) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(PING_SECONDS)
                await socket.send({"type": "ping"})

    async def _take(self, socket: Socket, url: str) -> None:
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await socket.receive()
            if message["type"] == "pong":
                continue
            if message["type"] != "next" or message["payload"].get("errors"):
                if "UNAVAILABLE" in str(message):
                    self.put_off += 1
                else:
                    self.errors.append(message)
                return
            event = message["payload"]["data"]["events"]
            heard = Heard(event["id"], event["cursor"], event["correlationId"], url, time.monotonic())
            self.replica.apply(event)
            self.heard.append(heard)
            self._changed.set()
