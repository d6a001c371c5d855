"""GET /.well-known/jwks.json: the public keys of access tokens, for whoever checks them elsewhere."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graphql_api.auth.signing import key_set
from graphql_api.wiring import Parts

#: So long a key has to be here before it signs.
MAX_AGE_SECONDS = 300


def key_routes(parts: Parts) -> list[Route]:
    keys = key_set(parts.tokens.keys)

    async def published(_: Request) -> Response:
        headers = {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"}
        return Response(keys, media_type="application/jwk-set+json", headers=headers)

    return [Route("/.well-known/jwks.json", published)]
