"""The keys that an outside identity provider publishes: when they are fetched, and which of them are used.

Nobody waits for a provider that is slow: a key that is known is used at once, while a newer set is fetched beside it.
Who waits, for FETCH_SECONDS at most and all for one fetch, has a token by a key that is not known, or is the first to
come after a while, since what was fetched long ago may have been taken back since.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpcore
import jwt
import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from resolvers.errors import Unavailable

log = structlog.get_logger()

#: Never one with a shared secret: whoever knows a public key could sign with it.
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
RSA_BITS = 2048

FETCH_SECONDS = 5.0
FETCHED_BYTES = 262_144
KEYS = 100
#: From then on a newer set is fetched, as soon as somebody comes.
FRESH_SECONDS = 300.0
#: Where it was not even tried for so long, that is waited for. So a key that the provider took back is refused after so
#: long, unless the provider does not answer.
UNWATCHED_SECONDS = 600.0
#: Between two fetches, whatever tokens may say.
RETRY_SECONDS = 15.0
#: While the provider is away its last keys are used for so long.
STALE_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Key:
    """One of the set. It is another one as soon as anything of it is published otherwise."""

    kid: str
    jwk: dict[str, Any]
    verifying: jwt.PyJWK = field(compare=False)


class KeySet:
    def __init__(self, url: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._monotonic = monotonic
        self._keys: dict[str, Key] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> Key | None:
        """None where there is none of that name. Raises Unavailable where the provider's keys are not known."""
        if kid not in self._keys or self._is_over(self._tried_at, UNWATCHED_SECONDS) or self._stale:
            self._fetch_unless_just_tried()
            if self._fetching is not None:
                await asyncio.wait({self._fetching})  # which goes on where this is cancelled
        elif self._is_over(self._fetched_at, FRESH_SECONDS):
            self._fetch_unless_just_tried()
        if self._stale:
            raise Unavailable
        return self._keys.get(kid)

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    @property
    def _stale(self) -> bool:
        return self._is_over(self._fetched_at, STALE_SECONDS)

    def _is_over(self, since: float | None, seconds: float) -> bool:
        return since is None or self._monotonic() - since > seconds

    def _fetch_unless_just_tried(self) -> None:
        if self._fetching is None and (
            self._tried_at is None or self._monotonic() - self._tried_at >= RETRY_SECONDS
        ):
            self._tried_at = self._monotonic()
            self._fetching = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                self._keys = _read_keys(await _get(self._url))
            self._fetched_at = self._monotonic()
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
        except Exception:
            log.exception("identity_provider_keys_not_read")
        finally:
            self._fetching = None


async def _get(url: str) -> bytes:
    """No redirects, proxies, cookies or compression. Raises ValueError where the answer is no key set."""
    headers = {
        "User-Agent": "TaskFlow",
        "Accept": "application/jwk-set+json, application/json",
        "Accept-Encoding": "identity",
    }
    body = bytearray()
    # Reading the authorities takes a tenth of a second.
    tls = await asyncio.to_thread(ssl.create_default_context) if url.startswith("https:") else None
    async with (
        httpcore.AsyncConnectionPool(ssl_context=tls) as pool,
        pool.stream("GET", url, headers=list(headers.items())) as answer,
    ):
        if answer.status != 200:
            raise ValueError(f"it answered {answer.status}")
        async for chunk in answer.aiter_stream():
            body += chunk
            if len(body) > FETCHED_BYTES:
                raise ValueError(f"more than {FETCHED_BYTES} bytes")
    return bytes(body)


def _read_keys(body: bytes) -> dict[str, Key]:
    """Those that can be used, by their names. Raises ValueError where it is no key set."""
    found = orjson.loads(body)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it is no JWK Set")  # noqa: TRY004 - it is the text that is wrong
    keys: dict[str, Key] = {}
    for each in listed[:KEYS]:
        key = _read_key(each)
        if key is not None:
            keys.setdefault(key.kid, key)
    return keys


def _read_key(jwk: Any) -> Key | None:
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
    return Key(kid, jwk, key)
