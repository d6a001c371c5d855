"""The log: every change of every user, in order, and the row that numbers them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import only, owned_by_user


class UserStream(SQLModel, table=True):
    """One row per user, locked first by every transaction that changes anything of theirs.

    So writers of one user queue, and `seq` is in commit order.
    """

    __tablename__ = "user_stream"

    user_id: UUID = owned_by_user(primary_key=True)
    #: Changes when the log is restored from a backup, so that cursors from before are refused.
    epoch: int = Field(sa_type=sa.BigInteger)
    #: Signs this user's cursors.
    cursor_key: bytes
    last_seq: int = Field(default=0, sa_type=sa.BigInteger)
    #: The oldest event still kept.
    min_seq: int = Field(default=1, sa_type=sa.BigInteger)
    #: Tasks that are not deleted: counted here because counting 100,000 rows at each create would not do.
    task_count: int = 0


class EventRow(SQLModel, table=True):
    __tablename__ = "event_log"
    __table_args__ = (
        # The relay reads only what waits, so this stays small however long the history.
        sa.Index("event_log_waiting", "created_at", **only("published_at IS NULL")),
        # The history of one task.
        sa.Index("event_log_aggregate", "user_id", "aggregate_id", "seq"),
        sa.Index("event_log_created", "user_id", "created_at"),
    )

    user_id: UUID = owned_by_user(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    event_id: UUID = Field(unique=True)
    type: str = Field(sa_type=sa.Text)
    aggregate_id: UUID
    schema_version: int
    correlation_id: str = Field(sa_type=sa.Text)
    changed: list[str] = Field(sa_type=sa.JSON)
    data: dict[str, Any] = Field(sa_type=sa.JSON)
    created_at: datetime
    published_at: datetime | None = None


class IdempotentCreate(SQLModel, table=True):
    """What a client asked for under an id of its choosing, so that asking again creates nothing more."""

    __tablename__ = "idempotent_creates"

    #: The table's name: tasks, projects, labels, reminders.
    kind: str = Field(primary_key=True, sa_type=sa.Text)
    id: UUID = Field(primary_key=True)
    user_id: UUID = owned_by_user(index=True)
    #: SHA-256 of the coerced input.
    content_hash: bytes
    #: Where the creation stands in the user's log.
    seq: int = Field(sa_type=sa.BigInteger)
    created_at: datetime
