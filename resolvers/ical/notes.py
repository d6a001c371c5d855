"""What of a file can't be kept, in words for whoever imports it."""

from dataclasses import dataclass, field

NOTES = 1_000


@dataclass(frozen=True, slots=True)
class Note:
    """uid: the to-do, or "" where it is the file or has none. name: the property, or ""."""

    uid: str
    name: str
    message: str


@dataclass(slots=True)
class Notes:
    """Each once, and the first NOTES of them; then how many there are beyond."""

    _kept: dict[Note, None] = field(default_factory=dict)
    _more: int = 0

    def add(self, uid: str, name: str, message: str) -> None:
        note = Note(uid, name, message)
        if note in self._kept:
            return
        if len(self._kept) < NOTES:
            self._kept[note] = None
        else:
            self._more += 1

    def copy(self) -> "Notes":
        return Notes(dict(self._kept), self._more)

    def listed(self) -> list[Note]:
        more = [Note("", "", f"There are {self._more:,} more notes like these.")] if self._more else []
        return [*self._kept, *more]
