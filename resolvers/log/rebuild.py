"""A user's things as their log alone tells them: each as its last event left it."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from resolvers.log.events import ENDINGS, EventType

#: What happens to a series happens to its task.
_KINDS = {"recurrence": "task", "recurring": "task"}

type Thing = Mapping[str, Any]


class Rebuilt:
    """Apply a user's events in their order, then take the things, one after another."""

    def __init__(self) -> None:
        #: By kind and id, as the log's text: most events are followed by others about the same thing, and only the
        #: last need be read.
        self._things: dict[tuple[str, str], str] = {}
        self._gone: set[str] = set()

    def apply(self, type_: EventType, id_: str, data: str) -> None:
        kind = type_.partition(".")[0]
        key = _KINDS.get(kind, kind), id_
        if type_ in ENDINGS:
            self._things.pop(key, None)
            self._gone.add(id_)
        else:
            self._things[key] = data

    def take(self, kind: str, id_: str) -> Thing | None:
        """The thing, which is taken out; None where there is none."""
        text = self._things.pop((kind, id_), None)
        return None if text is None else self._without_what_is_gone(kind, text)

    def take_all(self) -> Iterator[tuple[str, str, Thing]]:
        """Each thing that is still here, with its kind and id."""
        while self._things:
            (kind, id_), text = self._things.popitem()
            thing = self._without_what_is_gone(kind, text)
            if thing is not None:
                yield kind, id_, thing

    def _without_what_is_gone(self, kind: str, text: str) -> Thing | None:
        """One event says of all things what was taken along: tasks lose a label, a reminder goes with its task."""
        thing = _read(text)
        if kind == "reminder" and thing.get("taskId") in self._gone:
            return None
        if kind == "task":
            for name in ("projectId", "parentId"):
                if thing.get(name) in self._gone:
                    thing[name] = None
            thing["labelIds"] = [id_ for id_ in thing.get("labelIds") or () if id_ not in self._gone]
        return thing


def _read(text: str) -> dict[str, Any]:
    """What is no object tells nothing: every field will differ."""
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return data if isinstance(data, dict) else {}
