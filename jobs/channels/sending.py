"""From claimed deliveries to messages, and what comes of each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from prometheus_client import Counter, Histogram
from sqlmodel.ext.asyncio.session import AsyncSession

from jobs.attempts import LATENESS_SECONDS
from jobs.channels import Gone, Notice, Parcel, Refused, SendFailed
from jobs.channels.courier import Courier
from resolvers.channels.kinds import FOR_PEOPLE
from resolvers.database import Database
from resolvers.deliveries import outcome
from resolvers.deliveries.claim import Claimed, claim_due, claim_late
from resolvers.deliveries.reading import Subject, Told, read_subject
from resolvers.deliveries.room import Lane, Room
from resolvers.tables import Delivery

log = structlog.get_logger()

#: Longer than any sender allows itself.
SEND_SECONDS = 20.0
#: A link that resets a password is good for so long.
RESET_LETTER = timedelta(hours=1)
OUR_FAULT = "Something went wrong on our side."

deliveries_total = Counter(
    "taskflow_deliveries_total", "Attempts to send, by what came of them.", ["kind", "outcome"]
)
delivery_seconds = Histogram(
    "taskflow_delivery_seconds", "From the event to what was sent of it.", ["kind"], buckets=LATENESS_SECONDS
)

#: Notes in the ledger what came of a message.
type Outcome = Callable[[AsyncSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Message:
    """One or more claimed deliveries of one channel that are told of together, the oldest first.

    key       what it is sent with, also when it is sent again
    is_fresh  none of it was ever sent before
    owner     who has the claim on them
    """

    key: UUID
    is_fresh: bool
    owner: UUID
    lane: Lane
    deliveries: Sequence[Delivery]


async def next_messages(
    session: AsyncSession,
    now: datetime,
    limit: int,
    under_way: Iterable[tuple[UUID, Lane]] = (),
    *,
    late_first: bool = True,
) -> list[Message]:
    """Claim what is due, up to `limit` messages, beside what is `under_way`. Late rings are told of together.

    late_first  whether those may take more than half of the places. They must not always: after an outage there may
                be as many of them as there are people, and what is on time would be late by its turn.
    """
    room = Room(under_way)
    first, second = (claim_late, claim_due) if late_first else (claim_due, claim_late)
    claimed = await first(session, now, limit - limit // 2, room)
    if (left := limit - len(claimed)) > 0:
        claimed += await second(session, now, left, room)
    messages = [_message(each) for each in claimed]
    await session.flush()
    return messages


def _message(claimed: Claimed) -> Message:
    (first, *others) = claimed.deliveries
    # Several have a key of their own: under that of one of them, a receiver may have seen that one alone.
    key = first.sent_with or (uuid4() if others else first.id)
    message = Message(key, first.sent_with is None, claimed.owner, claimed.lane, claimed.deliveries)
    for delivery in message.deliveries:
        delivery.sent_with = key
    return message


class Sending:
    def __init__(self, database: Database, courier: Courier) -> None:
        self._database = database
        self._courier = courier

    async def read(self, message: Message) -> Subject | None:
        """What it is about. Raises Unavailable."""
        async with self._database.read() as session:
            return await read_subject(session, message.deliveries, await self._database.now(session))

    async def send(self, message: Message, subject: Subject | None) -> Outcome:
        """Returns what is to be noted, whatever came of it."""
        if subject is None:
            return _nothing
        kind = "LETTER" if subject.channel is None else subject.channel.kind
        not_wanted = {
            each.id: reason for each in message.deliveries if (reason := _why_not(each, subject)) is not None
        }
        sent = [each for each in message.deliveries if each.id not in not_wanted]
        problem: SendFailed | None = None
        if sent:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._hand_over(message.key, sent, subject)
            except SendFailed as failed:
                problem = failed
            except TimeoutError:
                problem = SendFailed("It took too long.")
            except Exception:
                log.exception("sender_failed", kind=kind)
                problem = SendFailed(OUR_FAULT)
        deliveries_total.labels(kind, "not wanted").inc(len(not_wanted))
        return lambda session: self._note(session, kind, message, sent, not_wanted, problem)

    def give_up(self, message: Message) -> Outcome:
        """What is to be noted where something went wrong that nobody foresaw: it is tried again, but not for ever."""
        problem = SendFailed(OUR_FAULT)
        return lambda session: self._note(session, "UNKNOWN", message, message.deliveries, {}, problem)

    async def _hand_over(self, key: UUID, deliveries: Sequence[Delivery], subject: Subject) -> None:
        """Raises SendFailed."""
        (first, *_) = deliveries
        if first.letter is not None:
            await self._courier.send_letter(key, first.letter, subject.channel, subject.user)
            return
        if subject.channel is None:
            raise Refused("There is nothing in it.")
        told: list[Told] = [subject.told[each.id] for each in deliveries]
        notices = [Notice(each.event, each.task) for each in told]
        await self._courier.send(subject.channel, Parcel(key, subject.user, notices))

    async def _note(
        self,
        session: AsyncSession,
        kind: str,
        message: Message,
        sent: Sequence[Delivery],
        not_wanted: dict[UUID, str],
        problem: SendFailed | None,
    ) -> None:
        now = await self._database.now(session)
        if sent:
            await self._note_sending(session, now, kind, message, sent, problem)
        # After those, which lock the channel: whoever removes it locks it first as well.
        for delivery in message.deliveries:
            if (reason := not_wanted.get(delivery.id)) is not None:
                await outcome.note_not_wanted(session, message.owner, [delivery], reason)

    async def _note_sending(
        self,
        session: AsyncSession,
        now: datetime,
        kind: str,
        message: Message,
        sent: Sequence[Delivery],
        problem: SendFailed | None,
    ) -> None:
        owner = message.owner
        if problem is None:
            await outcome.note_sent(session, owner, sent, now)
            deliveries_total.labels(kind, "sent").inc(len(sent))
            for delivery in sent:
                delivery_seconds.labels(kind).observe((now - delivery.created_at).total_seconds())
            log.debug("sent", kind=kind, count=len(sent))
            return
        log.info("not_sent", kind=kind, reason=problem.reason)
        if isinstance(problem, Gone):
            await outcome.note_gone(session, owner, sent, now, problem.reason)
            deliveries_total.labels(kind, "gone").inc(len(sent))
        elif isinstance(problem, Refused) and len(sent) > 1 and message.is_fresh:
            await outcome.note_apart(session, owner, sent, now, problem.reason)
            deliveries_total.labels(kind, "refused together").inc(len(sent))
        elif isinstance(problem, Refused):
            await outcome.note_given_up(session, owner, sent, now, problem.reason)
            deliveries_total.labels(kind, "refused").inc(len(sent))
        else:
            await outcome.note_failed(
                session,
                owner,
                sent,
                now,
                problem.reason,
                problem.retry_after_seconds,
                forget_key=message.is_fresh and not problem.may_have_arrived,
            )
            deliveries_total.labels(kind, "failed").inc(len(sent))


def _why_not(delivery: Delivery, subject: Subject) -> str | None:
    """Why it is not to be sent any more."""
    channel = subject.channel
    if channel is not None and not channel.enabled:
        return "The channel was switched off."
    if delivery.event_id is not None:
        told = subject.told.get(delivery.id)
        if told is None:
            return "The event is no longer kept."
        if channel is None or channel.confirmed_at is None:
            return "The address is not confirmed."
        return told.outdated if channel.kind in FOR_PEOPLE else None
    letter = delivery.letter or {}
    if letter.get("kind") == "confirm" and channel is not None and channel.confirmed_at is not None:
        return "It was confirmed meanwhile."
    if letter.get("kind") == "reset" and delivery.created_at + RESET_LETTER <= subject.now:
        return "Its link is not good any more."
    return None


async def _nothing(session: AsyncSession) -> None:
    """The account or channel is gone, and the deliveries with it."""
