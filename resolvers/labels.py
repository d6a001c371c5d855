"""Labels: the acts, and how they are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers import validation
from resolvers.aggregates import label_data, tombstone
from resolvers.creates import create_once
from resolvers.errors import Conflict, LimitExceeded, NotFound
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.search import fold
from resolvers.tables import Label, TaskLabel
from resolvers.unset import UNSET, Unset

LABELS = 500


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What is UNSET stays as it is; nothing here can be cleared."""

    name: str | None | Unset = UNSET
    color: str | None | Unset = UNSET


async def create_label(tx: Transaction, id_: str | None, name: str, color: str) -> Label | None:
    """Asked for again it answers the label as it now is, or None where it is gone.

    Raises Invalid with the field, LimitExceeded, Conflict where the id is taken.
    """

    async def create(new_id: UUID) -> Label:
        label = Label(
            id=new_id,
            user_id=tx.user_id,
            name=validation.name(name),
            color=validation.color(color),
            created_at=tx.now,
        )
        count = await tx.session.execute(
            sa.select(sa.func.count()).select_from(Label).where(col(Label.user_id) == tx.user_id)
        )
        if count.scalar_one() >= LABELS:
            raise LimitExceeded(f"There are at most {LABELS} labels.")
        tx.session.add(label)
        tx.record(EventType.LABEL_CREATED, label.id, label_data(label))
        return label

    content = {"name": name.strip(), "color": color.lower()}
    return await create_once(tx, Label, id_, content, create)


async def update_label(tx: Transaction, id_: str, change: LabelChange, expected_version: int | None) -> Label:
    """Raises NotFound, Conflict, Invalid with the field."""
    label = await _to_change(tx, id_, expected_version)
    changed = []
    if change.name is not UNSET and (name := validation.name(change.name)) != label.name:
        label.name = name
        changed.append("name")
    if change.color is not UNSET and (color := validation.color(change.color)) != label.color:
        label.color = color
        changed.append("color")
    if changed:
        label.version += 1
        tx.record(EventType.LABEL_UPDATED, label.id, label_data(label), changed)
    return label


async def delete_label(tx: Transaction, id_: str, expected_version: int | None) -> Label:
    """Tasks lose it and keep their versions: the one event says it of all of them.

    Returns the label as it was. Raises NotFound, Conflict.
    """
    label = await _to_change(tx, id_, expected_version)
    await tx.session.delete(label)
    tx.record(EventType.LABEL_DELETED, label.id, tombstone(label.id, label.version, tx.now))
    return label


async def list_labels(session: AsyncSession, user_id: UUID) -> list[Label]:
    """By name, case and accents aside."""
    found = await session.exec(select(Label).where(col(Label.user_id) == user_id))
    return sorted(found, key=lambda label: (fold(label.name), label.name, label.id))


async def labels_by_ids(session: AsyncSession, user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Label]:
    found = await session.exec(
        select(Label).where(col(Label.user_id) == user_id, col(Label.id).in_(list(ids)))
    )
    return {label.id: label for label in found}


async def label_ids_of_tasks(
    session: AsyncSession, user_id: UUID, task_ids: Iterable[UUID]
) -> dict[UUID, list[UUID]]:
    """Of each task that has labels, in the order of their creation."""
    found = await session.execute(
        sa.select(col(TaskLabel.task_id), col(TaskLabel.label_id))
        .join(Label, col(Label.id) == col(TaskLabel.label_id))
        .where(col(Label.user_id) == user_id, col(TaskLabel.task_id).in_(list(task_ids)))
        .order_by(col(Label.created_at), col(Label.id))
    )
    labels: dict[UUID, list[UUID]] = {}
    for task_id, label_id in found:
        labels.setdefault(task_id, []).append(label_id)
    return labels


async def _to_change(tx: Transaction, id_: str, expected_version: int | None) -> Label:
    parsed = validation.read_id(id_)
    label = await tx.session.get(Label, parsed) if parsed is not None else None
    if label is None or label.user_id != tx.user_id:
        raise NotFound("label", "id")
    if expected_version is not None and expected_version != label.version:
        raise Conflict("This label was changed elsewhere.", "expectedVersion", current=label)
    return label
