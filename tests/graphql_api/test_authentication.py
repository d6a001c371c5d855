"""What is known of a token is not found out again, as long as it still holds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from graphql_api.auth import authentication
from graphql_api.auth.authentication import Authentication
from graphql_api.auth.key_set import FRESH_SECONDS, Key
from graphql_api.auth.provider import Provider
from graphql_api.auth.signing import secret_key
from graphql_api.auth.tokens import TokenExpired, TokenInvalid, Tokens
from resolvers.database import Database
from resolvers.log.transaction import Log
from resolvers.viewer import Viewer
from tests.api.test_batching import listening
from tests.support.keys import new_key
from tests.support.provider import AUDIENCE, IdentityProvider

LIFETIME = timedelta(minutes=15)


class Reader:
    """Ours, with a provider beside, at a clock of the key set's that is set by hand."""

    def __init__(self, database: Database, theirs: IdentityProvider, issuer: str = "taskflow") -> None:
        self.now = 1000.0
        self.tokens = Tokens([secret_key("x" * 32)], issuer, "taskflow", LIFETIME)
        self.provider = Provider(theirs.url, theirs.issuer, AUDIENCE, monotonic=lambda: self.now)
        self.authentication = Authentication(Log(database), self.tokens, self.provider, timedelta(days=90))

    def issue(self, ago: timedelta = timedelta(0)) -> str:
        return self.tokens.issue(Viewer(uuid4(), uuid4()), datetime.now(UTC) - ago)[0]

    async def read(self, token: str, leeway: float = 30) -> Viewer:
        return (await self.authentication.read(token, leeway, "")).viewer

    async def settle(self) -> None:
        """Until what is fetched beside the requests is there."""
        fetching = self.provider.keys._fetching
        assert fetching is not None
        await fetching

    @property
    def remembered(self) -> int:
        return len(self.authentication._verified)


@pytest.fixture
async def theirs() -> AsyncIterator[IdentityProvider]:
    async with IdentityProvider() as provider:
        yield provider


@pytest.fixture
def ours(database: Database, theirs: IdentityProvider) -> Reader:
    return Reader(database, theirs)


async def test_one_of_ours_is_verified_once(ours: Reader):
    token, other = ours.issue(), ours.issue()
    viewer = await ours.read(token)
    ours.tokens.keys = []  # so that nothing could be verified any more
    assert await ours.read(token) == viewer
    with pytest.raises(TokenInvalid):
        await ours.read(other)
    for almost in (token + "=", token[:-1], token.upper(), "\ud800"):
        with pytest.raises(TokenInvalid):
            await ours.read(almost)
    assert ours.remembered == 1


async def test_one_of_theirs_is_verified_and_admitted_once(
    ours: Reader, theirs: IdentityProvider, database: Database
):
    token = theirs.token()
    viewer = await ours.read(token)
    asked: list[object] = []
    with listening(database, asked):
        assert [await ours.read(token) for _ in range(3)] == [viewer] * 3
    assert asked == []


async def test_its_end_is_looked_at_each_time(ours: Reader):
    ended = ours.issue(LIFETIME + timedelta(seconds=10))
    await ours.read(ended)
    with pytest.raises(TokenExpired):
        await ours.read(ended, leeway=0)
    await ours.read(ended)
    assert ours.remembered == 1


async def test_it_goes_with_its_key(ours: Reader, theirs: IdentityProvider):
    old, other = theirs.token(), theirs.token("ben")
    await ours.read(old)
    theirs.rotate()
    del theirs.keys["first"]
    ours.now += FRESH_SECONDS + 1
    await ours.read(old)  # has the newer set fetched
    await ours.settle()
    for token in (old, other):
        with pytest.raises(TokenInvalid):
            await ours.read(token)
    assert ours.remembered == 0


async def test_a_key_that_is_replaced_under_its_name_ends_what_the_old_one_signed(
    ours: Reader, theirs: IdentityProvider
):
    old = theirs.token()
    await ours.read(old)
    theirs.keys["first"] = new_key()
    ours.now += FRESH_SECONDS + 1
    await ours.read(old)
    await ours.settle()
    with pytest.raises(TokenInvalid):
        await ours.read(old)
    await ours.read(theirs.token())


async def test_so_many_are_remembered_and_those_in_use_the_longest(
    ours: Reader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(authentication, "REMEMBERED", 5)
    used = ours.issue()
    viewer = await ours.read(used)
    for _ in range(20):
        await ours.read(ours.issue())
        assert await ours.read(used) == viewer
    assert ours.remembered == 5
    ours.tokens.keys = []
    assert await ours.read(used) == viewer


async def test_those_that_have_ended_make_room(ours: Reader, monkeypatch: pytest.MonkeyPatch):
    for _ in range(10):
        await ours.read(ours.issue(LIFETIME))
    monkeypatch.setattr(authentication, "has_ended", lambda _: True)  # as if half a minute had gone by
    for _ in range(10):
        await ours.read(ours.issue())
    assert ours.remembered == 1


async def test_ours_are_known_without_the_provider(database: Database, theirs: IdentityProvider):
    """Nor does anybody ask first whether one of ours is one of theirs."""
    ours = Reader(database, theirs, issuer=theirs.issuer)
    await ours.read(ours.issue())
    assert theirs.fetches == 0


def test_a_key_is_another_as_soon_as_anything_of_it_is():
    jwk = {"kid": "k", "x": "1"}
    one = Key("k", jwk, verifying=None)  # type: ignore[arg-type]
    assert one == Key("k", dict(jwk), verifying=None)  # type: ignore[arg-type]
    assert one != Key("k", jwk | {"x": "2"}, verifying=None)  # type: ignore[arg-type]
