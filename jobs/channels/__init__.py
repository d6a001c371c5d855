"""Sending: what a channel is given, and what can come of it. Each kind has a sender in a file of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from resolvers.log.events import Event
from resolvers.tables import Channel, Task, User


@dataclass(frozen=True, slots=True)
class Notice:
    """One event to tell of. task: the one that it is about, or whose reminder it is, as it now is; None where gone."""

    event: Event
    task: Task | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message.

    key      sent along: a receiver that sees it again has seen this message
    user     whose it is: names and times are told in their zone
    notices  the oldest first; several where reminders come late, and none for a test
    """

    key: UUID
    user: User
    notices: Sequence[Notice] = ()


class SendFailed(Exception):
    """It is not known to have arrived. The message says why, in words for the channel's owner.

    retry_after_seconds  how long the receiver asks to be left alone
    may_have_arrived     False where the receiver said no, or was never reached
    """

    def __init__(
        self, reason: str, retry_after_seconds: float | None = None, *, may_have_arrived: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        self.may_have_arrived = may_have_arrived


class Refused(SendFailed):
    """This message will never be taken; the next one may be."""


class Gone(SendFailed):
    """The receiver is there no more: the channel ends."""


class Sender(Protocol):
    """Sends through channels of one kind."""

    async def send(self, channel: Channel, parcel: Parcel) -> None:
        """Returns once the receiver has taken it. Raises SendFailed, Refused, Gone; takes a few seconds at most."""
        ...
