"""An outside identity provider: its tokens, read with the keys that it publishes at JWT_JWKS_URL."""

import asyncio
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpcore
import jwt
import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from graphql_api.auth.tokens import TokenInvalid, faults_as_invalid, refuse_ended, verified_claims
from resolvers.errors import Unavailable
from resolvers.identities import Assertion

log = structlog.get_logger()

#: Never one with a shared secret: whoever knows a public key could sign with it.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
RSA_BITS = 2048
REQUIRED_CLAIMS = ["iss", "aud", "sub", "iat", "exp"]
#: Of what names a person, or a session of theirs.
NAME_CHARACTERS = 255

FETCH_SECONDS = 5.0
FETCHED_BYTES = 262_144
KEYS = 100
#: A key that the provider took back is refused after so long.
FRESH_SECONDS = 300.0
#: Between two fetches, whatever tokens may say.
RETRY_SECONDS = 15.0
#: While the provider is away its last keys are used for so long.
STALE_SECONDS = 24 * 3600.0


class Provider:
    """What a token says of where keys are (`jku`, `x5u`, `jwk`) is not looked at."""

    def __init__(
        self, url: str, issuer: str, audience: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._issuer = issuer
        self._audience = audience
        self._monotonic = monotonic
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = asyncio.Lock()

    def claims_to_have_issued(self, token: str) -> bool:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            return False
        return claims.get("iss") == self._issuer

    async def read(self, token: str, leeway_seconds: float) -> Assertion:
        """Raises TokenInvalid; TokenExpired; Unavailable where the provider's keys are not known."""
        with faults_as_invalid():
            key = await self._key(jwt.get_unverified_header(token).get("kid"))
            said = _assertion(
                verified_claims(
                    token,
                    key,
                    key.algorithm_name,
                    issuer=self._issuer,
                    audience=self._audience,
                    required=REQUIRED_CLAIMS,
                )
            )
        refuse_ended(said.expires_at, leeway_seconds)
        return said

    async def _key(self, kid: object) -> jwt.PyJWK:
        if not isinstance(kid, str):
            raise TokenInvalid
        if kid not in self._keys or self._older_than(FRESH_SECONDS):
            await self._fetch_unless_just_tried()
        if self._older_than(STALE_SECONDS):
            raise Unavailable
        if kid not in self._keys:
            raise TokenInvalid
        return self._keys[kid]

    def _older_than(self, seconds: float) -> bool:
        return self._fetched_at is None or self._monotonic() - self._fetched_at > seconds

    async def _fetch_unless_just_tried(self) -> None:
        async with self._fetching:
            if self._tried_at is not None and self._monotonic() - self._tried_at < RETRY_SECONDS:
                return
            self._tried_at = self._monotonic()
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    self._keys = _read_keys(await _get(self._url))
            except (
                OSError,
                TimeoutError,
                ValueError,
                httpcore.TimeoutException,
                httpcore.NetworkError,
            ) as error:
                log.warning("identity_provider_away", reason=str(error) or type(error).__name__)
            except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
                log.warning("identity_provider_away", reason=type(error).__name__)
            else:
                self._fetched_at = self._monotonic()


async def _get(url: str) -> bytes:
    """No redirects, proxies, cookies or compression. Raises ValueError where the answer is no key set."""
    headers = {
        "User-Agent": "TaskFlow",
        "Accept": "application/jwk-set+json, application/json",
        "Accept-Encoding": "identity",
    }
    body = bytearray()
    async with (
        httpcore.AsyncConnectionPool(ssl_context=ssl.create_default_context()) as pool,
        pool.stream("GET", url, headers=list(headers.items())) as answer,
    ):
        if answer.status != 200:
            raise ValueError(f"it answered {answer.status}")
        async for chunk in answer.aiter_stream():
            body += chunk
            if len(body) > FETCHED_BYTES:
                raise ValueError(f"more than {FETCHED_BYTES} bytes")
    return bytes(body)


def _read_keys(body: bytes) -> dict[str, jwt.PyJWK]:
    """Those that can be used, by their names. Raises ValueError where it is no key set."""
    found = orjson.loads(body)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it is no JWK Set")  # noqa: TRY004 - it is the text that is wrong
    keys: dict[str, jwt.PyJWK] = {}
    for each in listed[:KEYS]:
        key = _read_key(each)
        if key is not None:
            keys.setdefault(key[0], key[1])
    return keys


def _read_key(jwk: Any) -> tuple[str, jwt.PyJWK] | None:
    """None for a key of another use: sets hold those as well."""
    if not isinstance(jwk, dict) or jwk.get("kty") not in KEY_TYPES or jwk.get("use", "sig") != "sig":
        return None
    kid = jwk.get("kid")
    try:
        key = jwt.PyJWK.from_dict(jwk)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(kid, str) or key.algorithm_name not in ALGORITHMS:
        return None
    if isinstance(key.key, RSAPublicKey) and key.key.key_size < RSA_BITS:
        return None
    return kid, key


def _assertion(claims: dict[str, Any]) -> Assertion:
    """Raises TypeError, ValueError."""
    subject = claims["sub"]
    if not 0 < len(subject) <= NAME_CHARACTERS:
        raise ValueError
    session, id_ = claims.get("sid"), claims.get("jti", "")
    for text in (session, id_):
        if text is not None and not (isinstance(text, str) and len(text) <= NAME_CHARACTERS):
            raise TypeError
    email = claims.get("email") if claims.get("email_verified") is True else None
    name, zone = claims.get("name"), claims.get("zoneinfo")
    return Assertion(
        issuer=claims["iss"],
        subject=subject,
        # Where the provider names no session, each token is one.
        session=session or f"{id_} {claims['iat']} {claims['exp']}",
        outlives_the_token=bool(session),
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        email=email if isinstance(email, str) else None,
        name=name if isinstance(name, str) else "",
        time_zone=zone if isinstance(zone, str) else "",
    )
