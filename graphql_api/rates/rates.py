"""What is counted, and whom. RATE_LIMIT=off lifts all of it."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import blake2b
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from prometheus_client import Counter

from graphql_api.rates.windows import Limit, MemoryWindows, NoWindows, Windows
from resolvers.errors import BadCredentials, EmailTaken, RateLimited

log = structlog.get_logger()

OF_USER = Limit("user_operations", 600, 60)
OF_ADDRESS = Limit("address_operations", 120, 60)
SIGN_UPS = Limit("sign_ups", 20, 3600, "accounts made from your network")
WRONG_OF_ACCOUNT = Limit("account_passwords", 5, 15 * 60, "wrong passwords")
#: Who tries one password on many accounts. An office where many people share one address stays well below.
WRONG_OF_ADDRESS = Limit("address_passwords", 100, 3600, "wrong passwords from your network")

#: Lines about refusals in a minute: a flood of requests is none of lines.
_LINES = Limit("lines", 60, 60)

limited_total = Counter(
    "taskflow_rate_limited_total", "What was refused because there was too much of it.", ["kind"]
)


class Rates:
    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._told = MemoryWindows()
        #: One attempt at a time on each account: many at once gain nothing, and who is right is not refused for them.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def at(self, address: str) -> "Attempts":
        return Attempts(self, address)

    async def operation(self, user_id: UUID | None, address: str) -> None:
        """Raises RateLimited."""
        if user_id is None:
            await self._take(OF_ADDRESS, address, _masked_address(address))
        else:
            await self._take(OF_USER, str(user_id), str(user_id))

    @asynccontextmanager
    async def sign_up(self, address: str) -> AsyncIterator[None]:
        """Counts unless something was wrong with what was sent, or with us. Raises RateLimited."""
        await self._take(SIGN_UPS, address, _masked_address(address))
        try:
            yield
        except EmailTaken:
            raise  # it tells which accounts there are
        except BaseException:
            await self._windows.give_back(SIGN_UPS, address)
            raise

    @asynccontextmanager
    async def password(self, email: str, address: str) -> AsyncIterator[None]:
        """Counts where the password is wrong, whether there is such an account or not. Raises RateLimited."""
        account = _account(email)
        turn = self._turns.setdefault(account, asyncio.Lock())
        async with turn:
            await self._take(WRONG_OF_ACCOUNT, account, _masked_email(email))
            try:
                await self._take(WRONG_OF_ADDRESS, address, _masked_address(address))
            except RateLimited:
                await self._windows.give_back(WRONG_OF_ACCOUNT, account)
                raise
            wrong = False
            try:
                yield
            except BadCredentials:
                wrong = True
                raise
            finally:
                if not wrong:
                    await self._windows.give_back(WRONG_OF_ACCOUNT, account)
                    await self._windows.give_back(WRONG_OF_ADDRESS, address)

    async def forgive(self, email: str) -> None:
        """Whoever reads the account's mail has set a new password."""
        await self._windows.clear(WRONG_OF_ACCOUNT, _account(email))

    async def close(self) -> None:
        await self._windows.close()

    def refuse(self, limit: Limit, whose: str) -> None:
        """Count a refusal, and tell of it once for each of them and window."""
        limited_total.labels(limit.kind).inc()
        once = Limit(f"told {limit.kind}", 1, limit.seconds)
        if self._told.take_now(once, whose) == 0 and self._told.take_now(_LINES, "") == 0:
            log.warning("rate_limited", kind=limit.kind, whose=whose)

    async def _take(self, limit: Limit, key: str, whose: str) -> None:
        wait = await self._windows.take(limit, key)
        if wait > 0:
            self.refuse(limit, whose)
            raise RateLimited(limit.words, max(1, math.ceil(wait)))


class Attempts:
    """What somebody at one address tries: the mutations see no more of it than this."""

    def __init__(self, rates: Rates, address: str) -> None:
        self._rates = rates
        self._address = address

    def sign_up(self) -> AbstractAsyncContextManager[None]:
        return self._rates.sign_up(self._address)

    def password(self, email: str) -> AbstractAsyncContextManager[None]:
        return self._rates.password(email, self._address)

    async def forgive(self, email: str) -> None:
        await self._rates.forgive(email)


def open_rates(*, on: bool, broadcast: str) -> Rates:
    """Counted in Redis where events are spread by it, for then there are several processes."""
    if not on:
        return Rates(NoWindows())
    if broadcast == "memory://":
        return Rates(MemoryWindows())
    from graphql_api.rates.shared_windows import SharedWindows  # which takes a while to import

    return Rates(SharedWindows(broadcast))


def _account(email: str) -> str:
    """However it is written, and however long: nothing of it can be read in Redis."""
    return blake2b(email.strip().casefold().encode(errors="replace"), digest_size=16).hexdigest()


def _masked_email(email: str) -> str:
    name, _, host = email.strip().rpartition("@")
    return f"{name[:1]}…@{host[:64]}" if name else "…"


def _masked_address(address: str) -> str:
    if "/" in address:
        return address
    beginning, dot, _ = address.rpartition(".")
    return f"{beginning}.…" if dot else address
