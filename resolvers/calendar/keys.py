"""The occurrences of one year, as ascending integers that are made only when they are looked at.

A *unit* is a day or an hour, numbered from the beginning of the calendar; a unit holds `times` moments. The *key* of
an occurrence is `unit * times + moment`, so keys sort as wall clocks do, and are counted without being made.
"""

import re
from functools import cached_property, lru_cache
from typing import Protocol

#: The number of a first unit, and bits: bit 0 is that unit.
type Units = tuple[int, int]


class Keys(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> int: ...


class Grid:
    """Every moment of each unit."""

    def __init__(self, units: Units, times: int) -> None:
        self._units = units
        self._times = times

    def __len__(self) -> int:
        return self._units[1].bit_count() * self._times

    def __getitem__(self, index: int) -> int:
        unit, moment = divmod(index, self._times)
        return self._listed[unit] * self._times + moment

    @cached_property
    def _listed(self) -> list[int]:
        return listed(self._units)


class Picked:
    """Those that BYSETPOS picks from each of the `sets`."""

    def __init__(self, sets: list[Units], times: int, positions: tuple[int, ...], overlap: bool) -> None:
        """`overlap`: the same day may be in two of the sets."""
        self._sets = sets
        self._times = times
        self._positions = positions
        self._overlap = overlap

    def __len__(self) -> int:
        if self._overlap:
            return len(self._listed)
        return sum(len(picks(self._positions, bits.bit_count() * self._times)) for _, bits in self._sets)

    def __getitem__(self, index: int) -> int:
        return self._listed[index]

    @cached_property
    def _listed(self) -> list[int]:
        keys = set()
        for units in self._sets:
            days = listed(units)
            for pick in picks(self._positions, len(days) * self._times):
                unit, moment = divmod(pick, self._times)
                keys.add(days[unit] * self._times + moment)
        return sorted(keys)


def listed(units: Units) -> list[int]:
    first, bits = units
    return [first + one.start() for one in re.finditer("1", f"{bits:b}"[::-1])]


def merged(sets: list[Units]) -> Units:
    """All in one. `sets` are in ascending order of their first units."""
    if not sets:
        return 0, 0
    first = sets[0][0]
    bits = 0
    for start, more in sets:
        bits |= more << (start - first)
    return first, bits


@lru_cache(4096)
def picks(positions: tuple[int, ...], size: int) -> list[int]:
    """The indexes that BYSETPOS means in a set of `size`."""
    found = {position - 1 if position > 0 else size + position for position in positions}
    return sorted(index for index in found if 0 <= index < size)
