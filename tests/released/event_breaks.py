"""What of the events' form would break whoever reads it, between two AsyncAPI documents."""

from collections.abc import Iterator
from typing import Any


def event_breaks(released: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """One line each. More messages, members and channels break nobody; a fact that is taken away or changed does."""
    for name, channel in released["channels"].items():
        there = now["channels"].get(name)
        if there is None:
            yield f"channel {name} is gone"
        elif there["address"] != channel["address"]:
            yield f"channel {name} has moved to {there['address']}"
    for part in ("messages", "schemas"):
        yield from _changes(released["components"][part], now["components"][part], part)


def _changes(before: Any, after: Any, path: str) -> Iterator[str]:
    match before, after:
        case {}, {}:
            for name, value in before.items():
                if name in {"description", "title"} and not path.endswith(".properties"):
                    continue  # words about it
                if name not in after:
                    yield f"{path}.{name} is gone"
                else:
                    yield from _changes(value, after[name], f"{path}.{name}")
        case list(), list() if path.endswith(".required"):
            yield from (f"{path}: {name} may be missing" for name in before if name not in after)
        case list(), list() if len(before) == len(after):
            for number, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from _changes(old, new, f"{path}[{number}]")
        case _ if before != after:
            yield f"{path} was {before} and is {after}"
