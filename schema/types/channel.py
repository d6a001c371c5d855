"""Channels, and what was sent through them."""

from datetime import datetime
from enum import Enum
from typing import Self

import strawberry

from resolvers import tables
from resolvers.channels import kinds
from resolvers.channels.changing import target
from schema.types.event_type import EventType


@strawberry.enum
class ChannelKind(Enum):
    WEB_PUSH = kinds.Kind.WEB_PUSH
    EMAIL = kinds.Kind.EMAIL
    WEBHOOK = kinds.Kind.WEBHOOK


@strawberry.type
class Channel:
    id: strawberry.ID
    kind: ChannelKind
    label: str
    target: str = strawberry.field(description="Where it leads, without its secret parts.")
    types: list[EventType] = strawberry.field(
        description="What is sent through it; reminders alone where not chosen otherwise."
    )
    enabled: bool
    confirmed: bool = strawberry.field(description="False for an e-mail address until its link was followed.")
    failed_at: datetime | None = strawberry.field(
        description="When it last failed for good, and why, in words; null while it works."
    )
    failure: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: tables.Channel) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            kind=ChannelKind(kinds.Kind(row.kind)),
            label=row.label,
            target=target(row),
            # What a later release added beside this one is not for this one's clients.
            types=[type_ for type_ in EventType if type_.value in row.types],
            enabled=row.enabled,
            confirmed=row.confirmed_at is not None,
            failed_at=row.failed_at,
            failure=row.failure,
            created_at=row.created_at,
        )


@strawberry.enum
class DeliveryStatus(Enum):
    PENDING = kinds.DeliveryStatus.PENDING
    SENT = kinds.DeliveryStatus.SENT
    FAILED = kinds.DeliveryStatus.FAILED


@strawberry.type
class Delivery:
    channel: Channel
    status: DeliveryStatus
    attempts: int
    sent_at: datetime | None

    @classmethod
    def of(cls, row: tables.Delivery, channel: tables.Channel) -> Self:
        return cls(
            channel=Channel.of(channel),
            status=DeliveryStatus(kinds.DeliveryStatus(row.status)),
            attempts=row.attempts,
            sent_at=row.sent_at,
        )
