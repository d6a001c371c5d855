"""Passwords, as Argon2id hashes made and checked off the event loop."""

import asyncio
import os
from collections.abc import Callable
from functools import partial
from time import perf_counter

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from resolvers.errors import Unavailable

#: OWASP's least parameters: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: More at once would only queue for the memory bus, and starve everything else of cores.
HASHES_AT_ONCE = 2 if (os.process_cpu_count() or 1) > 2 else 1
#: Some ten seconds of work. Who comes when so many wait would wait for longer than people do.
HASHES_WAITING = 250
#: Of a password that nobody knows, made as all are: what is checked where there is no account.
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$J1BwZMo3Lf/EIJO10ss2Vg$0TXBMw1J3oejgKmEmgog0HdvWwrkn+S04ZtxvrKrdnA"
)
#: In the place of a hash, where somebody else signs in the account's owner. No password matches it.
NO_PASSWORD = "!"


class Turns:
    """Hashing is done in threads, by so many at once. Raises Unavailable where too many wait."""

    def __init__(self, at_once: int, waiting_most: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._waiting_most = waiting_most
        self.waiting = 0
        #: Told in seconds how long each waited and worked. Must not raise.
        self.on_end: Callable[[float, float], None] | None = None

    async def take[**P, T](self, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        if self.waiting >= self._waiting_most:
            raise Unavailable
        came = perf_counter()
        self.waiting += 1
        try:
            await self._places.acquire()
        finally:
            self.waiting -= 1
        began = perf_counter()
        try:
            working = asyncio.get_running_loop().run_in_executor(None, partial(work, *given, **named))
        except BaseException:
            self._places.release()  # no thread could be started
            raise

        def on_end(_: asyncio.Future[T]) -> None:
            self._places.release()
            if self.on_end is not None:
                self.on_end(began - came, perf_counter() - began)

        working.add_done_callback(on_end)
        # No thread can be cancelled: it has its place until it has ended, whether or not somebody waits for it.
        return await asyncio.shield(working)


turns = Turns(HASHES_AT_ONCE, HASHES_WAITING)


async def hash_password(password: str) -> str:
    """Raises Unavailable where too many wait."""
    return await turns.take(_HASHER.hash, password)


async def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether it does. Without a hash it takes as long, so that nobody learns which accounts there are.

    Raises Unavailable where too many wait.
    """
    known = None if password_hash == NO_PASSWORD else password_hash
    matches = await turns.take(_verify, known, password)
    return matches and known is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
