"""Which access tokens are taken, at both doors: what makes one bad is told to nobody."""

import hmac
import json
import signal
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import jwt
import pytest
from jwt.algorithms import ECAlgorithm

from tests.support.client import Api, open_socket
from tests.support.keys import Token, new_key, pem, public_pem
from tests.support.server import Server

ME = "{ viewer { id } }"
KEY, OTHER_KEY, STRANGE_KEY = new_key(), new_key(), new_key()
SECRET = "a secret that is kept beside the keys, of 48 characters"


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """It signs with the first key, and takes the other's tokens and the secret's, too."""
    server = Server(
        tmp_path_factory.mktemp("signing"), JWT_PRIVATE_KEYS=pem(KEY, OTHER_KEY), JWT_SECRET=SECRET
    )
    server.start_now()
    yield server
    server.end_now(signal.SIGTERM)


@pytest.fixture
async def eva(signing: Server) -> AsyncIterator[Api]:
    async with Api(signing.url) as api:
        await api.sign_up()
        yield api


async def over_http(api: Api, token: str) -> Any:
    """The id of the viewer, or the code and the words of the refusal."""
    answer = await Api(api.url, token).post(ME)
    if answer.get("errors"):
        [error] = answer["errors"]
        return error["extensions"]["code"], error["message"]
    return answer["data"]["viewer"]["id"]


async def over_a_socket(api: Api, token: str) -> Any:
    async with open_socket(api.url) as socket:
        await socket.send({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        try:
            return (await socket.receive())["type"]
        except Exception:
            return await socket.close_code(), socket.connection.close_reason


def with_public_key_as_secret(token: Token) -> str:
    """What a reader that lets the token choose the algorithm would take (pyjwt refuses to make it)."""
    head = base64url(json.dumps(token.headers | {"alg": "HS256"}).encode())
    body = base64url(json.dumps(token.claims).encode())
    tag = hmac.digest(public_pem(KEY), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64url(tag)}"


def spoilt(name: str, change: Callable[[Token], str]) -> Any:
    return pytest.param(change, id=name)


@pytest.mark.parametrize(
    "change",
    [
        spoilt("unsigned", lambda token: token.signed(None, "none")),
        spoilt("another key under this one's name", lambda token: token.signed(STRANGE_KEY)),
        spoilt("the other key under this one's name", lambda token: token.signed(OTHER_KEY)),
        spoilt("a name that no key has", lambda token: token.headed(kid="nobody").signed(KEY)),
        spoilt("a name that is no text", lambda token: token.headed(kid="").signed(KEY)),
        spoilt("no name, and no secret", lambda token: token.headed(kid=None).signed(KEY)),
        spoilt("the public key as the secret", with_public_key_as_secret),
        spoilt("the secret under the key's name", lambda token: token.signed(SECRET, "HS256")),
        spoilt("another secret, unnamed", lambda token: token.headed(kid=None).signed("x" * 40, "HS256")),
        spoilt("another algorithm of the secret", lambda t: t.headed(kid=None).signed(SECRET, "HS384")),
        spoilt("an ID token", lambda token: token.headed(typ="JWT").signed(KEY)),
        spoilt("no type", lambda token: token.headed(typ="").signed(KEY)),
        spoilt("an extension that must be understood", lambda t: t.headed(crit=["exp2"], exp2=1).signed(KEY)),
        spoilt(
            "a key that it brings along",
            lambda token: token.headed(jwk=json.loads(ECAlgorithm.to_jwk(STRANGE_KEY.public_key()))).signed(
                STRANGE_KEY
            ),
        ),
        *(
            spoilt(f"no {claim}", lambda token, claim=claim: token.but(**{claim: None}).signed(KEY))  # type: ignore[misc]
            for claim in ("iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp")
        ),
        spoilt("another issuer", lambda token: token.but(iss="somebody").signed(KEY)),
        spoilt("another audience", lambda token: token.but(aud="somebody").signed(KEY)),
        spoilt("not yet", lambda token: token.but(nbf=token.claims["iat"] + 600).signed(KEY)),
        spoilt("issued in time to come", lambda token: token.but(iat=token.claims["iat"] + 600).signed(KEY)),
        spoilt("no user's id", lambda token: token.but(sub="root").signed(KEY)),
        spoilt("no session's id", lambda token: token.but(sid="0").signed(KEY)),
        spoilt("nobody's session", lambda token: token.but(sid=token.claims["jti"]).signed(KEY)),
        spoilt("somebody else's session", lambda token: token.but(sub=token.claims["jti"]).signed(KEY)),
        spoilt("an end that is no time", lambda token: token.but(exp="soon").signed(KEY)),
        spoilt("an end beyond all years", lambda token: token.but(exp=10**30).signed(KEY)),
        spoilt("cut off", lambda token: token.signed(KEY)[:-8]),
        spoilt("no token at all", lambda _: "nonsense"),
    ],
)
async def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(
    eva: Api, change: Callable[[Token], str]
):
    assert eva.token is not None
    token = change(Token.like(eva.token))
    assert await over_http(eva, token) == ("UNAUTHENTICATED", "Sign in first.")
    assert await over_a_socket(eva, token) == (4403, "Forbidden")


async def test_what_is_made_like_that_and_not_spoilt_is_taken(eva: Api):
    """Or the test above would say nothing."""
    assert eva.token is not None
    assert await over_http(eva, Token.like(eva.token).signed(KEY)) == eva.user_id
    assert await over_a_socket(eva, Token.like(eva.token).signed(KEY)) == "connection_ack"


async def test_clocks_may_differ_by_half_a_minute_and_a_socket_ends_on_time(eva: Api):
    assert eva.token is not None
    token = Token.like(eva.token)
    # Some seconds from its end on a machine that has other work.
    just_over = token.expiring(-15).signed(KEY)
    assert await over_http(eva, just_over) == eva.user_id
    assert await over_a_socket(eva, just_over) == (4403, "Token expired")
    long_over = token.expiring(-31).signed(KEY)
    assert (await over_http(eva, long_over))[0] == "TOKEN_EXPIRED"
    assert await over_a_socket(eva, long_over) == (4403, "Token expired")
    # Made by a server whose clock is ahead: of the start a socket is as lenient.
    now = token.claims["iat"]
    early = token.but(iat=now + 20, nbf=now + 20).signed(KEY)
    assert await over_http(eva, early) == eva.user_id
    assert await over_a_socket(eva, early) == "connection_ack"


async def test_the_public_keys_are_there_for_others_and_nothing_else_is(eva: Api):
    answer = await eva.http.get("/.well-known/jwks.json")
    assert answer.headers["content-type"] == "application/jwk-set+json"
    keys = answer.json()["keys"]
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}] * 2
    for key, private in zip(keys, (KEY, OTHER_KEY), strict=True):
        named = ("crv", "kty", "x", "y")
        assert {name: key[name] for name in named}.items() <= json.loads(
            ECAlgorithm.to_jwk(private.public_key())
        ).items()
        # RFC 7638, 3: the members in the order of their names, without a space.
        text = json.dumps({name: key[name] for name in named}, separators=(",", ":"))
        assert key["kid"] == base64url(sha256(text.encode()).digest())
    assert eva.token is not None
    # Another program needs nothing but what it finds there.
    found = jwt.PyJWKSet.from_dict(answer.json())[jwt.get_unverified_header(eva.token)["kid"]]
    claims = jwt.decode(eva.token, found, algorithms=["ES256"], audience="taskflow", issuer="taskflow")
    assert claims["sub"] == eva.user_id


