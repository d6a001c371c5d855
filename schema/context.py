"""What one operation may use, as the fields see it."""

from asyncio import Future, Lock
from collections.abc import AsyncIterable, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Never, Protocol

import strawberry

from resolvers.database import Database
from resolvers.errors import RateLimited, Unauthenticated, Unavailable
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
#: Of one answer. The web app's largest tell of the 200 tasks that it changes at once and the 100 of a page: a description
#: has up to 20,000 characters, which are 120,000 bytes at the very worst.
ANSWER_BYTES = 24 * 2**20
#: Of what one event is to a subscription: as much as a socket's queue holds.
EVENT_BYTES = 2**20
#: Room is asked for in steps of so many bytes; what most answers have is not worth asking for.
ROOM_BYTES = 262_144


class TooMuch(Exception):
    """The operation shows more than one may: `what`, in words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Room(Protocol):
    """What the server holds of answers until they are read."""

    def take(self, bytes_: int, *, may_refuse: bool = True) -> None:
        """Hold so many more. Raises RateLimited where the caller has too many, Unavailable where all have."""
        ...


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
    #: None where nobody waits for the answer: it is one of an event, for whoever has room.
    room: Room | None = None
    most_bytes: int = ANSWER_BYTES
    #: Of the answer so far, and of the texts that were read for it.
    bytes: int = 0
    #: Up to here there is room for them.
    granted: int = ROOM_BYTES
    #: Held while a page of long texts is read and weighed, so that there is one too many at most, and none is being read
    #: when the execution ends: the database would lose its connection.
    one_page: Lock = field(default_factory=Lock)
    #: The mutation fields that were run, in their order.
    mutations: list[Mutated] = field(default_factory=list)
    #: The execution, once it waits for something.
    running: Future[Any] | None = None
    #: Why the whole execution was ended.
    ended_by: Exception | None = None
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

            self._loaders = Loaders(self.database, self.signed_in.user_id, self.show, self.weigh)
        return self._loaders

    def show(self, objects: int) -> None:
        """Raises TooMuch."""
        self.objects += objects
        if self.objects > OBJECTS:
            self.end(TooMuch(f"more than {OBJECTS:,} objects"))

    def weigh(self, bytes_: int) -> None:
        """Raises TooMuch, RateLimited, Unavailable."""
        self.bytes += bytes_
        if self.bytes > self.granted:
            self._take_room()

    @property
    def too_large(self) -> TooMuch:
        return TooMuch(f"an answer of more than {self.most_bytes:,} bytes")

    def end(self, why: Exception) -> Never:
        """Ends the whole execution: else each field would go on to fail for itself."""
        self.ended_by = self.ended_by or why
        if self.running is not None:
            self.running.cancel()
        raise why

    def _take_room(self) -> None:
        if self.bytes > self.most_bytes:
            self.end(self.too_large)
        more = -(-(self.bytes - self.granted) // ROOM_BYTES) * ROOM_BYTES
        if self.room is not None:
            try:
                # What a mutation has done is told.
                self.room.take(more, may_refuse=not self.mutations)
            except (RateLimited, Unavailable) as refusal:
                self.end(refusal)
        self.granted += more

    @property
    def now(self) -> datetime:
        """For what is shown and not kept: whether a task is overdue."""
        return self.database.clock() if self.database.clock is not None else datetime.now(UTC)

    async def change[T](self, act: Callable[[Transaction], Awaitable[T]]) -> Outcome[T]:
        """Run an act in the one transaction of this mutation."""
        return await self.log.change(self.signed_in, act, self.correlation_id)

    def fresh(self) -> "Context":
        """The same, with nothing read yet: for the next event of a subscription."""
        return replace(
            self,
            objects=0,
            room=None,
            bytes=0,
            granted=ROOM_BYTES,
            running=None,
            ended_by=None,
            _loaders=None,
        )


type Info = strawberry.Info[Context, Any]
