"""Keys that sign access tokens, and tokens made with them as somebody else would make them."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def pem(*keys: EllipticCurvePrivateKey | Ed25519PrivateKey) -> str:
    """As JWT_PRIVATE_KEYS takes it."""
    return "".join(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for key in keys
    )


def public_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Token:
    """A token to be spoilt: taken apart, and signed anew."""

    claims: dict[str, Any]
    headers: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def like(cls, token: str) -> "Token":
        claims = jwt.decode(token, options={"verify_signature": False})
        headers = {
            name: value for name, value in jwt.get_unverified_header(token).items() if name in ("typ", "kid")
        }
        return cls(claims | {"jti": str(uuid4())}, headers)

    def but(self, **claims: Any) -> "Token":
        """With these claims; None leaves one out."""
        changed = {name: value for name, value in (self.claims | claims).items() if value is not None}
        return Token(changed, self.headers)

    def headed(self, **headers: Any) -> "Token":
        changed = {name: value for name, value in (self.headers | headers).items() if value is not None}
        return Token(self.claims, changed)

    def expiring(self, seconds: float) -> "Token":
        """So long from now."""
        now = int(time.time())
        return self.but(iat=now - 600, nbf=now - 600, exp=now + seconds)

    def signed(self, key: Any, algorithm: str = "ES256") -> str:
        return jwt.encode(self.claims, key, algorithm, headers=self.headers)
