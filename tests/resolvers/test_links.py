"""The links in mails: how long they are good, how often, and what happens where two things happen at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from resolvers.accounts import find_user
from resolvers.channels import adding, changing
from resolvers.channels.confirming import DAY, purge_links
from resolvers.channels.following import confirm, unsubscribe
from resolvers.channels.links import Purpose, link_token
from resolvers.database import Database
from resolvers.errors import BadCredentials, Conflict, LimitExceeded, Unavailable
from resolvers.password_resets import request_reset, reset_password
from resolvers.tables import Channel, ConfirmationLink, Delivery, PasswordReset, User, UserStream
from tests.jobs.people import Hands, People

PASSWORD = "a new horse battery"
EMAIL = "ana@example.com"


class Post:
    """A user, a clock set by hand, and the letters that were queued for them."""

    def __init__(self, database: Database, user: UUID) -> None:
        self.database, self.user = database, user
        self.people = People(database)
        database.clock = self.hands = Hands()

    async def letters(self) -> list[Delivery]:
        async with self.database.read() as session:
            found = await session.exec(select(Delivery).order_by(col(Delivery.created_at)))
            return list(found)

    async def tokens(self) -> list[str]:
        return [row.letter["token"] for row in await self.letters() if row.letter]

    async def add_email(self) -> Channel:
        return await self.people.do(self.user, lambda tx: adding.add_email(tx, EMAIL, ""))

    async def test(self, channel: Channel) -> None:
        await self.people.do(self.user, lambda tx: changing.begin_test(tx, str(channel.id)))

    async def reset(self, token: str) -> None:
        await reset_password(self.people.log, token, PASSWORD)

    async def password_hash(self) -> str:
        async with self.database.read() as session:
            return (await session.get_one(User, self.user)).password_hash


@pytest.fixture
async def post(database: Database) -> Post:
    user = await People(database).join()
    async with database.transaction() as session:
        await session.execute(
            sa.update(User).where(col(User.id) == user).values(email=EMAIL, email_key=EMAIL)
        )
        assert await find_user(session, EMAIL) is not None
    return Post(database, user)


async def request(post: Post) -> bool:
    return await request_reset(post.database, EMAIL, sends_mail=True)


async def until_somebody_waits(database: Database) -> None:
    """For a lock of PostgreSQL's. On SQLite writers queue for the one connection, without a lock to see."""
    if database.is_sqlite:
        return
    async with asyncio.timeout(10):
        while True:
            async with database.read() as session:
                waiting = await session.execute(
                    sa.text(
                        "SELECT count(*) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    )
                )
                if waiting.scalar_one():
                    return
            await asyncio.sleep(0.01)


async def test_a_reset_link_is_good_for_an_hour(post: Post):
    await request(post)
    (token,) = await post.tokens()
    post.hands.go(minutes=60)
    with pytest.raises(BadCredentials):
        await post.reset(token)
    assert await post.password_hash() == ""
    await request(post)
    *_, later = await post.tokens()
    post.hands.go(minutes=59, seconds=59)
    await post.reset(later)
    assert await post.password_hash() != ""


async def test_only_the_hash_of_a_reset_link_is_kept(post: Post):
    await request(post)
    (token,) = await post.tokens()
    async with post.database.read() as session:
        (kept,) = (await session.exec(select(PasswordReset))).all()
    assert token not in str(kept.model_dump())


async def test_of_two_who_use_one_link_at_once_one_does(post: Post):
    await request(post)
    (token,) = await post.tokens()
    outcomes = await asyncio.gather(post.reset(token), post.reset(token), return_exceptions=True)
    assert sorted(type(each) for each in outcomes if each is not None) == [BadCredentials]


async def test_many_who_ask_at_once_are_sent_three_links(post: Post):
    outcomes = await asyncio.gather(*(request(post) for _ in range(8)))
    assert sum(outcomes) == len(await post.letters()) == 3
    post.hands.go(minutes=60, seconds=1)
    assert await request(post)


async def test_a_good_link_is_not_called_bad_because_somebody_else_changes_something(post: Post):
    await request(post)
    (token,) = await post.tokens()
    async with post.database.transaction() as session:
        await session.execute(
            sa.select(col(UserStream.user_id)).where(col(UserStream.user_id) == post.user).with_for_update()
        )
        with pytest.raises(Unavailable):
            await post.reset(token)
    await post.reset(token)


async def test_a_confirm_link_is_good_for_three_days(post: Post):
    channel = await post.add_email()
    link = link_token(channel, Purpose.CONFIRM)
    post.hands.go(days=3, seconds=1)
    assert await confirm(post.database, link) is None
    await post.add_email()
    post.hands.go(days=3)
    assert await confirm(post.database, link) == EMAIL
    post.hands.go(days=30)
    assert await confirm(post.database, link) == EMAIL  # it is, already


async def test_the_links_of_one_purpose_are_not_those_of_another(post: Post):
    channel = await post.add_email()
    assert await confirm(post.database, link_token(channel, Purpose.UNSUBSCRIBE)) is None
    assert not await unsubscribe(post.database, link_token(channel, Purpose.CONFIRM))


@pytest.mark.parametrize("follow", [confirm, unsubscribe])
async def test_a_link_of_a_channel_that_is_being_removed(
    post: Post, follow: Callable[[Database, str], Awaitable[object]]
):
    channel = await post.add_email()
    purpose = Purpose.CONFIRM if follow is confirm else Purpose.UNSUBSCRIBE
    link = link_token(channel, purpose)
    async with post.database.transaction() as session:
        await session.execute(sa.delete(Channel).where(col(Channel.id) == channel.id))
        following = asyncio.ensure_future(follow(post.database, link))
        await until_somebody_waits(post.database)
    assert not await following


async def test_three_links_an_hour_are_sent_to_one_channel(post: Post):
    channel = await post.add_email()
    for _ in range(2):
        with pytest.raises(LimitExceeded, match="in a minute"):
            await post.add_email()
        post.hands.go(minutes=2)
        await post.test(channel)
    post.hands.go(minutes=2)
    with pytest.raises(LimitExceeded, match="in an hour"):
        await post.test(channel)
    assert len(await post.letters()) == 3
    post.hands.go(hours=1)
    await post.test(channel)
    assert len(await post.letters()) == 4


async def test_an_address_is_sent_few_links_whoever_asks_for_them(post: Post):
    async def join_and_add() -> None:
        user = await post.people.join()
        await post.people.do(user, lambda tx: adding.add_email(tx, EMAIL, ""))

    channel = await post.add_email()
    await post.people.do(post.user, lambda tx: changing.remove_channel(tx, str(channel.id)))
    await post.add_email()
    await join_and_add()
    with pytest.raises(LimitExceeded, match="in an hour"):
        await join_and_add()
    user = await post.people.join()
    await post.people.do(user, lambda tx: adding.add_email(tx, "bob@example.com", ""))
    for _ in range(7):
        post.hands.go(minutes=61)
        await join_and_add()
    post.hands.go(minutes=61)
    with pytest.raises(LimitExceeded, match="tomorrow"):
        await join_and_add()
    post.hands.go(days=1)
    await join_and_add()


async def test_an_address_is_the_same_in_any_letters_and_from_any_account(post: Post):
    async def add(user: UUID, address: str) -> None:
        await post.people.do(user, lambda tx: adding.add_email(tx, address, ""))

    for address in ("ana@example.com", "Ana@example.com", "aNa@Example.com"):
        user = await post.people.join()
        await add(user, address)
        async with post.database.transaction() as session:
            await session.execute(sa.delete(User).where(col(User.id) == user))
    with pytest.raises(LimitExceeded):
        await add(post.user, "ANA@example.com")


async def test_of_many_accounts_that_ask_at_once_three_are_sent_a_link(post: Post):
    users = [await post.people.join() for _ in range(8)]
    outcomes = await asyncio.gather(
        *(post.people.do(user, lambda tx: adding.add_email(tx, EMAIL, "")) for user in users),
        return_exceptions=True,
    )
    assert sum(isinstance(each, LimitExceeded) for each in outcomes) == 5
    assert len(await post.letters()) == 3


async def test_what_counts_no_more_is_forgotten(post: Post):
    await post.add_email()
    for after, left in ((DAY, 1), (DAY + timedelta(seconds=1), 0)):
        async with post.database.transaction() as session:
            await purge_links(session, post.hands.now + after)
            assert len((await session.exec(select(ConfirmationLink))).all()) == left


async def test_links_that_reset_the_password_do_not_count_as_links_to_an_address(post: Post):
    for _ in range(3):
        await request(post)
    for number in range(5):
        await post.people.do(
            post.user, lambda tx, number=number: adding.add_email(tx, f"ana{number}@example.com", "")
        )
    with pytest.raises(LimitExceeded):
        await post.add_email()


async def test_no_link_is_said_to_be_sent_while_its_channel_is_off(post: Post):
    channel = await post.add_email()
    assert await unsubscribe(post.database, link_token(channel, Purpose.UNSUBSCRIBE))
    before = len(await post.letters())
    post.hands.go(minutes=2)
    with pytest.raises(Conflict, match="switched off"):
        await post.test(channel)
    assert len(await post.letters()) == before
    await post.people.do(
        post.user,
        lambda tx: changing.update_channel(tx, str(channel.id), changing.ChannelChange(enabled=True)),
    )
    await post.test(channel)
    assert len(await post.letters()) == before + 1


async def test_what_ipv6_and_ports_look_like(post: Post):
    for url in ("https://[2606:4700::1111]:8443/hook?key=secret", "https://example.com/hook?key=secret"):
        channel, _ = await post.people.do(
            post.user, lambda tx, url=url: adding.add_webhook(tx, url, "", None)
        )
        assert changing.target(channel) == url.partition("?")[0]


async def test_nothing_of_it_is_left_with_the_account(post: Post):
    await request(post)
    await post.add_email()
    async with post.database.transaction() as session:
        await session.execute(sa.delete(User).where(col(User.id) == post.user))
    async with post.database.read() as session:
        for table in (Channel, Delivery, PasswordReset):
            assert (await session.exec(select(table))).all() == []
