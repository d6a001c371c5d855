"""What the consumer could not deal with: to the topic of dead letters, and once more where somebody asks for it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import structlog
from prometheus_client import Gauge

from jobs.bus import Bus, BusUnavailable, Message
from jobs.bus.message import BadMessage, UnknownType, decode, encode
from jobs.effects import Effect, EffectFailed, apply_effects
from resolvers.database import Database
from resolvers.log.dead_letters import (
    count_letters,
    is_done,
    is_in_log,
    lock_letter,
    mark_letters_published,
    note_done,
    unpublished_letters,
)
from resolvers.log.events import Event
from resolvers.log.inbox import lock_positions
from resolvers.tables import DeadLetter

log = structlog.get_logger()

ERROR_CHARACTERS = 500
PUBLISH_TIMEOUT_SECONDS = 5.0
#: At once; the others come with the next sweep.
PUBLISHED_LETTERS = 100

waiting_gauge = Gauge(
    "taskflow_dead_letters_waiting", "Dead letters that nobody has retried or dropped, as of the last look."
)


class NoSuchLetter(Exception):
    """It was retried or dropped, or never was."""


class NotRetried(Exception):
    """The letter stays. The message says why, in a sentence for people."""


def letter_of_event(
    consumer: str, event: Event, error: BaseException, attempts: int, now: datetime
) -> DeadLetter:
    return DeadLetter(
        consumer=consumer,
        event_id=event.event_id,
        user_id=event.user_id,
        key=str(event.user_id),
        body=encode(event).body,
        error=error_text(error),
        attempts=attempts,
        created_at=now,
    )


def letter_of_message(consumer: str, message: Message, error: BaseException, now: datetime) -> DeadLetter:
    """Of a message that can't be read. It has the same id however often it comes."""
    content = b"\0".join([consumer.encode(), message.key.encode("utf-8", "replace"), message.body])
    return DeadLetter(
        id=UUID(bytes=blake2b(content, digest_size=16).digest()),
        consumer=consumer,
        key=_storable(message.key),
        body=message.body,
        error=error_text(error),
        attempts=1,
        created_at=now,
    )


def error_text(error: BaseException) -> str:
    return _storable(f"{type(error).__name__}: {error}")[:ERROR_CHARACTERS]


async def publish_letters(database: Database, bus: Bus, consumer: str) -> None:
    """Put those that wait on the bus's topic. Where the bus does not take them, they wait on. Raises Unavailable."""
    async with database.read() as session:
        waiting = await unpublished_letters(session, consumer, PUBLISHED_LETTERS)
        waiting_gauge.set(await count_letters(session, consumer))
    taken = await _hand_over(bus, waiting)
    if taken:
        async with database.transaction() as session:
            await mark_letters_published(session, taken, await database.now(session))


async def _hand_over(bus: Bus, letters: Sequence[DeadLetter]) -> list[UUID]:
    taken = []
    for letter in letters:
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                await bus.publish_dead([Message(letter.key, letter.body)])
        except (BusUnavailable, TimeoutError) as error:
            log.warning("dead_letters_wait", reason=str(error) or type(error).__name__)
            break
        except Exception:
            # It is this one's fault: the others are no worse for it.
            log.exception("dead_letter_not_published", id=str(letter.id))
        else:
            taken.append(letter.id)
    return taken


async def retry(database: Database, effects: Sequence[Effect], id_: UUID) -> None:
    """Apply the effects again, and take the letter away. Raises NoSuchLetter, NotRetried, Unavailable."""
    try:
        async with database.transaction() as session:
            letter = await lock_letter(session, id_)
            if letter is None:
                raise NoSuchLetter
            event = _read(letter)
            if event.user_id not in await lock_positions(session, letter.consumer, [event.user_id]):
                raise NotRetried("its user is not in this database")
            # What we put there ourselves came from the log. Anybody may write to a bus.
            if letter.event_id is None and not await is_in_log(session, event):
                raise NotRetried("it is not an event of this database")
            if not await is_done(session, letter.consumer, event.event_id):
                await apply_effects(effects, session, event)
                await note_done(session, letter.consumer, event, await database.now(session))
            await session.delete(letter)
    except EffectFailed as failure:
        async with database.transaction() as session:
            letter = await lock_letter(session, id_)
            if letter is not None:
                letter.attempts += 1
                letter.error = error_text(failure.error)
        raise NotRetried(f"it failed again: {error_text(failure.error)}") from failure


async def drop(database: Database, id_: UUID) -> None:
    """Nobody will come back to it. Raises NoSuchLetter, Unavailable."""
    async with database.transaction() as session:
        letter = await lock_letter(session, id_)
        if letter is None:
            raise NoSuchLetter
        await session.delete(letter)


def _read(letter: DeadLetter) -> Event:
    try:
        return decode(letter.body)
    except BadMessage as error:
        raise NotRetried(f"it still can't be read ({error})") from error
    except UnknownType as error:
        raise NotRetried(f"this release does not know events of type {error}") from error


def _storable(text: str) -> str:
    """PostgreSQL takes no NUL, and nobody takes half a surrogate pair."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
