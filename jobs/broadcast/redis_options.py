"""How Redis is talked to, whatever for."""

from typing import Any

from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


def redis_options(url: str, answer_seconds: float) -> dict[str, Any]:
    """Of a pool of connections; some beat what the URL says.

    Whoever asks tries again by themselves, and the newer protocol tells of messages otherwise.
    """
    return {
        **parse_url(url),
        "socket_connect_timeout": answer_seconds,
        "socket_timeout": answer_seconds,
        "socket_keepalive": True,
        "health_check_interval": 0,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
