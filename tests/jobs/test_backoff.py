"""What could not be done rests, longer each time."""

from jobs import backoff
from jobs.backoff import Backoff


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_rests_double_up_to_the_longest_and_begin_anew_after_success():
    seconds = Seconds()
    rests: Backoff[str] = Backoff(seconds)
    waits = []
    for _ in range(8):
        rests.rest("a", 1.0, 60.0)
        waits += rests.waits()
        seconds.now += waits[-1]
        assert not rests.rests("a")
        assert rests.resting() == rests.waits() == []
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert rests.tries("a") == 8
    rests.done("a")
    rests.rest("a", 1.0, 60.0)
    assert rests.waits() == [1]


def test_a_very_long_row_of_failures_has_no_end_that_overflows():
    rests: Backoff[str] = Backoff(Seconds())
    for _ in range(3000):
        rests.rest("a", 0.05, 1.0)
    assert rests.waits() == [1.0]


def test_what_rests_is_known_until_it_may_be_tried_again():
    seconds = Seconds()
    rests: Backoff[str] = Backoff(seconds)
    rests.rest("a", 1.0, 60.0)
    rests.rest("b", 5.0, 60.0)
    assert rests.resting() == ["a", "b"]
    seconds.now += 1
    assert rests.resting() == ["b"]
    assert rests.rests("b")
    assert not rests.rests("never heard of")
    assert rests.waits() == [4]


def test_what_is_never_tried_again_is_forgotten():
    seconds = Seconds()
    rests: Backoff[str] = Backoff(seconds)
    rests.rest("a", 1.0, 60.0)
    seconds.now += 1 + backoff.FORGOTTEN_SECONDS
    rests.resting()
    assert rests.tries("a") == 1
    seconds.now += 1
    rests.resting()
    assert rests.tries("a") == 0


def test_memory_has_a_bound():
    rests: Backoff[int] = Backoff(Seconds())
    for key in range(backoff.REMEMBERED + 5):
        rests.rest(key, 1.0, 60.0)
    assert len(rests.resting()) == backoff.REMEMBERED
    assert not rests.rests(4)
    assert rests.rests(5)
