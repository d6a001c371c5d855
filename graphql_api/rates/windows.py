"""Exact sliding windows: at most so many in any so many seconds, in memory that is bounded."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

#: Keys that each limit keeps. Beyond it whoever was counted longest ago starts anew: an attack from more addresses
#: than this is no one address's doing.
KEYS = 50_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in any `seconds`.

    kind   for metrics, logs and Redis's keys
    words  what there was too much of, for people
    """

    kind: str
    count: int
    seconds: float
    words: str = "requests"


class Windows(Protocol):
    """Where it is counted. A key is whose count it is."""

    async def take(self, limit: Limit, key: str) -> float:
        """Count one, and answer 0; or count nothing, and answer in how many seconds there is room again."""
        ...

    async def give_back(self, limit: Limit, key: str) -> None:
        """The newest one was none after all."""
        ...

    async def clear(self, limit: Limit, key: str) -> None: ...

    async def close(self) -> None: ...


class MemoryWindows:
    """Of this process alone. `now` is in seconds since 1970."""

    def __init__(self, now: Callable[[], float] = time.time, keys: int = KEYS) -> None:
        self._now = now
        self._keys = keys
        #: The instants of each key; whoever was counted last stands last.
        self._counted: dict[str, OrderedDict[str, deque[float]]] = {}

    async def take(self, limit: Limit, key: str) -> float:
        return self.take_now(limit, key)

    def take_now(self, limit: Limit, key: str) -> float:
        now = self._now()
        of_limit = self._counted.setdefault(limit.kind, OrderedDict())
        counted = of_limit.get(key)
        if counted is not None and len(counted) == limit.count:
            # A clock that is set back must not shut anybody out for longer.
            wait = min(counted[0] + limit.seconds - now, limit.seconds)
            if wait > 0:
                return wait
        if counted is None:
            counted = of_limit[key] = deque(maxlen=limit.count)
        counted.append(now)
        of_limit.move_to_end(key)
        self._forget_old(of_limit, now - limit.seconds)
        return 0

    async def give_back(self, limit: Limit, key: str) -> None:
        if limit.kind in self._counted and (counted := self._counted[limit.kind].get(key)):
            counted.pop()

    async def clear(self, limit: Limit, key: str) -> None:
        if limit.kind in self._counted:
            self._counted[limit.kind].pop(key, None)

    async def close(self) -> None:
        pass

    def __len__(self) -> int:
        return sum(len(of_limit) for of_limit in self._counted.values())

    def _forget_old(self, of_limit: OrderedDict[str, deque[float]], before: float) -> None:
        # Two for each that comes: what is over goes faster than it came.
        for _ in range(2):
            oldest = next(iter(of_limit.values()))
            if len(of_limit) > self._keys or not oldest or oldest[-1] <= before:
                of_limit.popitem(last=False)
            if not of_limit:
                return


class NoWindows:
    """Nothing is counted: RATE_LIMIT=off."""

    async def take(self, limit: Limit, key: str) -> float:
        return 0

    async def give_back(self, limit: Limit, key: str) -> None:
        pass

    async def clear(self, limit: Limit, key: str) -> None:
        pass

    async def close(self) -> None:
        pass
