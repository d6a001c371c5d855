"""People, and the places where they are signed in."""

from datetime import datetime, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import id_field, only, owned_by_user


class User(SQLModel, table=True):
    __tablename__ = "users"

    id: UUID = id_field()
    #: As typed, for showing and for mail.
    email: str = Field(sa_type=sa.Text)
    #: Case-folded: what sign-in compares and what is unique.
    email_key: str = Field(sa_type=sa.Text, unique=True)
    #: Argon2id, in the PHC string form; or NO_PASSWORD.
    password_hash: str = Field(sa_type=sa.Text)
    name: str = Field(sa_type=sa.Text)
    time_zone: str = Field(sa_type=sa.Text)
    all_day_reminder_time: time = Field(default=time(9, 0))
    version: int = 1
    created_at: datetime


class SignInSession(SQLModel, table=True):
    """One place where a user is signed in: a family of refresh tokens, of which one is good at a time."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        sa.Index("sign_in_sessions_expiring", "expires_at"),
        sa.Index("sign_in_sessions_ended", "ended_at", **only("ended_at IS NOT NULL")),
    )

    id: UUID = id_field()
    user_id: UUID = owned_by_user(index=True)
    #: SHA-256 of the refresh token that is good now, and of the one that it replaced.
    token_hash: bytes
    previous_token_hash: bytes | None = None
    replaced_at: datetime | None = None
    #: Makes each token's successor from the token itself, so that no token is ever stored.
    rotation_key: bytes
    user_agent: str = Field(default="", sa_type=sa.Text)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


class Identity(SQLModel, table=True):
    """Somebody whom an outside identity provider knows, and the account that is theirs here."""

    __tablename__ = "identities"

    #: SHA-256 of issuer and subject. It outlives the account, and says nothing of whose it was.
    key: bytes = Field(primary_key=True)
    user_id: UUID | None = Field(
        default=None, foreign_key="users.id", ondelete="SET NULL", nullable=True, index=True
    )
    created_at: datetime
    #: When the account was deleted: tokens from before open none.
    closed_at: datetime | None = None
