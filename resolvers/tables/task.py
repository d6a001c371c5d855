"""Tasks, and which labels they carry."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import BytewiseText, id_field, only, owned_by_user


class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    # Each order that a list can be asked in has an index that gives it, its tie-breaker included.
    __table_args__ = (
        sa.Index("tasks_created", "user_id", "created_at", "id"),
        sa.Index("tasks_due", "user_id", "due_at", "id"),
        sa.Index("tasks_priority", "user_id", "priority", "id"),
        sa.Index("tasks_position", "user_id", "position", "id"),
        sa.Index("tasks_updated", "user_id", "updated_at", "id"),
        sa.Index("tasks_parent", "parent_id"),
        sa.Index("tasks_project", "project_id"),
        sa.Index("tasks_deleted", "deleted_at", **only("deleted_at IS NOT NULL")),
        # No replica, retry or restart can spawn an occurrence twice, nor two tasks for one completion.
        sa.Index("tasks_occurrence", "spawned_from_id", "occurrence_wall", unique=True),
        sa.Index("tasks_spawned_after", "spawned_from_id", "spawned_after_id", unique=True),
        # What is imported once more is the same task.
        sa.Index("tasks_external", "user_id", "external_id", unique=True, **only("external_id IS NOT NULL")),
    )

    id: UUID = id_field()
    user_id: UUID = owned_by_user()
    title: str = Field(sa_type=sa.Text)
    description: str = Field(default="", sa_type=sa.Text)
    #: 0 none … 4 urgent.
    priority: int = Field(default=0, sa_type=sa.SmallInteger)
    completed_at: datetime | None = None
    #: The due instant; for an all-day task the start of `due_on` in `time_zone`.
    due_at: datetime | None = None
    #: Set where the task was given a day and no time.
    due_on: date | None = None
    #: From when an open task is overdue: `due_at`, or the end of the day `due_on`.
    overdue_at: datetime | None = None
    time_zone: str = Field(sa_type=sa.Text)
    project_id: UUID | None = Field(default=None, foreign_key="projects.id", ondelete="SET NULL")
    parent_id: UUID | None = Field(default=None, foreign_key="tasks.id", ondelete="SET NULL")
    #: Whether there is a row in `recurrences`: known here, so that no list has to ask.
    recurring: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    #: The series that this task was spawned from. Not a foreign key: it outlives the series.
    spawned_from_id: UUID | None = None
    #: The occurrence that this task stands for: its wall clock in the series' zone, and its instant.
    occurrence_wall: str | None = Field(default=None, sa_type=sa.Text)
    occurrence_at: datetime | None = None
    #: COMPLETION: the task whose completion or deletion this one was counted from.
    spawned_after_id: UUID | None = None
    #: What the task is called where it was imported from, such as an iCalendar UID.
    external_id: str | None = Field(default=None, sa_type=sa.Text)
    #: Fractional rank among all tasks of the user.
    position: str = Field(sa_type=BytewiseText)
    #: Title and description without case and accents: what search looks through.
    search_text: str = Field(default="", sa_type=sa.Text)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    #: The task whose deletion took this one along (itself where it was the one deleted): restoring that brings it back.
    deleted_with: UUID | None = None


class TaskLabel(SQLModel, table=True):
    __tablename__ = "task_labels"

    task_id: UUID = Field(primary_key=True, foreign_key="tasks.id", ondelete="CASCADE")
    label_id: UUID = Field(primary_key=True, foreign_key="labels.id", ondelete="CASCADE", index=True)