async def test_who_signs_with_a_secret_publishes_no_key(ana: Api):
    assert (await ana.http.get("/.well-known/jwks.json")).json() == {"keys": []}


OLD, NEW = "the old secret of 32 characters ..", "the new secret of 32 characters .."
BY_SECRET = (
    {"JWT_SECRET": OLD},
    {"JWT_SECRET": OLD, "JWT_OTHER_SECRETS": NEW},
    {"JWT_SECRET": NEW, "JWT_OTHER_SECRETS": f"{OLD}, {'x' * 32}"},
    {"JWT_SECRET": NEW},
)
BY_KEY = (
    {"JWT_PRIVATE_KEYS": pem(KEY)},
    {"JWT_PRIVATE_KEYS": pem(KEY, OTHER_KEY)},
    {"JWT_PRIVATE_KEYS": pem(OTHER_KEY, KEY).replace("\n", "\\n")},
    {"JWT_PRIVATE_KEYS": pem(OTHER_KEY)},
)
FROM_A_SECRET_TO_A_KEY = (
    {"JWT_SECRET": OLD},
    {"JWT_SECRET": OLD},
    {"JWT_SECRET": OLD, "JWT_PRIVATE_KEYS": pem(KEY)},
    {"JWT_PRIVATE_KEYS": pem(KEY)},
)


@pytest.mark.parametrize(
    "steps", [BY_SECRET, BY_KEY, FROM_A_SECRET_TO_A_KEY], ids=["secrets", "keys", "from a secret to a key"]
)
async def test_a_key_is_replaced_while_everybody_stays_signed_in(
    tmp_path: Path, steps: tuple[dict[str, str], ...]
):
    """Step by step: the new one is taken, then signs; the old one is taken, then no more."""
    tokens: list[str] = []
    taken = []
    for environment in steps:
        server = Server(tmp_path, **environment)
        await server.start()
        async with Api(server.url) as api:
            if not tokens:
                await api.sign_up()
                email, user_id = api.email, api.user_id
            else:
                api.email, api.user_id = email, user_id
                api.token = (await api.another_device()).token
            assert api.token is not None
            tokens.append(api.token)
            answers = [await over_http(api, token) for token in tokens]
            assert {answer for answer in answers if answer != user_id} <= {
                ("UNAUTHENTICATED", "Sign in first.")
            }
            taken.append([answer == user_id for answer in answers])
        await server.stop()
    assert taken == [[True], [True] * 2, [True] * 3, [False, False, True, True]]
    kids = [jwt.get_unverified_header(token)["kid"] for token in tokens]
    assert kids[0] == kids[1] != kids[2] == kids[3]


async def test_tokens_of_the_release_that_named_no_key_are_taken_through_an_upgrade(eva: Api):
    assert eva.token is not None
    unnamed = Token.like(eva.token).headed(kid=None).signed(SECRET, "HS256")
    assert "kid" not in jwt.get_unverified_header(unnamed)
    assert await over_http(eva, unnamed) == eva.user_id
    assert await over_a_socket(eva, unnamed) == "connection_ack"
