"""Ranks: whatever is put between whichever two, the order stays, and nobody is renumbered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.ranks import DIGITS, rank_between

#: Where in a list of n things each one more is put: a share of the way through it.
PLACES = st.lists(st.floats(0, 1), max_size=150)


def insert(ranks: list[str], index: int) -> None:
    """Put one more at this place of the list, between the two that are there."""
    before = ranks[index - 1] if index > 0 else None
    after = ranks[index] if index < len(ranks) else None
    ranks.insert(index, rank_between(before, after))


def assert_in_order(ranks: list[str]) -> None:
    assert [rank.encode() for rank in ranks] == sorted({rank.encode() for rank in ranks})


@given(PLACES)
def test_any_sequence_of_inserts_keeps_the_order(places: list[float]):
    ranks: list[str] = []
    for place in places:
        insert(ranks, round(place * len(ranks)))
    assert_in_order(ranks)


@given(PLACES)
def test_a_fraction_never_ends_in_zero_so_that_something_still_fits_before_it(places: list[float]):
    ranks: list[str] = []
    for place in places:
        insert(ranks, round(place * len(ranks)))
    for rank in ranks:
        length = ord(rank[0]) - ord("a") + 2 if rank[0] >= "a" else ord("Z") - ord(rank[0]) + 2
        assert len(rank) >= length
        assert not rank[length:].endswith("0")
        assert set(rank[1:]) <= set(DIGITS)


@pytest.mark.parametrize("at_the_end", [True, False])
def test_ten_thousand_at_one_end_stay_short(at_the_end: bool):
    ranks = [rank_between(None, None)]
    for _ in range(10_000):
        last = ranks[-1]
        ranks.append(rank_between(last, None) if at_the_end else rank_between(None, last))
    assert_in_order(ranks if at_the_end else ranks[::-1])
    assert max(map(len, ranks[:1000])) <= 3
    assert max(map(len, ranks)) <= 4


@pytest.mark.parametrize("of_two", ["the lower", "the higher", "by turns"])
def test_a_thousand_in_the_middle_grow_by_a_fraction_of_a_character_each(of_two: str):
    """Halving a base of 62 takes a new character about every five inserts: 200 for 1,000."""
    low, high = "a0", "a1"
    for turn in range(1000):
        middle = rank_between(low, high)
        assert low < middle < high
        lower = {"the lower": True, "the higher": False, "by turns": turn % 2 == 0}[of_two]
        low, high = (low, middle) if lower else (middle, high)
        assert len(middle) <= 10 + turn / 4


@pytest.mark.parametrize(
    ("before", "after"), [("a1", "a0"), ("a0", "a0"), ("a0V", "a0"), ("b00", "az"), ("a0", "Zz")]
)
def test_neighbours_that_are_out_of_order_are_refused(before: str, after: str):
    with pytest.raises(ValueError, match="out of order"):
        rank_between(before, after)


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        (None, None, "a0"),
        ("a0", None, "a1"),
        (None, "a0", "Zz"),
        ("az", None, "b00"),
        (None, "Z0", "Yzz"),
        ("Zz", "a0", "ZzV"),
        ("a0", "a2", "a1"),
        ("a0", "b00", "a1"),
        ("a0", "a0V", "a0G"),
    ],
)
def test_the_shortest_that_fits_is_taken(before: str | None, after: str | None, between: str):
    assert rank_between(before, after) == between


def test_there_is_room_beyond_the_largest_and_before_the_smallest_integer():
    largest = "z" + "z" * 26
    assert rank_between(largest, None) == largest + "V"
    smallest = "A" + "0" * 26
    before_it = rank_between(None, smallest + "V")
    assert before_it == smallest
