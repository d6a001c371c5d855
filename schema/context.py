"""What one operation may use, as the fields see it."""

from asyncio import Future
from collections.abc import AsyncIterable, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

import strawberry

from resolvers.database import Database
from resolvers.errors import Unauthenticated
from resolvers.log.cursor import Position
from resolvers.log.event_log import EventFilter
from resolvers.log.events import Event
from resolvers.log.transaction import Log, Outcome, Transaction
from resolvers.tables import Channel, User
from resolvers.viewer import Viewer

if TYPE_CHECKING:
    from schema.loaders import Loaders


#: That one operation may show beside its pages, each as often as it is shown: the 100 tasks of a page have up to
#: 20,000 subtasks. Lists within lists multiply, so a few lines could otherwise ask for billions.
OBJECTS = 50_000
#: What one thing of an export counts as, of those: a page is never far from what is whole.
EXPORT_WEIGHS = 20


class TooManyObjects(Exception):
    """The operation shows more than one may."""


class TokenIssuer(Protocol):
    """Makes access tokens."""

    def issue(self, viewer: Viewer, now: datetime) -> tuple[str, datetime]:
        """A token, and the instant until which it is good."""
        ...


class Live(Protocol):
    """The live channel."""

    async def watch(self, viewer: Viewer, after: str | None, wanted: EventFilter) -> AsyncIterable[Event]:
        """The viewer's wanted events after the cursor, or from now on.

        Raises Unauthenticated, CursorInvalid, CursorExpired, Unavailable.
        """
        ...


class Courier(Protocol):
    """What brings messages to people and programs elsewhere: web push, e-mail, webhooks."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of channels that this server is set up to send through."""
        ...

    @property
    def vapid_public_key(self) -> str | None:
        """What browsers subscribe with: the uncompressed P-256 point, base64url without padding (RFC 8292)."""
        ...

    async def check(self, url: str, *field: str) -> None:
        """Raises Invalid with the field where a webhook or push endpoint must not be called: not HTTPS, not public."""
        ...

    async def try_out(self, channel: Channel, user: User) -> str | None:
        """Send one test message now. Returns what went wrong, in words, or None. Takes a few seconds at most."""
        ...

    def wake(self) -> None:
        """Say that there is something new to send."""
        ...


class Attempts(Protocol):
    """What a stranger may try only so often. Each raises RateLimited before anything is done."""

    def sign_up(self) -> AbstractAsyncContextManager[None]:
        """Around making an account."""
        ...

    def password(self, email: str) -> AbstractAsyncContextManager[None]:
        """Around what raises BadCredentials where the password of this account is wrong. `email`, or what else names
        whose attempts are counted together."""
        ...

    async def forgive(self, email: str) -> None:
        """Forget the account's wrong passwords: it has a new one, set by whoever reads its mail."""
        ...


@dataclass(frozen=True, slots=True)
class Mutated:
    """One mutation field that was run. code: of its refusal or failure; None where it did what it was asked."""

    name: str
    code: str | None
    outcome: Literal["ok", "refused", "failed"]
    seconds: float


@dataclass
class Cookies:
    """The refresh token that came by cookie, and the one that goes back by it."""

    #: False on a socket, whose answers have no headers.
    settable: bool = False
    received: str | None = None
    changed: bool = False
    #: None takes the cookie away.
    to_set: str | None = None
    expires_at: datetime | None = None

    def set(self, token: str | None, expires_at: datetime | None = None) -> None:
        self.changed, self.to_set, self.expires_at = True, token, expires_at


@dataclass
class Context:
    database: Database
    log: Log
    tokens: TokenIssuer
    live: Live
    courier: Courier
    attempts: Attempts
    correlation_id: str
    viewer: Viewer | None = None
    user_agent: str = ""
    cookies: Cookies = field(default_factory=Cookies)
    #: How long a sign-in session lasts without being used, in days.
    session_days: float = 90
    #: Where people reach the web app, without a slash at the end: what links begin with.
    origin: str = "http://localhost:8000"
    #: How far the viewer's log reached before anything else of this operation was read.
    position: Position | None = None
    #: What the operation was reckoned to cost before it ran.
    cost: int = 0
    #: How many objects were shown so far.
    objects: int = 0
    #: The mutation fields that were run, in their order.
    mutations: list[Mutated] = field(default_factory=list)
    #: The execution, once it waits for something.
    running: Future[Any] | None = None
    _loaders: "Loaders | None" = None

    @property
    def signed_in(self) -> Viewer:
        """Raises Unauthenticated where nobody is."""
        if self.viewer is None:
            raise Unauthenticated
        return self.viewer

    @property
    def place(self) -> Position:
        if self.position is None:
            raise Unauthenticated
        return self.position

    @property
    def loaders(self) -> "Loaders":
        """Each reads what many fields of one operation need in one statement."""
        if self._loaders is None:
            from schema.loaders import Loaders

            self._loaders = Loaders(self.database, self.signed_in.user_id, self.show)
        return self._loaders

    def show(self, objects: int) -> None:
        """Raises TooManyObjects, and ends the whole execution: else each field would go on to fail for itself."""
        self.objects += objects
        if self.shows_too_much:
            if self.running is not None:
                self.running.cancel()
            raise TooManyObjects

    @property
    def shows_too_much(self) -> bool:
        return self.objects > OBJECTS

    @property
    def now(self) -> datetime:
        """For what is shown and not kept: whether a task is overdue."""
        return self.database.clock() if self.database.clock is not None else datetime.now(UTC)

    async def change[T](self, act: Callable[[Transaction], Awaitable[T]]) -> Outcome[T]:
        """Run an act in the one transaction of this mutation."""
        return await self.log.change(self.signed_in, act, self.correlation_id)

    def fresh(self) -> "Context":
        """The same, with nothing read yet: for the next event of a subscription."""
        return replace(self, objects=0, running=None, _loaders=None)


type Info = strawberry.Info[Context, Any]
