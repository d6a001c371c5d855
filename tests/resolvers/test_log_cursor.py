"""Places in a log: of use to their user alone, and told apart where they are too old, too new or damaged."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.errors import CursorExpired, CursorInvalid
from resolvers.log.cursor import PREFIX, Position, looks_like_cursor

ANA = Position(uuid4(), epoch=7, key=secrets.token_bytes(32), last_seq=100, min_seq=1)
BEN = Position(uuid4(), epoch=7, key=secrets.token_bytes(32), last_seq=100, min_seq=1)


@given(st.integers(0, 100))
def test_a_cursor_is_read_as_it_was_written(seq: int):
    cursor = ANA.cursor(seq)
    assert looks_like_cursor(cursor)
    assert ANA.seq_of(cursor) == seq


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_numbers_of_any_size_fit(epoch: int, seq: int):
    position = replace(ANA, epoch=epoch, last_seq=2**63 - 1)
    cursor = position.cursor(seq)
    assert looks_like_cursor(cursor)
    assert position.seq_of(cursor) == seq


@given(st.integers(0, 99))
def test_a_later_event_has_a_later_cursor(seq: int):
    earlier, later = (urlsafe_b64decode(ANA.cursor(n).removeprefix(PREFIX)) for n in (seq, seq + 1))
    assert earlier < later


def test_another_users_cursor_is_invalid():
    for seq in range(101):
        with pytest.raises(CursorInvalid):
            BEN.seq_of(ANA.cursor(seq))


def test_a_cursor_from_before_a_restore_has_expired():
    restored = replace(ANA, epoch=8)
    with pytest.raises(CursorExpired):
        restored.seq_of(ANA.cursor(50))


def test_a_cursor_that_the_log_no_longer_reaches_back_to_has_expired():
    kept = replace(ANA, min_seq=41)
    with pytest.raises(CursorExpired):
        kept.seq_of(ANA.cursor(39))
    # Right after event 40 stands whoever needs 41 next, and that is there.
    assert kept.seq_of(ANA.cursor(40)) == 40


def test_a_place_before_the_first_event_is_good_while_the_first_is_kept():
    assert ANA.seq_of(ANA.cursor(0)) == 0
    with pytest.raises(CursorExpired):
        replace(ANA, min_seq=2).seq_of(ANA.cursor(0))


def test_a_place_that_the_log_never_reached_is_invalid():
    with pytest.raises(CursorInvalid):
        ANA.seq_of(ANA.cursor(101))


def test_each_flipped_bit_makes_a_cursor_invalid():
    signed = bytearray(urlsafe_b64decode(ANA.cursor(50).removeprefix(PREFIX)))
    for bit in range(len(signed) * 8):
        damaged = bytearray(signed)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CursorInvalid):
            ANA.seq_of(PREFIX + urlsafe_b64encode(damaged).decode())


@given(st.from_regex(r"tf1_[A-Za-z0-9_-]{0,64}", fullmatch=True))
def test_what_only_has_the_form_of_a_cursor_is_invalid_and_nothing_worse(text: str):
    assert looks_like_cursor(text)
    with pytest.raises(CursorInvalid):
        ANA.seq_of(text)


@pytest.mark.parametrize(
    "text", ["", "tf1", "tf2_AAAA", "TF1_AAAA", "tf1_A=", "tf1_ä", "tf1_" + "A" * 65, "tf1_A\n", " tf1_A"]
)
def test_what_has_another_form_does_not_even_look_like_a_cursor(text: str):
    assert not looks_like_cursor(text)
