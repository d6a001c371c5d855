"""The keys of an outside identity provider: when they are fetched, what of them is used, and what is refused."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from graphql_api.auth.key_set import (
    FETCHED_BYTES,
    FRESH_SECONDS,
    KEYS,
    RETRY_SECONDS,
    STALE_SECONDS,
)
from graphql_api.auth.provider import Provider
from graphql_api.auth.tokens import TokenExpired, TokenInvalid
from resolvers.errors import Unavailable
from tests.support.keys import new_key
from tests.support.provider import AUDIENCE, IdentityProvider, http, published


class Reader:
    """Ours, at a clock that is set by hand."""

    def __init__(self, theirs: IdentityProvider) -> None:
        self.now = 1000.0
        self.provider = Provider(theirs.url, theirs.issuer, AUDIENCE, monotonic=lambda: self.now)

    async def read(self, token: str, leeway: float = 30) -> str:
        """The subject, or the name of what is raised."""
        try:
            said, _ = await self.provider.read(token, leeway)
        except (TokenInvalid, TokenExpired, Unavailable) as error:
            return type(error).__name__
        return said.subject

    async def settle(self) -> None:
        """Until what is fetched beside the requests is there."""
        if (fetching := self.provider.keys._fetching) is not None:
            await asyncio.wait({fetching})


@pytest.fixture
async def theirs() -> AsyncIterator[IdentityProvider]:
    async with IdentityProvider() as provider:
        yield provider


@pytest.fixture
def ours(theirs: IdentityProvider) -> Reader:
    return Reader(theirs)


async def test_keys_are_fetched_once_and_kept(theirs: IdentityProvider, ours: Reader):
    assert theirs.fetches == 0  # nor does a start wait for the provider
    for _ in range(5):
        assert await ours.read(theirs.token()) == "ana"
    ours.now += FRESH_SECONDS
    assert await ours.read(theirs.token()) == "ana"
    assert theirs.fetches == 1


async def test_a_new_key_is_found_and_a_withdrawn_one_forgotten(theirs: IdentityProvider, ours: Reader):
    old = theirs.token()
    assert await ours.read(old) == "ana"
    theirs.rotate()
    ours.now += RETRY_SECONDS
    assert await ours.read(theirs.token()) == "ana"
    assert await ours.read(old) == "ana"
    assert theirs.fetches == 2
    del theirs.keys["first"]
    ours.now += FRESH_SECONDS + 1
    await ours.read(old)
    await ours.settle()
    assert await ours.read(old) == "TokenInvalid"
    assert await ours.read(theirs.token()) == "ana"
    assert theirs.fetches == 3


async def test_names_of_keys_that_are_made_up_cost_one_fetch_in_a_while(
    theirs: IdentityProvider, ours: Reader
):
    assert await ours.read(theirs.token()) == "ana"
    ours.now += RETRY_SECONDS
    for number in range(50):
        made_up = jwt.encode(theirs.claims(), new_key(), "ES256", headers={"kid": str(number)})
        assert await ours.read(made_up) == "TokenInvalid"
    assert theirs.fetches == 2


async def test_while_the_provider_is_away_its_last_keys_are_used_for_a_day(
    theirs: IdentityProvider, ours: Reader
):
    assert await ours.read(theirs.token()) == "ana"
    await theirs.close()
    ours.now += STALE_SECONDS
    assert await ours.read(theirs.token()) == "ana"
    ours.now += RETRY_SECONDS
    assert await ours.read(theirs.token()) == "Unavailable"
    await theirs.open()
    assert await ours.read(theirs.token()) == "Unavailable"  # it was just tried
    ours.now += RETRY_SECONDS
    assert await ours.read(theirs.token()) == "ana"


@pytest.mark.parametrize(
    "answer",
    [
        http(500, b""),
        http(404, b'{"keys":[]}'),
        http(200, b"<html>"),
        http(200, b"[]"),
        http(200, b'{"keys":{}}'),
        http(200, b"[" * 100_000),
        http(200, b'{"keys":[],"padding":"' + b"x" * FETCHED_BYTES + b'"}'),
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
    ids=lambda answer: answer[:30].decode() + f" {len(answer)}",
)
async def test_an_answer_that_is_no_key_set_changes_nothing(
    theirs: IdentityProvider, ours: Reader, answer: bytes
):
    theirs.answer = lambda: answer
    assert await ours.read(theirs.token()) == "Unavailable"
    theirs.answer = theirs.key_set
    ours.now += RETRY_SECONDS
    assert await ours.read(theirs.token()) == "ana"
    theirs.answer = lambda: answer
    ours.now += FRESH_SECONDS + 1
    assert await ours.read(theirs.token()) == "ana"
    await ours.settle()
    assert await ours.read(theirs.token()) == "ana"
    assert theirs.fetches == 3


async def test_no_redirect_is_followed(theirs: IdentityProvider, ours: Reader):
    async with IdentityProvider() as elsewhere:
        elsewhere.keys = theirs.keys
        theirs.answer = lambda: http(302, b"", Location=elsewhere.url)
        assert await ours.read(theirs.token()) == "Unavailable"
        assert elsewhere.fetches == 0


async def test_a_token_does_not_say_where_its_key_is(theirs: IdentityProvider, ours: Reader):
    async with IdentityProvider() as evil:
        for header in ({"jku": evil.url}, {"x5u": evil.url}, {"jwk": published(evil.keys["first"], "first")}):
            token = jwt.encode(
                theirs.claims(), evil.keys["first"], "ES256", headers={"kid": "first", **header}
            )
            assert await ours.read(token) == "TokenInvalid"
        assert evil.fetches == 0


RSA, SHORT_RSA = (rsa.generate_private_key(65537, bits) for bits in (2048, 1024))
SECRET = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA"


def rsa_key(key: rsa.RSAPrivateKey, **more: Any) -> dict[str, Any]:
    return {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "k", **more}


EC = new_key()


@pytest.mark.parametrize(
    ("jwk", "key", "algorithm", "taken"),
    [
        # Some providers leave the algorithm out.
        (rsa_key(RSA), RSA, "RS256", True),
        (rsa_key(RSA, alg="PS256"), RSA, "PS256", True),
        (rsa_key(RSA, alg="RS256"), RSA, "PS256", False),
        (rsa_key(SHORT_RSA), SHORT_RSA, "RS256", False),
        (published(EC, "k"), EC, "ES256", True),
        (published(EC, "k", use="enc"), EC, "ES256", False),
        (published(EC, "k", alg="HS256"), EC, "ES256", False),
        ({"kty": "oct", "k": SECRET, "kid": "k", "alg": "HS256"}, SECRET, "HS256", False),
        (published(EC, "k"), SECRET, "HS256", False),
        (published(EC, "k"), None, "none", False),
    ],
)
async def test_a_key_is_used_with_its_own_algorithm_and_never_as_a_secret(
    theirs: IdentityProvider, ours: Reader, jwk: dict[str, Any], key: Any, algorithm: str, taken: bool
):
    junk: list[Any] = [
        None,
        1,
        {},
        {"kty": "RSA"},
        {"kty": "EC", "crv": "P-256", "x": 1, "kid": "k"},
        {"kid": 7},
    ]
    theirs.answer = lambda: http(200, json.dumps({"keys": [*junk, jwk]}).encode())
    token = jwt.encode(theirs.claims(), key, algorithm, headers={"kid": "k"})
    assert (await ours.read(token) == "ana") is taken


async def test_of_an_endless_set_only_the_first_keys_are_looked_at(theirs: IdentityProvider, ours: Reader):
    keys = [published(EC, str(number)) for number in range(KEYS + 1)]
    theirs.answer = lambda: http(200, json.dumps({"keys": keys}).encode())
    assert await ours.read(jwt.encode(theirs.claims(), EC, "ES256", headers={"kid": str(KEYS - 1)})) == "ana"
    late = jwt.encode(theirs.claims(), EC, "ES256", headers={"kid": str(KEYS)})
    assert await ours.read(late) == "TokenInvalid"


@pytest.mark.parametrize(
    "claims",
    [
        *({name: None} for name in ("aud", "sub", "iat", "exp")),
        {"aud": "https://another.example.com"},
        {"iss": "https://another.example.com"},
        {"iat": 4_102_444_800},  # in 2100
        {"nbf": 4_102_444_800},
        {"sub": ""},
        {"sub": "x" * 300},
        {"sub": 7},
        {"sid": 7},
        {"sid": "x" * 300},
        {"jti": ["x"]},
        {"exp": 10**30},
    ],
    ids=str,
)
async def test_what_a_token_must_say(theirs: IdentityProvider, ours: Reader, claims: dict[str, Any]):
    assert await ours.read(theirs.token(**claims)) == "TokenInvalid"


async def test_a_key_without_a_name_in_the_token_is_none(theirs: IdentityProvider, ours: Reader):
    token = jwt.encode(theirs.claims(), theirs.keys["first"], "ES256")
    assert await ours.read(token) == "TokenInvalid"


async def test_the_end_of_a_token_is_as_lenient_as_it_is_with_ours(theirs: IdentityProvider, ours: Reader):
    now = int(time.time())
    token = theirs.token(iat=now - 300, exp=now - 20)
    assert await ours.read(token) == "ana"
    assert await ours.read(token, leeway=0) == "TokenExpired"
    assert await ours.read(theirs.token(iat=now - 300, exp=now - 31)) == "TokenExpired"


async def test_only_an_address_that_the_provider_has_verified_is_believed(
    theirs: IdentityProvider, ours: Reader
):
    for verified, expected in ((True, "ana@example.com"), (False, None), ("true", None), (None, None)):
        token = theirs.token(email="ana@example.com", email_verified=verified)
        said, _ = await ours.provider.read(token, 0)
        assert said.email == expected


async def test_a_session_is_what_stays_the_same_as_tokens_are_renewed(theirs: IdentityProvider, ours: Reader):
    async def session(**claims: Any) -> tuple[str, bool]:
        said, _ = await ours.provider.read(theirs.token(**claims), 0)
        return said.session, said.outlives_the_token

    async def same(first: dict[str, Any], second: dict[str, Any]) -> tuple[bool, bool]:
        (one, outlives), (other, _) = await session(**first), await session(**second)
        return one == other, outlives

    signed_in = {"auth_time": 1_700_000_000, "azp": "web"}
    assert await same({"sid": "x", "auth_time": 1}, {"sid": "x", "auth_time": 2}) == (True, True)
    assert await same({"sid": "x"}, {"sid": "y"}) == (False, True)
    # Without `sid`: one sign-in with one program.
    assert await same(signed_in, signed_in) == (True, True)
    assert await same(signed_in, signed_in | {"sid": ""}) == (True, True)
    assert await same(signed_in, signed_in | {"auth_time": 1_700_000_001}) == (False, True)
    assert await same(signed_in, signed_in | {"azp": "phone"}) == (False, True)
    assert await same({"auth_time": 1, "client_id": "web"}, {"auth_time": 1}) == (False, True)
    # Without either, each token.
    assert await same({}, {}) == (False, False)
    assert await same({"auth_time": True}, {"auth_time": "yesterday"}) == (False, False)
