"""What the fields of many objects need, read together: one statement a field, however long the list."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from resolvers.database import Database
from resolvers.deliveries.reading import deliveries_of_reminders
from resolvers.labels import label_ids_of_tasks, labels_by_ids
from resolvers.projects import projects_by_ids, task_counts
from resolvers.recurrences.reading import recurrences_by_ids
from resolvers.reminders.reading import reminders_of_tasks
from resolvers.tables import Task
from resolvers.tasks.batch import subtasks_of, tasks_by_ids

type Batch[Value] = Callable[[AsyncSession, UUID, Iterable[UUID]], Awaitable[dict[UUID, Value]]]


class Loaders:
    """Of one operation and one user. What is not the user's is as if it were not there.

    show   is told of each object that is asked for, and may raise
    weigh  is told of the bytes that are read for it, and may raise
    """

    def __init__(
        self,
        database: Database,
        user_id: UUID,
        show: Callable[[int], None],
        weigh: Callable[[int], None],
    ) -> None:
        self._database = database
        self._user_id = user_id
        self._show = show

        async def tasks(session: AsyncSession, user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Task]:
            found = await tasks_by_ids(session, user_id, ids)
            weigh(characters_of(found.values()))
            return found

        async def subtasks(
            session: AsyncSession, user_id: UUID, ids: Iterable[UUID]
        ) -> dict[UUID, list[Task]]:
            found = await subtasks_of(session, user_id, ids)
            weigh(sum(map(characters_of, found.values())))
            return found

        self.task = self._loader(tasks)
        self.project = self._loader(projects_by_ids)
        self.label = self._loader(labels_by_ids)
        self.task_count = self._loader(task_counts, shows=False)
        self.label_ids_of_task = self._loader(label_ids_of_tasks, shows=False)
        self.subtasks = self._loader(subtasks)
        self.recurrence = self._loader(recurrences_by_ids)
        self.reminders_of_task = self._loader(reminders_of_tasks)
        self.deliveries_of_reminder = self._loader(deliveries_of_reminders)

    def _loader[Value](self, batch: Batch[Value], shows: bool = True) -> DataLoader[UUID, Value | None]:
        """shows  whether what it loads are objects of the API, which count"""

        async def load(keys: list[UUID]) -> list[Value | None]:
            async with self._database.read() as session:
                found = await batch(session, self._user_id, keys)
            return [found.get(key) for key in keys]

        return _Counted(load, self._show) if shows else DataLoader(load_fn=load)


def characters_of(tasks: Iterable[Task]) -> int:
    """Of what takes room in them, shown or not."""
    return sum(len(task.description) for task in tasks)


class _Counted[Value](DataLoader[UUID, Value]):
    """Reads a thing once, and counts it each time that it is asked for: every time it is shown once more."""

    def __init__(
        self, load: Callable[[list[UUID]], Awaitable[list[Value]]], show: Callable[[int], None]
    ) -> None:
        super().__init__(load_fn=load)
        self._show = show

    def load(self, key: UUID) -> Awaitable[Value]:
        # Asked for at once, so that it is read together with the others.
        return self._when_there(super().load(key))

    async def _when_there(self, loading: Awaitable[Value]) -> Value:
        value = await loading
        self._show(len(value) if isinstance(value, list) else 1)
        return value
