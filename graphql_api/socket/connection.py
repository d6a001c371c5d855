"""One socket: its outgoing queue, which is bounded, and how it ends."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from starlette.types import Send
from starlette.websockets import WebSocketDisconnect

from graphql_api.doors.outgoing import Outgoing
from graphql_api.socket.codes import cut_reason
from resolvers.viewer import Viewer

#: What a socket holds for a client that reads slowly. Beyond it subscriptions read the log again when there is room.
QUEUE_MESSAGES = 64
QUEUE_CHARACTERS = 1_048_576
CLOSE_TIMEOUT_SECONDS = 5.0


class Connection:
    """The server's side of one socket, from its acceptance to its end."""

    def __init__(
        self, send: Send, monotonic: Callable[[], float] = time.monotonic, address: str = "unknown"
    ) -> None:
        self._send = send
        self._monotonic = monotonic
        #: Who is at the other end.
        self.address = address
        #: Each with the id of the operation that it belongs to, if any.
        self._queue: deque[tuple[str | None, str]] = deque()
        self._queued_characters = 0
        self._empty = asyncio.Event()
        self._empty.set()
        self._sending: asyncio.Task[None] | None = None
        #: The task that reads from the client: cancelled where closing does not get through.
        self.reader: asyncio.Task[None] | None = None
        self.closed = False
        #: Set once the server has said its last word, or could not.
        self.ended = asyncio.Event()

        # By `monotonic`:
        self.accepted_at = monotonic()
        self.heard_at = self.accepted_at
        self.pinged_at: float | None = None
        #: When the send began that has not ended yet, or the client was last seen to take some of it.
        self.stalled_since: float | None = None
        #: What the server knows of that; None where it is none of ours.
        self.outgoing: Outgoing | None = None
        self._moves = 0

        self.init_received = False
        self.acknowledged = False
        self.viewer: Viewer | None = None
        #: When the access token runs out, in seconds since 1970.
        self.expires_at: float | None = None

    def heard(self) -> None:
        """The client said something: it is there."""
        self.heard_at = self._monotonic()

    def offer(self, text: str, operation: str | None = None) -> bool:
        """Queue a message, unless the queue is full."""
        full = len(self._queue) >= QUEUE_MESSAGES or self._queued_characters + len(text) > QUEUE_CHARACTERS
        # One that is larger than the whole queue must still get through some day.
        if full and self._queue:
            return False
        self.put(text, operation)
        return True

    def put(self, text: str, operation: str | None = None) -> None:
        """Queue a message whatever is queued already: for what is small, and comes of what the client sent, of which no
        more is read while the queue is full.
        """
        if self.closed:
            return
        self._queue.append((operation, text))
        self._queued_characters += len(text)
        self._empty.clear()
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_queued())

    def note_progress(self) -> None:
        """Who reads slowly, and does read, has not stalled."""
        if self.outgoing is not None and self.outgoing.moves != self._moves:
            self._moves = self.outgoing.moves
            if self.stalled_since is not None:
                self.stalled_since = self._monotonic()

    def drop(self, operation: str) -> None:
        """Take back what is queued of an operation, but for what is being sent already."""
        kept = 1 if self.stalled_since is not None else 0
        queue = list(self._queue)
        queue[kept:] = [message for message in queue[kept:] if message[0] != operation]
        self._queue = deque(queue)
        self._queued_characters = sum(len(text) for _, text in queue)

    @property
    def full(self) -> bool:
        return len(self._queue) >= QUEUE_MESSAGES or self._queued_characters >= QUEUE_CHARACTERS

    async def drained(self) -> None:
        """Wait until everything queued has been sent."""
        await self._empty.wait()

    async def close(self, code: int, reason: str) -> None:
        """Say why, and end. What is still queued is dropped."""
        if self.closed:
            return
        self._end()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": cut_reason(reason)})
        except TimeoutError:
            # The client reads nothing, not even that. The server lets go; the kernel ends the rest.
            if self.reader is not None:
                self.reader.cancel()
        except (WebSocketDisconnect, OSError, RuntimeError):
            pass  # it was gone already
        finally:
            self.ended.set()

    def lost(self) -> None:
        """The client is gone."""
        self._end()
        self.ended.set()

    def _end(self) -> None:
        self.closed = True
        self._queue.clear()
        self._queued_characters = 0
        self._empty.set()
        if self._sending is not None:
            self._sending.cancel()

    async def _send_queued(self) -> None:
        try:
            while self._queue:
                self.stalled_since = self._monotonic()
                _, text = self._queue[0]
                await self._send({"type": "websocket.send", "text": text})
                self._queue.popleft()
                self._queued_characters -= len(text)
        except (WebSocketDisconnect, OSError, RuntimeError):
            self._end()  # the client is gone: the reader hears of it, too
        finally:
            self.stalled_since = None
            self._sending = None
            if not self._queue:
                self._empty.set()
