"""Redis below broadcaster: it may be away, hang, or come back empty, and nobody waits for it.

The connection that listens is kept by hand: redis-py's PubSub connects again by itself, and says nothing of what it
missed meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, override

import structlog
from broadcaster import BroadcastBackend, Event
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError, ResponseError

from jobs.broadcast.bounded import BoundedBroadcast, BroadcastUnavailable
from jobs.broadcast.redis_options import redis_options
from jobs.broadcast.redis_trouble import NOT_YET, in_words
from jobs.pauses import Pauses

log = structlog.get_logger()

PREFIX = "taskflow:user:"
#: Redis answers within that, or it does not answer.
ANSWER_SECONDS = 1.0
#: For a connection and all its subscriptions.
OPEN_SECONDS = 5.0
#: Silence so long is asked about, and is a hung Redis when it has gone on for twice as long.
SILENCE_SECONDS = 2.5


class RedisBackend(BroadcastBackend):
    """Messages are read, and lost connections replaced, by whoever waits in `next_published`."""

    def __init__(self, url: str, on_gap: Callable[[], None]) -> None:
        self._pool = ConnectionPool(**redis_options(url, ANSWER_SECONDS) | {"decode_responses": False})
        self._redis = Redis(connection_pool=self._pool)
        self._on_gap = on_gap
        self._channels: set[str] = set()
        self._unconfirmed: dict[str, asyncio.Future[None]] = {}
        #: Channels whose subscribers do not wait any more: they are told of a gap when it is confirmed.
        self._late: set[str] = set()
        self._connection: AbstractConnection | None = None
        self._asked = False
        self._pauses = Pauses()
        #: Why there is no connection; None where there is one.
        self.lost: str | None = NOT_YET
        #: Why the last message was not taken, although there is one.
        self.refused: str | None = None

    @override
    async def connect(self) -> None:
        """Tries once. Where Redis is away, connecting goes on by itself."""
        try:
            await self._open()
        except (RedisError, OSError) as error:
            await self._lose(error)

    @override
    async def disconnect(self) -> None:
        await self._close()

    @override
    async def subscribe(self, channel: str) -> None:
        """Returns when messages come, and at once where there is no connection: the next one brings them, and a gap."""
        self._channels.add(channel)
        if self._connection is None:
            return
        confirmed = self._unconfirmed[channel] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._connection.send_command("SUBSCRIBE", PREFIX + channel)
                await confirmed
        except (RedisError, OSError):
            # Whoever reads finds out whether Redis hangs, or whether this process is only slow.
            self._late.add(channel)
        except asyncio.CancelledError:
            await self.unsubscribe(channel)
            raise
        finally:
            del self._unconfirmed[channel]

    @override
    async def unsubscribe(self, channel: str) -> None:
        self._channels.discard(channel)
        self._late.discard(channel)
        if self._connection is not None:
            # What goes wrong here, whoever reads meets as well.
            with suppress(RedisError, OSError):
                await self._connection.send_command("UNSUBSCRIBE", PREFIX + channel)

    @override
    async def publish(self, channel: str, message: Any) -> None:
        await self.publish_all([(channel, message)])

    async def publish_all(self, messages: Sequence[tuple[str, str]]) -> None:
        """All in one go. Raises BroadcastUnavailable: at once where there is no connection."""
        if self.lost is not None:
            raise BroadcastUnavailable(self.lost)
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._redis.pipeline(transaction=False) as pipeline:
                for channel, message in messages:
                    pipeline.publish(PREFIX + channel, message)
                # Not raised by it: its text would hold the message.
                answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            await self._lose(error)
            raise BroadcastUnavailable(self.lost) from error
        refusals = [answer for answer in answers if isinstance(answer, ResponseError)]
        self.refused = in_words(refusals[0]) if refusals else None
        if self.refused is not None:
            raise BroadcastUnavailable(self.refused)

    @override
    async def next_published(self) -> Event:
        """Outlives every failure."""
        while True:
            try:
                connection = self._connection or await self._open()
                event = await self._read(connection)
            except Exception as error:
                await self._lose(error)
                await self._pauses.pause()
            else:
                if event is not None:
                    return event

    async def _open(self) -> AbstractConnection:
        """Connect, subscribe to everything, and wait until Redis has done so."""
        connection: AbstractConnection = self._pool.make_connection()
        async with asyncio.timeout(OPEN_SECONDS):
            try:
                await connection.connect()
            except BaseException:
                await connection.disconnect(nowait=True)
                raise
            # From here on, who subscribes does so by itself.
            self._connection = connection
            if self._channels:
                await connection.send_command("SUBSCRIBE", *(PREFIX + channel for channel in self._channels))
            await self._ask(connection)
            while self._asked:
                # Messages that come before are in the gap.
                await self._read(connection)
        self.lost = self.refused = None
        self._pauses.succeeded()
        log.info("redis_answers", channels=len(self._channels))
        self._on_gap()
        return connection

    async def _read(self, connection: AbstractConnection) -> Event | None:
        """None where what came is no message. Raises TimeoutError where Redis hangs."""
        answer = await connection.read_response(timeout=SILENCE_SECONDS)
        match answer:
            case None if self._asked:
                raise TimeoutError("silence")
            case None:
                await self._ask(connection)
            case [b"message", channel, body]:
                return Event(channel.decode().removeprefix(PREFIX), body.decode(errors="replace"))
            case [b"subscribe", channel, _]:
                self._confirm(channel.decode().removeprefix(PREFIX))
            case b"PONG" | [b"pong", _]:
                self._asked = False
        return None

    def _confirm(self, channel: str) -> None:
        confirmed = self._unconfirmed.get(channel)
        if confirmed is not None and not confirmed.done():
            confirmed.set_result(None)
        elif channel in self._late:
            self._late.discard(channel)
            self._on_gap()

    async def _ask(self, connection: AbstractConnection) -> None:
        self._asked = True
        await connection.send_command("PING")

    async def _lose(self, error: Exception) -> None:
        """Whoever finds that the connection is no good. Who waits in `next_published` makes another one."""
        lost = in_words(error)
        expected = isinstance(error, RedisError | OSError)
        if self.lost != lost or not expected:
            reason = str(error) or type(error).__name__
            log.warning("redis_lost", trouble=lost, reason=reason, exc_info=not expected)
        self.lost = lost
        await self._close()

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        self._asked = False
        self._late.clear()
        # The next connection brings all of them, and a gap.
        for channel in self._unconfirmed:
            self._confirm(channel)
        try:
            if connection is not None:
                await connection.disconnect(nowait=True)
            await self._pool.disconnect()
        except (RedisError, OSError) as error:
            log.warning("redis_not_closed", reason=str(error))


class RedisBroadcast(BoundedBroadcast):
    def __init__(self, url: str) -> None:
        self._redis = RedisBackend(url, self._tell_of_gap)
        super().__init__(backend=self._redis)

    @property
    @override
    def trouble(self) -> str | None:
        return self._redis.lost or self._redis.refused

    @override
    async def publish_all(self, messages: Sequence[tuple[str, str]]) -> None:
        await self._redis.publish_all(messages)
