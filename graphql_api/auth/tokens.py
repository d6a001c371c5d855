"""Access tokens: JWTs by RFC 9068, read with the algorithm of the key that they name and no other (RFC 8725, 3.1)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import jwt

from graphql_api.auth.signing import SigningKey
from resolvers.viewer import Viewer

TYPE = "at+jwt"
#: By these names people put tokens into URLs, whence they come into logs and histories. A header is the place for
#: them, or the first message on a socket.
_IN_URLS = {"token", "access_token", "accesstoken", "refresh_token", "refreshtoken", "authorization"}
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"]
#: So much the clock of whoever made the token may be ahead.
CLOCK_SECONDS = 30


class TokenInvalid(Exception):
    """Not a token of ours. Why is nobody's business."""


class TokenExpired(Exception):
    """A token of ours whose time is over: refresh the session."""


@dataclass(frozen=True, slots=True)
class Claims:
    viewer: Viewer
    expires_at: datetime


def holds_token(query_string: bytes) -> bool:
    """Whether a URL's query looks as if a token were in it."""
    names = parse_qs(query_string.decode("latin-1"), keep_blank_values=True)
    return any(name.lower() in _IN_URLS for name in names)


def bearer_token(authorization: str) -> str:
    """What stands behind `Bearer`, in whatever case (RFC 9110, 11.1). Raises TokenInvalid where nothing does."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenInvalid
    return token


@contextmanager
def faults_as_invalid() -> Iterator[None]:
    """What is wrong with a token, in whichever way it is found out. Raises TokenExpired, TokenInvalid."""
    try:
        yield
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
        raise TokenInvalid from None


def verified_claims(
    token: str, key: Any, algorithm: str, *, issuer: str, audience: str, required: list[str]
) -> dict[str, Any]:
    """`algorithm` is the key's own. Raises jwt.PyJWTError, and others where it is no token at all."""
    return jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        issuer=issuer,
        audience=audience,
        leeway=CLOCK_SECONDS,
        options={"require": required},
    )


def has_ended(expires_at: datetime, leeway_seconds: float = CLOCK_SECONDS) -> bool:
    """leeway_seconds: how long after its end a token is still taken."""
    return expires_at.timestamp() + leeway_seconds <= time.time()


def refuse_ended(expires_at: datetime, leeway_seconds: float) -> None:
    """Raises TokenExpired."""
    if has_ended(expires_at, leeway_seconds):
        raise TokenExpired


class Tokens:
    """`keys`: the first signs, all are accepted."""

    def __init__(self, keys: Sequence[SigningKey], issuer: str, audience: str, lifetime: timedelta) -> None:
        self.keys = keys
        self._issuer = issuer
        self._audience = audience
        self._lifetime = lifetime

    def issue(self, viewer: Viewer, now: datetime) -> tuple[str, datetime]:
        """A token for the viewer, and the instant until which it is good, to the second."""
        issued_at = int(now.timestamp())
        expires_at = issued_at + max(1, round(self._lifetime.total_seconds()))
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(viewer.user_id),
            "sid": str(viewer.session_id),
            "jti": str(uuid4()),
            "iat": issued_at,
            "nbf": issued_at,
            "exp": expires_at,
        }
        key = self.keys[0]
        token = jwt.encode(claims, key.signing, key.algorithm, headers={"typ": TYPE, "kid": key.kid})
        return token, datetime.fromtimestamp(expires_at, UTC)

    def read(self, token: str, leeway_seconds: float) -> Claims:
        """Raises TokenInvalid, or TokenExpired where that is all that is wrong with it.

        leeway_seconds  how long after its end it is still taken
        """
        with faults_as_invalid():
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE:
                raise TokenInvalid
            claims = self._verify(token, header.get("kid"))
            viewer = Viewer(UUID(claims["sub"]), UUID(claims["sid"]))
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        refuse_ended(expires_at, leeway_seconds)
        return Claims(viewer, expires_at)

    def _verify(self, token: str, kid: str | None) -> dict[str, Any]:
        for key in self.keys:
            # Release 0.1.0 names no key: it can be any secret.
            if kid == key.kid or (kid is None and key.algorithm == "HS256"):
                with suppress(jwt.InvalidSignatureError):
                    return verified_claims(
                        token,
                        key.verifying,
                        key.algorithm,
                        issuer=self._issuer,
                        audience=self._audience,
                        required=REQUIRED_CLAIMS,
                    )
        raise TokenInvalid
