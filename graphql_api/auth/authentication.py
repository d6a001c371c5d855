"""Whose an access token is: one of ours, or one of an outside identity provider."""

from collections import OrderedDict
from datetime import timedelta
from hashlib import sha256

from graphql_api.auth.provider import Provider
from graphql_api.auth.tokens import Claims, TokenInvalid, Tokens
from resolvers.database import Database
from resolvers.errors import Unauthenticated
from resolvers.identities import Assertion, admit
from resolvers.viewer import Viewer

#: Tokens whose account and session are remembered, so that not every request asks for them.
REMEMBERED = 10_000


class Authentication:
    def __init__(
        self, database: Database, tokens: Tokens, provider: Provider | None, session_lifetime: timedelta
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._provider = provider
        self._session_lifetime = session_lifetime
        self._admitted: OrderedDict[bytes, Viewer] = OrderedDict()

    async def read(self, token: str, leeway_seconds: float, user_agent: str) -> Claims:
        """Raises TokenInvalid, TokenExpired, Unavailable. That the session stands is for whoever uses it to see."""
        provider = self._provider
        if provider is None or not provider.claims_to_have_issued(token):
            return self._tokens.read(token, leeway_seconds)
        said = await provider.read(token, leeway_seconds)
        return Claims(await self._admit(token, said, user_agent), said.expires_at)

    async def _admit(self, token: str, said: Assertion, user_agent: str) -> Viewer:
        key = sha256(token.encode()).digest()
        viewer = self._admitted.get(key)
        if viewer is None:
            try:
                viewer = await admit(self._database, said, user_agent, self._session_lifetime)
            except Unauthenticated:
                raise TokenInvalid from None
            self._admitted[key] = viewer
            if len(self._admitted) > REMEMBERED:
                self._admitted.popitem(last=False)
        return viewer
