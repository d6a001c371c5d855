"""An identity provider as small as one can be: a key set over HTTP, and tokens signed with its keys."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Self
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from jwt.algorithms import ECAlgorithm

from tests.support.keys import new_key

AUDIENCE = "https://tasks.example.com"


def published(key: EllipticCurvePrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    jwk = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    return {**jwk, "kid": kid, "use": "sig", "alg": "ES256", **more}


class IdentityProvider:
    """`keys` are published; `kid` names the one that signs. `answer` replaces what is said to a GET of the keys, once
    it `may_answer`."""

    def __init__(self) -> None:
        self.keys: dict[str, EllipticCurvePrivateKey] = {"first": new_key()}
        self.kid = "first"
        self.fetches = 0
        self.answer: Callable[[], bytes] = self.key_set
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._server: asyncio.Server | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def url(self) -> str:
        return f"{self.issuer}keys"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "JWT_JWKS_URL": self.url,
            "JWT_JWKS_ISSUER": self.issuer,
            "JWT_JWKS_AUDIENCE": AUDIENCE,
        }

    def rotate(self) -> None:
        """Another key signs; the old one is still published."""
        self.kid = uuid4().hex
        self.keys[self.kid] = new_key()

    def claims(self, subject: str = "ana", **claims: Any) -> dict[str, Any]:
        now = int(time.time())
        given = {"iss": self.issuer, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300}
        return {
            name: value
            for name, value in (given | {"jti": uuid4().hex} | claims).items()
            if value is not None
        }

    def token(self, subject: str = "ana", **claims: Any) -> str:
        return jwt.encode(
            self.claims(subject, **claims), self.keys[self.kid], "ES256", headers={"kid": self.kid}
        )

    def key_set(self) -> bytes:
        keys = [published(key, kid) for kid, key in self.keys.items()]
        return http(200, json.dumps({"keys": keys}).encode())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.fetches += 1
            await self.may_answer.wait()
            writer.write(self.answer())
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def http(status: int, body: bytes, **headers: str) -> bytes:
    head = f"HTTP/1.1 {status} said so\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    return (
        head + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    ).encode() + body
