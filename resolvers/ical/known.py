"""Tasks that are there, or are being made, by what a file calls them."""

from collections.abc import Collection
from itertools import batched
from uuid import UUID

from sqlmodel import col, select

from resolvers.log.transaction import Transaction
from resolvers.tables import Task
from resolvers.validation import read_id

#: In one statement.
_AT_ONCE = 500


class Known:
    """by_uid: what it was imported as, or its own id where it was made here. Deleted ones are among them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.by_uid: dict[str, Task] = {}
        #: By series and wall clock.
        self._occurring: dict[tuple[UUID, str], Task] = {}
        self._days: set[tuple[UUID, str]] = set()

    async def find(self, uids: Collection[str]) -> None:
        session, own = self._tx.session, col(Task.user_id) == self._tx.user_id
        found: dict[str, Task] = {}
        for some in batched(sorted(uids), _AT_ONCE, strict=False):
            ids = {id_: uid for uid in some if (id_ := read_id(uid)) is not None}
            for task in await session.exec(
                select(Task).where(own, col(Task.id).in_(ids), col(Task.external_id).is_(None))
            ):
                found[ids[task.id]] = task
            for task in await session.exec(select(Task).where(own, col(Task.external_id).in_(some))):
                assert task.external_id is not None
                found[task.external_id] = task
        self.by_uid |= found
        for some_ids in batched([task.id for task in found.values()], _AT_ONCE, strict=False):
            for task in await session.exec(select(Task).where(own, col(Task.spawned_from_id).in_(some_ids))):
                self.put_occurrence(task)

    def put_occurrence(self, task: Task) -> None:
        if task.spawned_from_id is not None and task.occurrence_wall is not None:
            self._occurring[task.spawned_from_id, task.occurrence_wall] = task
            self._days.add((task.spawned_from_id, task.occurrence_wall[:10]))

    def occurrence(self, series: Task, wall: str) -> Task | None:
        return self._occurring.get((series.id, wall))

    def has_occurrence(self, series: Task, wall: str, *, all_day: bool) -> bool:
        """all_day: what was spawned while the series had times counts, too."""
        return (series.id, wall[:10]) in self._days if all_day else (series.id, wall) in self._occurring
