"""How reminders and events reach people beyond an open window, and what became of each message."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import id_field, only, owned_by_user


class Channel(SQLModel, table=True):
    __tablename__ = "channels"
    __table_args__ = (
        sa.Index("channels_of_user", "user_id", "created_at", "id"),
        # A browser or mailbox is one channel, however often it is added.
        sa.Index("channels_address", "user_id", "kind", "address", unique=True, **only("kind <> 'WEBHOOK'")),
        # A browser whose user has changed.
        sa.Index("channels_endpoint", "address", **only("kind = 'WEB_PUSH'")),
        sa.Index("channels_resting", "rests_until", **only("rests_until IS NOT NULL")),
    )

    id: UUID = id_field()
    user_id: UUID = owned_by_user()
    #: A ChannelKind: WEB_PUSH | EMAIL | WEBHOOK.
    kind: str = Field(sa_type=sa.Text)
    label: str = Field(sa_type=sa.Text)
    #: The browser's push endpoint, the e-mail address, or the URL. Whoever knows an endpoint or URL may hold a secret.
    address: str = Field(sa_type=sa.Text)
    #: WEB_PUSH: `p256dh` and `auth`, base64url as the browser gives them. WEBHOOK: `secret`, as the owner was shown it.
    keys: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)
    #: Event types, such as `reminder.triggered`.
    types: list[str] = Field(sa_type=sa.JSON)
    enabled: bool = True
    #: Makes the tags of the links that confirm it and unsubscribe from it: random, never shown.
    link_key: bytes
    #: EMAIL: when the last link that confirms it was asked for.
    link_sent_at: datetime | None = None
    #: When its owner last had a message sent to see whether it works.
    tested_at: datetime | None = None
    #: None for an e-mail address until its link was followed. Events from before are not sent.
    confirmed_at: datetime | None = None
    #: When it last failed for good, and why, in words; None while it works.
    failed_at: datetime | None = None
    failure: str | None = Field(default=None, sa_type=sa.Text)
    #: Attempts in a row that failed, and until when it therefore rests.
    failures: int = 0
    rests_until: datetime | None = None
    created_at: datetime


class Delivery(SQLModel, table=True):
    """One message to send: an event to a channel, or a letter of our own. Receivers tell doubles by its id.

    PENDING → SENT or FAILED. While an attempt is under way it is claimed; a claim that ran out is anybody's.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.Index("deliveries_event", "event_id", "channel_id", unique=True),
        sa.Index("deliveries_due", "next_at", "channel_id", **only("status = 'PENDING'")),
        sa.Index("deliveries_waiting", "channel_id", **only("status = 'PENDING'")),
        sa.Index("deliveries_claimed", "claimed_until", **only("claimed_until IS NOT NULL")),
        sa.Index("deliveries_late", "late_after", **only("status = 'PENDING' AND late_after IS NOT NULL")),
        sa.Index("deliveries_made", "created_at"),
    )

    id: UUID = id_field()
    user_id: UUID = owned_by_user(index=True)
    #: None for a letter to the account's own address.
    channel_id: UUID | None = Field(
        default=None, foreign_key="channels.id", ondelete="CASCADE", nullable=True, index=True
    )
    #: The event, by its place in the user's log, and of a reminder's event the reminder; None for a letter.
    event_id: UUID | None = None
    seq: int | None = Field(default=None, sa_type=sa.BigInteger)
    reminder_id: UUID | None = Field(
        default=None, foreign_key="reminders.id", ondelete="CASCADE", nullable=True, index=True
    )
    #: A letter of our own: `{"kind": "confirm" | "reset", ...}`. It may hold a link's secret: None once it was sent.
    letter: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON)
    #: Of a reminder's ring: from then on it is told of together with others that are late.
    late_after: datetime | None = None
    #: The key of a message that told of it and may have arrived: its own id, or one that several late ones share.
    sent_with: UUID | None = None
    status: str = Field(default="PENDING", sa_type=sa.Text)
    #: Begun, whether or not it is known how they ended.
    attempts: int = 0
    #: Not to be tried before.
    next_at: datetime
    claimed_by: UUID | None = None
    claimed_until: datetime | None = None
    sent_at: datetime | None = None
    #: Why the last attempt failed, in words.
    failure: str | None = Field(default=None, sa_type=sa.Text)
    created_at: datetime
