"""Access tokens: JWTs by RFC 9068, signed with HS256 and read with that algorithm alone (RFC 8725, 3.1)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import jwt

from resolvers.viewer import Viewer

ALGORITHM = "HS256"
TYPE = "at+jwt"
#: By these names people put tokens into URLs, whence they come into logs and histories. A header is the place for
#: them, or the first message on a socket.
_IN_URLS = {"token", "access_token", "authorization"}
REQUIRED_CLAIMS = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"]


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
    return bool(_IN_URLS & parse_qs(query_string.decode("latin-1"), keep_blank_values=True).keys())


def bearer_token(authorization: str) -> str:
    """What stands behind `Bearer`, in whatever case (RFC 9110, 11.1). Raises TokenInvalid where nothing does."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenInvalid
    return token


class Tokens:
    def __init__(self, secret: str, issuer: str, audience: str, lifetime: timedelta) -> None:
        self._secret = secret
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
        token = jwt.encode(claims, self._secret, ALGORITHM, headers={"typ": TYPE})
        return token, datetime.fromtimestamp(expires_at, UTC)

    def read(self, token: str, leeway_seconds: float) -> Claims:
        """Raises TokenInvalid, or TokenExpired where that is all that is wrong with it.

        leeway_seconds  how much the clock of whoever made the token may differ
        """
        try:
            if jwt.get_unverified_header(token).get("typ") != TYPE:
                raise TokenInvalid
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                leeway=leeway_seconds,
                options={"require": REQUIRED_CLAIMS},
            )
            viewer = Viewer(UUID(claims["sub"]), UUID(claims["sid"]))
            return Claims(viewer, datetime.fromtimestamp(claims["exp"], UTC))
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
            raise TokenInvalid from None
