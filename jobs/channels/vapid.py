"""What push services know a server by (RFC 8292)."""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

PRIVATE_KEY_BYTES = 32
#: A push service takes 24 hours at most, and its clock may differ from ours.
GOOD_FOR_SECONDS = 12 * 3600


class Vapid:
    """The key that this server is known by. private_key: base64url of its 32 bytes; contact: mailto: or https:."""

    def __init__(self, private_key: str, contact: str) -> None:
        self._key = Vapid02(read_private_key(private_key))
        self._contact = contact
        self.public_key = urlsafe_b64encode(_point(self._key.public_key)).rstrip(b"=").decode()

    def authorization(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "sub": self._contact,
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + GOOD_FOR_SECONDS,
        }
        return str(self._key.sign(claims)["Authorization"])


def read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != PRIVATE_KEY_BYTES:
        raise ValueError("not 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())


def new_private_key() -> str:
    raw = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(PRIVATE_KEY_BYTES)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
