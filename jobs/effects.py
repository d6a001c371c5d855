"""What must happen once for an event, such as telling somebody of it."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from prometheus_client import Histogram
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs import traces
from resolvers.database import outages_as_unavailable
from resolvers.errors import Unavailable
from resolvers.log.events import Event

#: Shorter than the database suffers an idle transaction.
EFFECT_TIMEOUT_SECONDS = 10.0

effect_seconds = Histogram("taskflow_effect_seconds", "How long an effect of an event took.", ["effect"])


class Effect(Protocol):
    """What it does is rows, in the transaction that notes the event as done: so both happen, or neither does.

    What leaves the database, such as a web push, is a row first, and sent by somebody else.
    """

    def wants(self, event: Event) -> bool: ...

    async def apply(self, session: AsyncSession, event: Event) -> None:
        """What it raises undoes the whole transaction, and it is called again."""
        ...


class EffectFailed(Exception):
    """`error` is what the effect raised about the event."""

    def __init__(self, event: Event, error: BaseException) -> None:
        super().__init__(str(event.event_id))
        self.event = event
        self.error = error


async def apply_effects(effects: Iterable[Effect], session: AsyncSession, event: Event) -> None:
    """Raises EffectFailed, and Unavailable where it was the database."""
    for effect in effects:
        try:
            if effect.wants(event):
                name = type(effect).__name__
                with effect_seconds.labels(name).time(), traces.within(f"effect {name}"):
                    await _apply(effect, session, event)
        except Unavailable as unavailable:
            # An effect may have a connection of its own to something else.
            if isinstance(unavailable.__cause__, OSError):
                raise EffectFailed(event, unavailable.__cause__) from unavailable
            raise
        except Exception as error:
            raise EffectFailed(event, error) from error


async def _apply(effect: Effect, session: AsyncSession, event: Event) -> None:
    async with asyncio.timeout(EFFECT_TIMEOUT_SECONDS), outages_as_unavailable():
        await effect.apply(session, event)
        # What is wrong with its rows is said here, and not when it is another one's turn.
        await session.flush()
