"""Reminders: the moments at which a task rings."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import id_field, only, owned_by_user


class Reminder(SQLModel, table=True):
    __tablename__ = "reminders"
    __table_args__ = (
        # What comes due is found here, so what has rung or waits costs nothing, however much it is.
        sa.Index("reminders_due", "remind_at", "user_id", **only("status = 'PENDING'")),
        sa.Index("reminders_soonest", "user_id", "remind_at", "id"),
        sa.Index("reminders_of_status", "user_id", "status", "remind_at", "id"),
    )

    id: UUID = id_field()
    user_id: UUID = owned_by_user()
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE", index=True)
    remind_at: datetime
    #: An ISO 8601 duration where it follows the due date.
    before_due: str | None = Field(default=None, sa_type=sa.Text)
    #: The `before_due` that it was made with: what the tasks of its series are given, also after it was put off.
    pattern: str | None = Field(default=None, sa_type=sa.Text)
    #: A ReminderStatus.
    status: str = Field(sa_type=sa.Text)
    #: A Canceller, where the status is CANCELLED: only what did it can undo it.
    cancelled_by: str | None = Field(default=None, sa_type=sa.Text)
    notified_at: datetime | None = None
    #: It rang more than a minute after `remind_at`.
    late: bool = False
    version: int = 1
    created_at: datetime
