"""What access tokens are signed with: P-256 keys, whose public halves anybody may have, or secrets.

Of several the first signs, and all are accepted: two are there while one takes over from the other.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key

#: `openssl ecparam` writes this before the key; the key names its curve itself.
_PARAMETERS = re.compile(r"-----BEGIN EC PARAMETERS-----[^-]*-----END EC PARAMETERS-----")
_PRIVATE_KEY = re.compile(r"-----BEGIN ((?:EC )?PRIVATE KEY)-----[^-]*-----END \1-----")
COORDINATE_BYTES = 32
SECRET_KID_BYTES = 12


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`algorithm` is the key's own: what a token says of itself chooses none (RFC 8725, 3.1)."""

    kid: str
    algorithm: str
    signing: EllipticCurvePrivateKey | bytes
    verifying: EllipticCurvePublicKey | bytes
    #: As published (RFC 7517); None of a secret.
    jwk: dict[str, str] | None = None


def secret_key(secret: str) -> SigningKey:
    key = secret.encode()
    # A hash of the secret alone would be the same wherever else it is used.
    kid = _base64url(hmac.digest(key, b"kid of access tokens", "sha256")[:SECRET_KID_BYTES])
    return SigningKey(kid, "HS256", key, key)


def read_private_keys(pem: str) -> list[SigningKey]:
    """The keys of a text in PEM, in which `\\n` may stand for the ends of lines. Raises ValueError."""
    text = _PARAMETERS.sub("", pem.replace("\\n", "\n"))
    keys = [_private_key(found[0]) for found in _PRIVATE_KEY.finditer(text)]
    if not keys or _PRIVATE_KEY.sub("", text).strip():
        raise ValueError
    return keys


def key_set(keys: Sequence[SigningKey]) -> bytes:
    """The public keys as a JWK Set, for whoever checks our tokens elsewhere."""
    return orjson.dumps({"keys": [key.jwk for key in keys if key.jwk is not None]})


def _private_key(pem: str) -> SigningKey:
    try:
        private = load_pem_private_key(pem.encode(), password=None)
    except Exception:
        raise ValueError from None  # what the library says may quote the key
    if not (isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1)):
        raise ValueError  # noqa: TRY004 - it is the text that is wrong
    public = private.public_key()
    point = public.public_numbers()
    # In the order of RFC 7638, whose hash of them is the key's name.
    jwk = {"crv": "P-256", "kty": "EC", "x": _coordinate(point.x), "y": _coordinate(point.y)}
    kid = _base64url(sha256(orjson.dumps(jwk)).digest())
    return SigningKey(kid, "ES256", private, public, {**jwk, "kid": kid, "use": "sig", "alg": "ES256"})


def _coordinate(number: int) -> str:
    return _base64url(number.to_bytes(COORDINATE_BYTES))


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
