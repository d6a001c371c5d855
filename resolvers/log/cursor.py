"""Cursors: places in one user's log, opaque to clients and of no use to anybody else.

A cursor is `tf1_` and the base64url of epoch (8 bytes), seq (8 bytes) and a keyed BLAKE2b over both (8 bytes).
The key is the user's own, so another user's cursor, or a damaged one, is told from one that only grew old.
"""

import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from uuid import UUID

from resolvers.errors import CursorExpired, CursorInvalid

PREFIX = "tf1_"
SIGNATURE_BYTES = 8
_PLACE = struct.Struct(">qq")
_TEXT = re.compile(r"tf1_[A-Za-z0-9_-]{0,64}", re.ASCII)


def looks_like_cursor(text: str) -> bool:
    """Whether `text` has a cursor's form at all; whether it is a good one only its user's stream can tell."""
    return _TEXT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Position:
    """How far a user's log reaches at one moment, and what its cursors are made with."""

    user_id: UUID
    epoch: int
    key: bytes
    last_seq: int
    min_seq: int

    def cursor(self, seq: int) -> str:
        """The cursor of the place right after event `seq`; 0 is the place before the first."""
        place = _PLACE.pack(self.epoch, seq)
        signed = place + blake2b(place, key=self.key, digest_size=SIGNATURE_BYTES).digest()
        return PREFIX + urlsafe_b64encode(signed).decode()

    def seq_of(self, cursor: str) -> int:
        """The event number that `cursor` stands right after.

        Raises CursorInvalid where it is not one of this user's, CursorExpired where the log no longer
        reaches back to it or was restored since.
        """
        try:
            signed = urlsafe_b64decode(cursor.removeprefix(PREFIX))
            epoch, seq = _PLACE.unpack(signed[: _PLACE.size])
        except (ValueError, struct.error):
            raise CursorInvalid from None
        expected = blake2b(signed[: _PLACE.size], key=self.key, digest_size=SIGNATURE_BYTES).digest()
        if not compare_digest(signed[_PLACE.size :], expected):
            raise CursorInvalid
        if epoch != self.epoch or seq < self.min_seq - 1:
            raise CursorExpired
        if not 0 <= seq <= self.last_seq:
            raise CursorInvalid
        return int(seq)
