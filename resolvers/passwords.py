"""Passwords, as Argon2id hashes made and checked off the event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from resolvers.errors import Unavailable

#: OWASP's least parameters: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: More at once would only queue for the memory bus, and starve everything else of cores.
HASHES_AT_ONCE = 2

#: Some ten seconds of work. Who comes when so many wait would wait for longer than people do.
HASHES_WAITING = 250

_turns = asyncio.Semaphore(HASHES_AT_ONCE)
_places = asyncio.Semaphore(HASHES_AT_ONCE + HASHES_WAITING)


async def hash_password(password: str) -> str:
    """Raises Unavailable where too many wait."""
    async with _turn():
        return await asyncio.to_thread(_HASHER.hash, password)


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether it does. Without a hash it takes as long, so that nobody learns which accounts there are.

    Raises Unavailable where too many wait.
    """
    async with _turn():
        matches = await asyncio.to_thread(_verify, password_hash, password)
    return matches and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    if _places.locked():
        raise Unavailable
    async with _places, _turns:
        yield


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _hash_of_nothing(), password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(1)
def _hash_of_nothing() -> str:
    return _HASHER.hash("no account has this password")
