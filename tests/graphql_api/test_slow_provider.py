"""An outside identity provider that is slow: who waits for its keys, for how long, and who does not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from graphql_api.auth import key_set
from graphql_api.auth.key_set import FRESH_SECONDS, RETRY_SECONDS, UNWATCHED_SECONDS
from tests.graphql_api.test_provider import Reader, ours, theirs  # noqa: F401 - fixtures
from tests.support.provider import IdentityProvider

#: Less than a fetch may take.
AT_ONCE_SECONDS = 2


@contextmanager
def slow(provider: IdentityProvider) -> Iterator[None]:
    provider.may_answer.clear()
    yield
    provider.may_answer.set()


@pytest.fixture
async def used(theirs: IdentityProvider, ours: Reader) -> AsyncIterator[Reader]:  # noqa: F811
    """Ours, with the provider's keys of just now."""
    assert await ours.read(theirs.token()) == "ana"
    yield ours
    await ours.provider.keys.close()


async def test_who_has_a_known_key_waits_for_no_fetch(theirs: IdentityProvider, used: Reader):  # noqa: F811
    used.now += FRESH_SECONDS + 1
    with slow(theirs):
        async with asyncio.timeout(AT_ONCE_SECONDS):
            assert [await used.read(theirs.token()) for _ in range(5)] == ["ana"] * 5
            # Nor while it goes on being slow.
            for _ in range(3):
                used.now += RETRY_SECONDS
                assert await used.read(theirs.token()) == "ana"
    await used.settle()
    assert theirs.fetches == 2
    # It was fetched all the same: what was taken back meanwhile is refused.
    old = theirs.token()
    theirs.rotate()
    del theirs.keys["first"]
    used.now += FRESH_SECONDS + 1
    await used.read(old)
    await used.settle()
    assert await used.read(old) == "TokenInvalid"
    assert await used.read(theirs.token()) == "ana"
    assert theirs.fetches == 3


async def test_a_provider_that_never_answers_in_time_holds_nobody_up_until_its_keys_are_too_old(
    theirs: IdentityProvider,  # noqa: F811
    used: Reader,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(key_set, "FETCH_SECONDS", 0.01)
    monkeypatch.setattr(key_set, "STALE_SECONDS", 5 * UNWATCHED_SECONDS)
    with slow(theirs):
        for _ in range(5):
            used.now += UNWATCHED_SECONDS
            async with asyncio.timeout(AT_ONCE_SECONDS):
                assert await used.read(theirs.token()) == "ana"
            await used.settle()
        used.now += UNWATCHED_SECONDS
        assert await used.read(theirs.token()) == "Unavailable"


async def test_an_unknown_key_is_waited_for_by_all_in_one_fetch(theirs: IdentityProvider, used: Reader):  # noqa: F811
    known = theirs.token()
    theirs.rotate()
    used.now += RETRY_SECONDS
    with slow(theirs):
        waiting = [asyncio.create_task(used.read(theirs.token())) for _ in range(10)]
        await asyncio.sleep(0)
        assert used.provider.keys._fetching is not None
        async with asyncio.timeout(AT_ONCE_SECONDS):
            assert await used.read(known) == "ana"
        # Who gives up takes the fetch from nobody.
        waiting[0].cancel()
        await asyncio.wait({waiting[0]})
        assert not any(task.done() for task in waiting[1:])
    assert await asyncio.gather(*waiting[1:]) == ["ana"] * 9
    assert theirs.fetches == 2


async def test_it_is_waited_for_no_longer_than_for_a_fetch(
    theirs: IdentityProvider,  # noqa: F811
    used: Reader,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(key_set, "FETCH_SECONDS", 0.5)
    theirs.rotate()
    used.now += RETRY_SECONDS
    with slow(theirs):
        async with asyncio.timeout(AT_ONCE_SECONDS):
            # The second does not even begin one.
            assert [await used.read(theirs.token()) for _ in range(2)] == ["TokenInvalid"] * 2
    assert theirs.fetches == 2


async def test_after_a_long_silence_a_key_that_was_taken_back_opens_nothing(
    theirs: IdentityProvider,  # noqa: F811
    used: Reader,
):
    """Or who stole one could wait until nobody has come for a while, and be let in once."""
    old = theirs.token()
    theirs.rotate()
    del theirs.keys["first"]
    used.now += UNWATCHED_SECONDS + 1
    assert await used.read(old) == "TokenInvalid"
    assert theirs.fetches == 2
