"""Passwords, as Argon2id hashes made and checked off the event loop."""

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's least parameters: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: More at once would only queue for the memory bus, and starve everything else of cores.
HASHES_AT_ONCE = 2

_turns = asyncio.Semaphore(HASHES_AT_ONCE)


async def hash_password(password: str) -> str:
    async with _turns:
        return await asyncio.to_thread(_HASHER.hash, password)


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether it does. Without a hash it takes as long, so that nobody learns which accounts there are."""
    async with _turns:
        matches = await asyncio.to_thread(_verify, password_hash, password)
    return matches and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _hash_of_nothing(), password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(1)
def _hash_of_nothing() -> str:
    return _HASHER.hash("no account has this password")
