"""Whose an access token is: one of ours, or one of an outside identity provider."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from graphql_api.auth.key_set import Key
from graphql_api.auth.provider import Provider
from graphql_api.auth.tokens import (
    Claims,
    TokenInvalid,
    Tokens,
    faults_as_invalid,
    has_ended,
    refuse_ended,
)
from resolvers.errors import Unauthenticated
from resolvers.identities import admit
from resolvers.log.transaction import Log

#: Tokens that are known to be good, so that not every request reckons and asks for that anew.
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Verified:
    claims: Claims
    #: Of a provider, which may take it back; None of ours, which are the same for as long as the process runs.
    key: Key | None


class Authentication:
    def __init__(
        self, log: Log, tokens: Tokens, provider: Provider | None, session_lifetime: timedelta
    ) -> None:
        self._log = log
        self._tokens = tokens
        self._provider = provider
        self._session_lifetime = session_lifetime
        #: By their hashes; whichever was used last stands last.
        self._verified: OrderedDict[bytes, Verified] = OrderedDict()

    async def read(self, token: str, leeway_seconds: float, user_agent: str) -> Claims:
        """Raises TokenInvalid, TokenExpired, Unavailable. That the session stands is for whoever uses it to see."""
        with faults_as_invalid():
            name = sha256(token.encode()).digest()
        verified = self._verified.get(name)
        if verified is None or not await self._still_stands(verified):
            self._verified.pop(name, None)
            verified = await self._verify(token, leeway_seconds, user_agent)
            self._forget_old()
        refuse_ended(verified.claims.expires_at, leeway_seconds)
        self._verified[name] = verified
        self._verified.move_to_end(name)
        return verified.claims

    async def close(self) -> None:
        if self._provider is not None:
            await self._provider.keys.close()

    async def _still_stands(self, verified: Verified) -> bool:
        if verified.key is None or self._provider is None:
            return True
        return await self._provider.takes(verified.key)

    async def _verify(self, token: str, leeway_seconds: float, user_agent: str) -> Verified:
        try:
            return Verified(self._tokens.read(token, leeway_seconds), None)
        except TokenInvalid:
            provider = self._provider
            if provider is None or not provider.claims_to_have_issued(token):
                raise
        said, key = await provider.read(token, leeway_seconds)
        try:
            viewer = await admit(self._log, said, user_agent, self._session_lifetime)
        except Unauthenticated:
            raise TokenInvalid from None
        return Verified(Claims(viewer, said.expires_at), key)

    def _forget_old(self) -> None:
        """Two for each that comes: those that have ended go faster than they came."""
        for _ in range(2):
            if not self._verified:
                return
            name, oldest = next(iter(self._verified.items()))
            if len(self._verified) < REMEMBERED and not has_ended(oldest.claims.expires_at):
                return
            del self._verified[name]
