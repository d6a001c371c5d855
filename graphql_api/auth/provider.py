"""An outside identity provider: its tokens, read with the keys that it publishes at JWT_JWKS_URL."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt

from graphql_api.auth.key_set import Key, KeySet
from graphql_api.auth.tokens import TokenInvalid, faults_as_invalid, refuse_ended, verified_claims
from resolvers.identities import Assertion

REQUIRED_CLAIMS = ["iss", "aud", "sub", "iat", "exp"]
#: Of what names a person, or a session of theirs.
NAME_CHARACTERS = 255


class Provider:
    """What a token says of where keys are (`jku`, `x5u`, `jwk`) is not looked at."""

    def __init__(
        self, url: str, issuer: str, audience: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.keys = KeySet(url, monotonic)
        self._issuer = issuer
        self._audience = audience

    def claims_to_have_issued(self, token: str) -> bool:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            return False
        return claims.get("iss") == self._issuer

    async def read(self, token: str, leeway_seconds: float) -> tuple[Assertion, Key]:
        """What it says, and by which key. Raises TokenInvalid; TokenExpired; Unavailable where keys are not known."""
        with faults_as_invalid():
            kid = jwt.get_unverified_header(token).get("kid")
            key = await self.keys.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise TokenInvalid
            said = _assertion(
                verified_claims(
                    token,
                    key.verifying,
                    key.verifying.algorithm_name,
                    issuer=self._issuer,
                    audience=self._audience,
                    required=REQUIRED_CLAIMS,
                )
            )
        refuse_ended(said.expires_at, leeway_seconds)
        return said, key

    async def takes(self, key: Key) -> bool:
        """Whether tokens by that key are still good. Raises Unavailable."""
        return await self.keys.find(key.kid) == key


def _assertion(claims: dict[str, Any]) -> Assertion:
    """Raises TypeError, ValueError."""
    subject = claims["sub"]
    if not 0 < len(subject) <= NAME_CHARACTERS:
        raise ValueError
    session, outlives_the_token = _session(claims)
    email = claims.get("email") if claims.get("email_verified") is True else None
    name, zone = claims.get("name"), claims.get("zoneinfo")
    return Assertion(
        issuer=claims["iss"],
        subject=subject,
        session=session,
        outlives_the_token=outlives_the_token,
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        email=email if isinstance(email, str) else None,
        name=name if isinstance(name, str) else "",
        time_zone=zone if isinstance(zone, str) else "",
    )


def _session(claims: dict[str, Any]) -> tuple[str, bool]:
    """The provider's name of the session, and whether further tokens can be of it. Raises TypeError."""
    session, id_ = claims.get("sid"), claims.get("jti", "")
    for text in (session, id_):
        if text is not None and not (isinstance(text, str) and len(text) <= NAME_CHARACTERS):
            raise TypeError
    if session:
        return session, True
    signed_in_at = claims.get("auth_time")
    if isinstance(signed_in_at, int | float) and not isinstance(signed_in_at, bool):
        # Of one sign-in of one person with one program; tokens that are renewed say the same again (OpenID Connect
        # Core, 12.2).
        program = str(claims.get("azp") or claims.get("client_id") or "")[:NAME_CHARACTERS]
        return f"signed in at {signed_in_at} with {program}", True
    return f"{id_} {claims['iat']} {claims['exp']}", False
