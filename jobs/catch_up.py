"""Deals with what users' logs hold beyond the consumer's positions, in order and without a gap.

The effects of events, the note of them in the inbox and the user's new position are one transaction. What an effect
fails at stops its user's log alone.
"""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs import traces
from jobs.dead_letters import letter_of_event
from jobs.effects import Effect, EffectFailed, apply_effects
from jobs.log_fields import log_fields
from jobs.retries import Retries
from resolvers.database import Database
from resolvers.log.dead_letters import add_letters
from resolvers.log.events import SCHEMA_VERSION, Event
from resolvers.log.inbox import DEAD, DONE, Logged, lock_positions, move_positions, note, read_beyond
from resolvers.tables import DeadLetter

log = structlog.get_logger()

#: Of one transaction, and users in it.
CHUNK_EVENTS = 500

consumed_total = Counter(
    "taskflow_consumed_total",
    "done, dead and unknown type: events; repeated and foreign: messages about nothing new, or nothing of ours.",
    ["outcome"],
)

#: The numbers that messages named, by user. What is dealt with, or waits for another try, is taken out.
type Told = defaultdict[UUID, list[int]]


class NewerVersion(Exception):
    """A later release wrote it, in a form that this one can't read."""


class CatchUp:
    """name: the consumer's; on_trouble: called when an event failed, or became a dead letter."""

    def __init__(
        self,
        database: Database,
        effects: Sequence[Effect],
        name: str,
        retries: Retries,
        on_trouble: Callable[[], None],
    ) -> None:
        self._database = database
        self._effects = effects
        self._name = name
        self._retries = retries
        self._on_trouble = on_trouble

    async def go_on(self, users: Sequence[UUID], told: Told) -> None:
        """As far as their logs go, or to where they stand still. Raises Unavailable."""
        for start in range(0, len(users), CHUNK_EVENTS):
            await self._go_on(users[start : start + CHUNK_EVENTS], told)

    async def _go_on(self, users: Sequence[UUID], told: Told) -> None:
        try:
            while await self._advance(users, told):
                pass
        except EffectFailed as failure:
            self._retries.failed(failure)
            told.pop(failure.event.user_id, None)
            self._on_trouble()
            # The halves find whom else it fails for. What comes before the failure is done without it.
            middle = len(users) // 2
            for half in (users[:middle], users[middle:]) if middle else (users,):
                await self._go_on(half, told)

    async def _advance(self, users: Sequence[UUID], told: Told) -> bool:
        """Deal with some of their events in one transaction; returns whether there may be more.

        Raises EffectFailed and Unavailable: then nothing was done.
        """
        async with self._database.transaction() as session:
            positions = await lock_positions(session, self._name, users)
            read = await read_beyond(session, self._name, positions.keys(), CHUNK_EVENTS)
            taken = [logged for logged in read if self._retries.admits(logged)]
            outcomes = await self._take(session, taken) if taken else Tally()
        for outcome, count in outcomes.items():
            consumed_total.labels(outcome).inc(count)
        if outcomes["dead"]:
            self._on_trouble()
        more = bool(taken) and len(read) == CHUNK_EVENTS
        reached = positions | {logged.user_id: logged.seq for logged in taken}
        for user_id, seq in reached.items():
            if self._retries.passed(user_id, seq):
                more = True
            if user_id in told:
                consumed_total.labels("repeated").inc(
                    sum(each <= positions[user_id] for each in told[user_id])
                )
                told[user_id] = [each for each in told[user_id] if each > seq]
        if len(read) < CHUNK_EVENTS:
            # The account may be gone, or the log what it was at a backup.
            for user_id in set(users) - {logged.user_id for logged in read}:
                self._retries.forget(user_id)
        return more

    async def _take(self, session: AsyncSession, taken: Sequence[Logged]) -> Tally[str]:
        """Each event's effects, and the note that they are done; returns how many had which outcome."""
        now = await self._database.now(session)
        events = [logged.event for logged in taken if logged.event is not None]
        letters = {event.event_id: letter for event in events if (letter := self._given_up(event, now))}
        statuses = [(event, DEAD if event.event_id in letters else DONE) for event in events]
        fresh = await note(session, self._name, statuses, now)
        for event in events:
            if event.event_id in fresh and event.event_id not in letters:
                with (
                    structlog.contextvars.bound_contextvars(**log_fields(event)),
                    traces.after("consume", "consumer", event),
                ):
                    await apply_effects(self._effects, session, event)
                    log.debug("event_consumed", type=event.type)
        dead = await add_letters(session, [letter for id_, letter in letters.items() if id_ in fresh])
        await move_positions(session, self._name, {logged.user_id: logged.seq for logged in taken})
        outcomes = {"done": len(fresh) - len(dead), "dead": len(dead), "repeated": len(events) - len(fresh)}
        return Tally(outcomes | {"unknown type": len(taken) - len(events)})

    def _given_up(self, event: Event, now: datetime) -> DeadLetter | None:
        if event.schema_version > SCHEMA_VERSION:
            error = NewerVersion(f"a later release wrote it, in version {event.schema_version}")
            return letter_of_event(self._name, event, error, 1, now)
        stop = self._retries.stop_at(event)
        if stop is None or not stop.given_up:
            return None
        return letter_of_event(self._name, event, stop.error, stop.tries, now)
