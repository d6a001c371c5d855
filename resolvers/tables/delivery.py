"""What moves events out of the log, and what acts on them: who may sweep, how far it came, and what nobody could do."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import id_field, only, owned_by_user


class Lease(SQLModel, table=True):
    """Which process does what only one should, until when. It is a row, so it works behind any pooler."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, sa_type=sa.Text)
    owner: str = Field(sa_type=sa.Text)
    #: Grows with each holder: who wakes from a pause and still believes that it holds it, holds an older one.
    fencing: int = Field(sa_type=sa.BigInteger)
    expires_at: datetime


class InboxEntry(SQLModel, table=True):
    """An event that a consumer has dealt with, noted in the transaction of what it did."""

    __tablename__ = "inbox"
    __table_args__ = (sa.Index("inbox_noted", "noted_at"),)

    consumer: str = Field(primary_key=True, sa_type=sa.Text)
    event_id: UUID = Field(primary_key=True)
    user_id: UUID = owned_by_user(index=True)
    #: done | dead
    status: str = Field(sa_type=sa.Text)
    noted_at: datetime


class ConsumerPosition(SQLModel, table=True):
    """All events of the user up to `seq` have been dealt with. What lies behind it in the log was missed."""

    __tablename__ = "consumer_positions"

    consumer: str = Field(primary_key=True, sa_type=sa.Text)
    user_id: UUID = owned_by_user(primary_key=True, index=True)
    seq: int = Field(sa_type=sa.BigInteger)


class DeadLetter(SQLModel, table=True):
    """A message that a consumer could not deal with, kept until somebody retries or drops it."""

    __tablename__ = "dead_letters"
    __table_args__ = (
        sa.Index("dead_letters_event", "consumer", "event_id", unique=True),
        sa.Index("dead_letters_unpublished", "created_at", **only("published_at IS NULL")),
    )

    id: UUID = id_field()
    consumer: str = Field(sa_type=sa.Text)
    #: None where the message is no event at all.
    event_id: UUID | None = None
    #: None where nobody can tell whose it is.
    user_id: UUID | None = owned_by_user(nullable=True, default=None, index=True)
    key: str = Field(sa_type=sa.Text)
    body: bytes
    error: str = Field(sa_type=sa.Text)
    attempts: int
    created_at: datetime
    #: When the bus took it to the topic of dead letters.
    published_at: datetime | None = None
