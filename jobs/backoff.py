"""What could not be done is tried again, each time later, and does not keep others waiting meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass

#: More than this is not remembered: the oldest is then tried again at once.
REMEMBERED = 10_000
#: What has not been tried again for so long after its rest has been done elsewhere, or is gone.
FORGOTTEN_SECONDS = 60.0


@dataclass(slots=True)
class _Rest:
    until: float
    tries: int


class Backoff[Key]:
    """`clock` gives seconds that only go on, as time.monotonic does."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests: dict[Key, _Rest] = {}

    def rest(self, key: Key, first: float, longest: float) -> None:
        """It could not be done: it rests for `first` seconds, then twice as long each time, up to `longest`."""
        before = self._rests.pop(key, None)
        tries = 0 if before is None else before.tries
        seconds = min(longest, first * 2.0 ** min(tries, 30))
        self._rests[key] = _Rest(self._clock() + seconds, tries + 1)
        if len(self._rests) > REMEMBERED:
            del self._rests[next(iter(self._rests))]

    def done(self, key: Key) -> None:
        self._rests.pop(key, None)

    def tries(self, key: Key) -> int:
        """In a row, without success."""
        rest = self._rests.get(key)
        return 0 if rest is None else rest.tries

    def rests(self, key: Key) -> bool:
        rest = self._rests.get(key)
        return rest is not None and rest.until > self._clock()

    def resting(self) -> list[Key]:
        now = self._clock()
        for key in [key for key, rest in self._rests.items() if rest.until + FORGOTTEN_SECONDS < now]:
            del self._rests[key]
        return [key for key, rest in self._rests.items() if rest.until > now]

    def waits(self) -> list[float]:
        """Seconds until each that rests may be tried again."""
        now = self._clock()
        return [rest.until - now for rest in self._rests.values() if rest.until > now]
