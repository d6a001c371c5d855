"""What the fields of many objects need, read together: one statement a field, however long the list."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from resolvers.database import Database
from resolvers.labels import labels_by_ids
from resolvers.projects import projects_by_ids, task_counts
from resolvers.tasks.batch import label_ids_of_tasks, subtasks_of, tasks_by_ids

type Batch[Value] = Callable[[AsyncSession, UUID, Iterable[UUID]], Awaitable[dict[UUID, Value]]]


class Loaders:
    """Of one operation and one user. What is not the user's is as if it were not there."""

    def __init__(self, database: Database, user_id: UUID) -> None:
        self._database = database
        self._user_id = user_id
        self.task = self._loader(tasks_by_ids)
        self.project = self._loader(projects_by_ids)
        self.label = self._loader(labels_by_ids)
        self.task_count = self._loader(task_counts)
        self.label_ids_of_task = self._loader(label_ids_of_tasks)
        self.subtasks = self._loader(subtasks_of)

    def _loader[Value](self, batch: Batch[Value]) -> DataLoader[UUID, Value | None]:
        async def load(keys: list[UUID]) -> list[Value | None]:
            async with self._database.read() as session:
                found = await batch(session, self._user_id, keys)
            return [found.get(key) for key in keys]

        return DataLoader(load_fn=load)
