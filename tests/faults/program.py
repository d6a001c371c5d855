"""`python -m tests.faults.program serve`: the server with places in it where a test can have it fail.

A test arms a place by a file of its name in DATA_DIR/failpoints, which says what is to happen. Who comes by takes the
file away first, so that each happens once, and a test sees that it did:

    kill         as kill -9 does; `kill 0.1` at each tenth pass
    stop         as kill -STOP does, until somebody continues it
    block 3      the event loop stands still for so many seconds
    raise        an error that nobody expects

With SHAKEN in the environment, the bus loses, doubles and mixes up what it is given.
"""

import asyncio
import contextlib
import functools
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from graphql_api import __main__, wiring
from jobs import publishing, ringing
from jobs.bus import Bus, Message
from jobs.effects import Effect
from resolvers.database import Database
from resolvers.errors import Unavailable
from resolvers.log import transaction
from resolvers.log.events import Event

LOOP_SECONDS = 0.05
#: Of the messages of a shaken bus.
LEFT_OUT = 0.25
#: An event of a thing with a title that begins so is one that the effect can't deal with.
POISON = "poison"
EFFECTS = "CREATE TABLE IF NOT EXISTS test_effects (event_id TEXT NOT NULL, process INTEGER NOT NULL)"


class Failpoints:
    folder: ClassVar[Path]

    @classmethod
    def pass_by(cls, name: str) -> None:
        place = cls.folder / name
        try:
            what, _, argument = place.read_text(encoding="utf-8").partition(" ")
            if what == "kill" and argument and random.random() > float(argument):
                return
            place.unlink()
        except FileNotFoundError:
            return
        match what:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "block":
                time.sleep(float(argument))
            case "raise":
                raise RuntimeError(f"failpoint {name}")
            case _:
                raise AssertionError(f"{place} says {what!r}")


class Counted:
    """Notes in `test_effects` which process dealt with an event. No key forbids doubles: they would be seen."""

    def wants(self, event: Event) -> bool:
        return True

    async def apply(self, session: AsyncSession, event: Event) -> None:
        if str(event.data.get("title", "")).startswith(POISON):
            raise ValueError("an event that nobody can deal with")
        await session.execute(
            sa.text("INSERT INTO test_effects (event_id, process) VALUES (:event_id, :process)"),
            {"event_id": str(event.event_id), "process": os.getpid()},
        )
        Failpoints.pass_by("in_effect")


class Shaken:
    """A bus that takes everything, keeps a quarter to itself, and brings the rest up to three times, in any order."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._window: list[Message] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bus, name)

    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if random.random() >= LEFT_OUT:
                self._window += [message] * random.randint(1, 3)
        random.shuffle(self._window)
        going = self._window[: len(self._window) // 2]
        await self._bus.publish(going)
        del self._window[: len(going)]


def passing(before: str = "", after: str = "") -> Callable[[Any], Any]:
    """Wrap a coroutine function with failpoints."""

    def wrap(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(function)
        async def wrapped(*arguments: Any, **named: Any) -> Any:
            if before:
                Failpoints.pass_by(before)
            answer = await function(*arguments, **named)
            if after:
                Failpoints.pass_by(after)
            return answer

        return wrapped

    return wrap


def install() -> None:
    """What a place is called, and where it is."""
    # Rows and events are written, and nothing is committed.
    transaction._write = passing(after="before_commit")(transaction._write)
    # All is committed, and nobody knows.
    announce = transaction.Log.announce

    def announce_or_fail(self: transaction.Log, committed: transaction.Committed) -> None:
        Failpoints.pass_by("after_commit")
        announce(self, committed)

    transaction.Log.announce = announce_or_fail  # type: ignore[method-assign]
    # The bus has it, and the log does not say so.
    publisher = publishing.Publisher
    publisher.publish = passing(after="after_publish")(publisher.publish)  # type: ignore[method-assign]
    # Due reminders are locked, and marked as rung in a transaction that is still open.
    ringing.ring_due = passing(after="in_ring")(ringing.ring_due)
    if os.environ.get("SHAKEN"):
        open_bus = wiring.open_bus
        wiring.open_bus = lambda settings: cast(Bus, Shaken(open_bus(settings)))
    wiring.Parts.start = _started_with(wiring.Parts.start)  # type: ignore[method-assign]

    def open_effects(database: Database, on_queued: Callable[[], None]) -> list[Effect]:
        return [*opened(database, on_queued), Counted()]

    opened = wiring.open_effects
    wiring.open_effects = open_effects


def _started_with(
    start: Callable[[wiring.Parts], Awaitable[None]],
) -> Callable[[wiring.Parts], Awaitable[None]]:
    async def loop() -> None:
        while True:
            Failpoints.pass_by("loop")
            await asyncio.sleep(LOOP_SECONDS)

    async def started(parts: wiring.Parts) -> None:
        with contextlib.suppress(Unavailable):
            async with parts.database.transaction() as session:
                await session.execute(sa.text(EFFECTS))
        await start(parts)
        parts.supervisor.run("failpoints", loop)

    return started


if __name__ == "__main__":
    Failpoints.folder = Path(os.environ.get("DATA_DIR", "data")) / "failpoints"
    install()
    sys.exit(__main__.main())
