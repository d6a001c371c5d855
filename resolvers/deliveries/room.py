"""How much of a process's room each may have, so that what is slow keeps only its own waiting."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

#: Messages under way at once in one process: of a channel, of all channels of a user, and through the mail server.
OF_CHANNEL, OF_USER, BY_MAIL = 8, 16, 32
#: Of a channel that failed last time: one, to see whether it works again.
OF_FAILING = 1


@dataclass(frozen=True, slots=True)
class Lane:
    """What could be slow together. channel_id: None for a letter to the account's own address."""

    user_id: UUID
    channel_id: UUID | None
    by_mail: bool
    failing: bool = False

    @property
    def width(self) -> int:
        return OF_FAILING if self.failing else OF_CHANNEL


class Room:
    """under_way: the lane of each message that is being sent."""

    def __init__(self, under_way: Iterable[Lane] = ()) -> None:
        self._channels: Counter[UUID | None] = Counter()
        self._users: Counter[UUID] = Counter()
        self._by_mail = 0
        self.full_channels: set[UUID] = set()
        for lane in under_way:
            self._count(lane)

    @property
    def full_users(self) -> set[UUID]:
        return {user_id for user_id, count in self._users.items() if count >= OF_USER}

    @property
    def no_more_mail(self) -> bool:
        return self._by_mail >= BY_MAIL

    def take(self, lane: Lane) -> bool:
        """Whether there is room for one more."""
        if (
            (lane.channel_id is not None and self._channels[lane.channel_id] >= lane.width)
            or self._users[lane.user_id] >= OF_USER
            or (lane.by_mail and self.no_more_mail)
        ):
            return False
        self._count(lane)
        return True

    def _count(self, lane: Lane) -> None:
        self._users[lane.user_id] += 1
        self._by_mail += lane.by_mail
        if lane.channel_id is not None:
            self._channels[lane.channel_id] += 1
            if self._channels[lane.channel_id] >= lane.width:
                self.full_channels.add(lane.channel_id)
