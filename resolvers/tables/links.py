"""Links that open something by a secret in them, of which only the SHA-256 is kept."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import id_field, owned_by_user


class PasswordReset(SQLModel, table=True):
    """A link that sets a new password, once, within an hour."""

    __tablename__ = "password_resets"

    id: UUID = id_field()
    user_id: UUID = owned_by_user(index=True)
    token_hash: bytes = Field(unique=True)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class ConfirmationLink(SQLModel, table=True):
    """A link that was sent to confirm an address, for a day: so that nobody is sent many, whoever asks for them."""

    __tablename__ = "confirmation_links"
    __table_args__ = (sa.Index("confirmation_links_recipient", "recipient", "sent_at"),)

    id: UUID = id_field()
    #: None once the account is gone: the link was sent all the same.
    user_id: UUID | None = Field(
        default=None, foreign_key="users.id", ondelete="SET NULL", nullable=True, index=True
    )
    #: The SHA-256 of the address, in small letters.
    recipient: bytes
    sent_at: datetime


class CalendarFeed(SQLModel, table=True):
    """The URL under which calendars read a user's tasks. A new one replaces it."""

    __tablename__ = "calendar_feeds"

    user_id: UUID = owned_by_user(primary_key=True)
    token_hash: bytes = Field(unique=True)
    created_at: datetime
    read_at: datetime | None = None
