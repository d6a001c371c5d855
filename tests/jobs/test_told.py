"""Who is told of what, and of what no more; and letters of our own."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from jobs.channels import SendFailed
from jobs.channels.notify import Notify
from resolvers.deliveries.queue import queue_letter
from resolvers.log.event_log import read_after
from resolvers.log.transaction import Transaction
from resolvers.reminders.change import snooze_reminder
from resolvers.tables import Channel, Delivery, Reminder, User
from resolvers.tasks import complete_task, delete_task
from tests.jobs.office import Office


async def complete(tx: Transaction, reminder: Reminder) -> None:
    await complete_task(tx, str(reminder.task_id), None)


async def delete(tx: Transaction, reminder: Reminder) -> None:
    await delete_task(tx, str(reminder.task_id), None)


async def snooze(tx: Transaction, reminder: Reminder) -> None:
    await snooze_reminder(tx, str(reminder.id), tx.now + timedelta(hours=1), None)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (complete, "The task was done before this could be sent."),
        (delete, "The task was deleted before this could be sent."),
        (snooze, "The reminder was put off before this could be sent."),
    ],
)
async def test_people_are_not_told_of_what_is_over_but_programs_are(
    office: Office, act: Callable[[Transaction, Reminder], Awaitable[None]], reason: str
):
    user = await office.people.join()
    person, program = await office.channel(user, "EMAIL"), await office.channel(user, "WEBHOOK")
    await office.ring(user)
    office.hands.go(seconds=1)
    await office.people.do(user, lambda tx: _with_reminder(tx, act))
    await office.work()
    assert [channel for channel, _ in office.post.parcels] == [program]
    rows = {row.channel_id: row for row in await office.rows()}
    assert (rows[person].status, rows[person].failure) == ("FAILED", reason)
    assert rows[program].status == "SENT"
    # That is not the channel's fault.
    assert (await office.read_channel(person)).failed_at is None


async def test_of_several_late_ones_those_that_are_over_are_left_out(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 5, ago=timedelta(minutes=30))
    await office.people.do(user, lambda tx: _with_reminder(tx, delete))
    office.hands.go(seconds=3)
    await office.work()
    assert [len(parcel.notices) for _, parcel in office.post.parcels] == [4]
    assert sorted(await office.statuses()) == ["FAILED", *["SENT"] * 4]


async def test_a_channel_gets_the_types_that_it_is_for(office: Office):
    user = await office.people.join()
    every, rings = await office.channel(user, "WEBHOOK"), await office.channel(user, "WEBHOOK")
    await _change(office, every, types=["reminder.triggered", "task.created"])
    await office.ring(user)
    await office.work()
    told = [(channel, parcel.notices[0].event.type) for channel, parcel in office.post.parcels]
    assert sorted(told) == sorted(
        [(every, "task.created"), (every, "reminder.triggered"), (rings, "reminder.triggered")]
    )


@pytest.mark.parametrize("how", ["later", "never", "off"])
async def test_a_channel_hears_nothing_unless_it_was_confirmed_before_and_is_on(office: Office, how: str):
    user = await office.people.join()
    channel = await office.channel(user)
    later = office.hands.now + timedelta(seconds=1)
    changes: dict[str, dict[str, Any]] = {
        "later": {"confirmed_at": later},
        "never": {"confirmed_at": None},
        "off": {"enabled": False},
    }
    await _change(office, channel, **changes[how])
    await office.ring(user)
    office.hands.go(seconds=1)
    assert await office.rows() == []
    if how == "later":
        await office.ring(user)
        assert len(await office.rows()) == 1


async def test_who_has_no_channel_costs_one_query_in_a_transaction(office: Office):
    user = await office.people.join()
    await office.ring(user, 10)
    async with office.database.read() as session:
        events = await read_after(session, user, 0, 1000)
    assert len(events) > 10
    statements: list[str] = []

    @sa.event.listens_for(office.database.writer.sync_engine, "before_cursor_execute")
    def count(*arguments: Any) -> None:
        statements.append(arguments[2])

    async with office.database.transaction() as session:
        for event in events:
            await Notify(office.database, lambda: None).apply(session, event)
    queries = [statement for statement in statements if not statement.startswith("BEGIN")]
    assert len(queries) == 1
    assert "channels" in queries[0]


async def test_the_loop_is_woken_once_the_rows_are_there(office: Office):
    user = await office.people.join()
    await office.channel(user)
    await office.ring(user, 3)
    order: list[str] = []
    sa.event.listen(office.database.writer.sync_engine, "commit", lambda _: order.append("commit"))
    async with office.database.read() as session:
        events = await read_after(session, user, 0, 1000)
    async with office.database.transaction() as session:
        for event in events:
            await Notify(office.database, lambda: order.append("wake")).apply(session, event)
    assert order == ["commit", "wake"]


class Letters:
    def __init__(self, office: Office, error: SendFailed | None = None) -> None:
        self.sent: list[tuple[UUID, Mapping[str, Any], UUID | None, UUID]] = []
        self.error = error
        office.courier.send_letter = self.send  # type: ignore[method-assign]

    async def send(self, key: UUID, letter: Mapping[str, Any], channel: Channel | None, user: User) -> None:
        self.sent.append((key, letter, channel and channel.id, user.id))
        if self.error is not None:
            raise self.error


async def test_a_letter_is_sent_once_and_its_secret_forgotten(office: Office):
    user = await office.people.join()
    letters = Letters(office)
    await _queue(office, user, None, {"kind": "reset", "token": "secret"})
    await office.work()
    await office.work()
    (row,) = await office.rows()
    assert letters.sent == [(row.id, {"kind": "reset", "token": "secret"}, None, user)]
    async with office.database.read() as session:
        nothing = await session.exec(select(Delivery.id).where(col(Delivery.letter).is_(sa.null())))
        assert nothing.all() == [row.id]
    assert row.status == "SENT"


async def test_a_letter_is_tried_again_and_a_link_that_is_no_good_is_not_sent(office: Office):
    user = await office.people.join()
    letters = Letters(office, SendFailed("Later."))
    await _queue(office, user, None, {"kind": "reset", "token": "secret"})
    await office.work()
    office.hands.go(minutes=59)
    await office.work()
    assert len(letters.sent) == 2
    assert len({key for key, *_ in letters.sent}) == 1
    letters.error = None
    office.hands.go(minutes=1)
    await office.work()
    assert len(letters.sent) == 2
    (row,) = await office.rows()
    assert (row.status, row.failure, row.letter) == ("FAILED", "Its link is not good any more.", None)


async def test_a_link_is_not_sent_to_an_address_that_was_confirmed_meanwhile(office: Office):
    user = await office.people.join()
    letters = Letters(office)
    confirmed, other = await office.channel(user), await office.channel(user)
    await _change(office, other, confirmed_at=None)
    for channel in (confirmed, other):
        await _queue(office, user, channel, {"kind": "confirm"})
    await office.work()
    assert [channel for _, _, channel, _ in letters.sent] == [other]


async def test_channels_that_fail_hold_up_no_letter_of_the_account(office: Office):
    user = await office.people.join()
    letters = Letters(office)
    channel = await office.channel(user)
    await office.ring(user, 5)
    await _change(office, channel, rests_until=office.hands.now + timedelta(hours=1), failures=9)
    await _queue(office, user, None, {"kind": "reset", "token": "secret"})
    await office.work()
    assert len(letters.sent) == 1
    assert office.post.parcels == []


async def test_what_an_account_leaves_behind_is_nothing(office: Office):
    """Also where its message is just being sent."""
    user, other = await office.people.join(), await office.people.join()
    for each in (user, other):
        await office.channel(each)
        await office.ring(each)

    async def leave(channel: Channel, _: object) -> None:
        if channel.user_id == user:
            async with office.database.transaction() as session:
                await session.execute(sa.delete(User).where(col(User.id) == user))

    office.post.answer = leave
    await office.work()
    assert [row.user_id for row in await office.rows()] == [other]
    assert await office.statuses() == ["SENT"]


async def _with_reminder(tx: Transaction, act: Callable[[Transaction, Reminder], Awaitable[None]]) -> None:
    reminder = (await tx.session.exec(select(Reminder).where(col(Reminder.user_id) == tx.user_id))).first()
    assert reminder is not None
    await act(tx, reminder)


async def _change(office: Office, channel: UUID, **columns: Any) -> None:
    async with office.database.transaction() as session:
        await session.execute(sa.update(Channel).where(col(Channel.id) == channel).values(**columns))


async def _queue(office: Office, user: UUID, channel: UUID | None, letter: dict[str, Any]) -> None:
    async with office.database.transaction() as session:
        await queue_letter(session, user, channel, letter, office.hands.now)
