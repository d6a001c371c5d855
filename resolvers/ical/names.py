"""Projects and labels by the names that a file gives: those that there are, else new ones."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from resolvers.ical.notes import Notes
from resolvers.ical.todos import ToDo
from resolvers.labels import LABELS, create_label
from resolvers.log.transaction import Transaction
from resolvers.projects import PROJECTS, create_project
from resolvers.tables import Label, Project

_COLOR = "#64748b"


class Names:
    """Of several of one name the oldest is meant. What there is no room for is left out, and noted."""

    def __init__(self, tx: Transaction, notes: Notes) -> None:
        self._tx = tx
        self._notes = notes
        self._projects: dict[str, UUID] = {}
        self._labels: dict[str, UUID] = {}
        self.label_names: dict[UUID, str] = {}
        self.project_names: dict[UUID, str] = {}

    async def load(self, to_dos: Sequence[ToDo]) -> None:
        """Find what they name, and make what is missing."""
        self.project_names = await self._all(Project)
        self.label_names = await self._all(Label)
        self._projects = {name: id_ for id_, name in reversed(self.project_names.items())}
        self._labels = {name: id_ for id_, name in reversed(self.label_names.items())}
        for name in _each_once(to_do.project for to_do in to_dos if to_do.project):
            if name in self._projects:
                continue
            if len(self.project_names) >= PROJECTS:
                self._notes.add("", "X-TASKFLOW-PROJECT", f"There are at most {PROJECTS} projects.")
                break
            project = await create_project(self._tx, None, name, _COLOR)
            assert project is not None
            self._projects[name], self.project_names[project.id] = project.id, name
            await self._tx.session.flush()
        for name in _each_once(name for to_do in to_dos for name in to_do.labels):
            if name in self._labels:
                continue
            if len(self.label_names) >= LABELS:
                self._notes.add("", "CATEGORIES", f"There are at most {LABELS} labels.")
                break
            label = await create_label(self._tx, None, name, _COLOR)
            assert label is not None
            self._labels[name], self.label_names[label.id] = label.id, name
            await self._tx.session.flush()

    def project(self, name: str) -> UUID | None:
        return self._projects.get(name)

    def labels(self, names: Sequence[str]) -> list[UUID]:
        """In the order of their creation, as tasks tell them."""
        wanted = {self._labels[name] for name in names if name in self._labels}
        return [id_ for id_ in self.label_names if id_ in wanted]

    async def _all(self, table: type[Project | Label]) -> dict[UUID, str]:
        found = await self._tx.session.execute(
            sa.select(col(table.id), col(table.name))
            .where(col(table.user_id) == self._tx.user_id)
            .order_by(col(table.created_at), col(table.id))
        )
        return {row[0]: row[1] for row in found}


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
