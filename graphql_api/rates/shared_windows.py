"""Windows that several processes share in Redis. It may be away: nobody waits for it, and nobody is told."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from graphql_api.rates.windows import Limit, MemoryWindows
from jobs.broadcast.redis_options import redis_options
from jobs.broadcast.redis_trouble import in_words

log = structlog.get_logger()

PREFIX = "taskflow:rate:"
#: Redis answers within that, or this process counts by itself for RETRY_SECONDS.
ANSWER_SECONDS = 0.25
RETRY_SECONDS = 5.0
#: At once; whoever finds none free within ANSWER_SECONDS is counted by this process.
CONNECTIONS = 32

#: The newest instant comes first. A key goes by itself once all of its window is over.
_TAKE = """
local count, window, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = redis.call('LINDEX', KEYS[1], count - 1)
if oldest then
  local wait = math.min(tonumber(oldest) + window - now, window)
  if wait > 0 then return wait end
end
redis.call('LPUSH', KEYS[1], ARGV[3])
redis.call('LTRIM', KEYS[1], 0, count - 1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
"""


class SharedWindows:
    """This process counts along, so that it knows something when Redis goes away. `now` as with MemoryWindows."""

    def __init__(
        self,
        url: str,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = MemoryWindows(now)
        self._now = now
        self._monotonic = monotonic
        options = redis_options(url, ANSWER_SECONDS)
        options |= {"max_connections": CONNECTIONS, "timeout": ANSWER_SECONDS}
        self._redis = Redis(connection_pool=BlockingConnectionPool(**options))
        self._take = self._redis.register_script(_TAKE)
        self._away = False
        self._next_try = 0.0

    async def take(self, limit: Limit, key: str) -> float:
        own = self._own.take_now(limit, key)
        arguments = [limit.count, round(limit.seconds * 1000), round(self._now() * 1000)]
        answer = await self._ask(lambda: self._take(keys=[_name(limit, key)], args=arguments))
        if answer is None:
            return own
        if answer and not own:
            await self._own.give_back(limit, key)
        return float(answer) / 1000

    async def give_back(self, limit: Limit, key: str) -> None:
        await self._own.give_back(limit, key)
        await self._ask(lambda: cast(Awaitable[Any], self._redis.lpop(_name(limit, key))))

    async def clear(self, limit: Limit, key: str) -> None:
        await self._own.clear(limit, key)
        await self._ask(lambda: self._redis.delete(_name(limit, key)))

    async def close(self) -> None:
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def _ask(self, command: Callable[[], Awaitable[Any]]) -> Any:
        """None where Redis does not answer, which is asked again only after a while."""
        if self._away:
            if self._monotonic() < self._next_try:
                return None
            # Others go on without meanwhile.
            self._next_try = self._monotonic() + RETRY_SECONDS
        try:
            answer = await command()
        except (RedisError, OSError) as error:
            if isinstance(error.__cause__, TimeoutError) and isinstance(error, RedisConnectionError):
                return None  # all connections are in use, which says nothing of Redis
            if not self._away:
                log.warning("rates_counted_alone", trouble=in_words(error))
            self._away, self._next_try = True, self._monotonic() + RETRY_SECONDS
            return None
        if self._away:
            log.info("rates_counted_together")
        self._away = False
        return answer


def _name(limit: Limit, key: str) -> str:
    return f"{PREFIX}{limit.kind}:{key}"
