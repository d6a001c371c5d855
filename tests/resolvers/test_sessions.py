"""The chain of refresh tokens, at a clock that is set by hand."""

from datetime import timedelta

from resolvers.sessions import GRACE, Grant, begin_session, refresh
from tests.resolvers.life import Life

LIFETIME = timedelta(days=90)


async def begin(life: Life) -> str:
    async with life.database.transaction() as session:
        return begin_session(session, life.user, "", life.now, LIFETIME).refresh_token


async def use(life: Life, token: str) -> str | None:
    """The successor; None where the session has ended, be it by this."""
    async with life.database.transaction() as session:
        grant = await refresh(session, token, life.now, LIFETIME)
    return grant.refresh_token if isinstance(grant, Grant) else None


async def test_the_token_just_replaced_answers_the_same_for_ten_seconds(life: Life):
    first = await begin(life)
    second = await use(life, first)
    life.now += GRACE
    assert second is not None
    assert await use(life, first) == second
    assert await use(life, second) is not None


async def test_after_ten_seconds_it_ends_the_session_for_everybody(life: Life):
    first = await begin(life)
    second = await use(life, first)
    life.now += GRACE + timedelta(milliseconds=1)
    assert second is not None
    assert await use(life, first) is None
    assert await use(life, second) is None


async def test_within_ten_seconds_only_the_one_just_replaced_is_answered(life: Life):
    first = await begin(life)
    second = await use(life, first)
    assert second is not None
    third = await use(life, second)
    assert third is not None
    assert await use(life, first) is None
    assert await use(life, third) is None


async def test_being_used_again_puts_no_end_off(life: Life):
    """Or who shows a token every few seconds could go on doing so for ever."""
    first = await begin(life)
    await use(life, first)
    answers = []
    for _ in range(3):
        life.now += GRACE * 0.4
        answers.append(await use(life, first) is not None)
    assert answers == [True, True, False]


async def test_a_session_that_nobody_used_for_its_time_is_over(life: Life):
    first = await begin(life)
    life.now += LIFETIME
    assert await use(life, first) is None
