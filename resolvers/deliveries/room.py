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


class Room:
    """under_way: the lane of each message that is being sent, by the one who claimed it."""

    def __init__(self, under_way: Iterable[tuple[UUID, Lane]] = ()) -> None:
        self._channels: Counter[UUID | None] = Counter()
        self._users: Counter[UUID] = Counter()
        self._by_mail = 0
        self.owners: set[UUID] = set()
        for owner, lane in under_way:
            self.owners.add(owner)
            self._count(lane)

    @property
    def busy_channels(self) -> set[UUID]:
        """Those that anything is under way to."""
        return {channel_id for channel_id in self._channels if channel_id is not None}

    @property
    def full_channels(self) -> set[UUID]:
        return {id_ for id_, count in self._channels.items() if id_ is not None and count >= OF_CHANNEL}

    @property
    def busy_users(self) -> set[UUID]:
        return set(self._users)

    @property
    def full_users(self) -> set[UUID]:
        return {user_id for user_id, count in self._users.items() if count >= OF_USER}

    @property
    def no_more_mail(self) -> bool:
        return self._by_mail >= BY_MAIL

    def take(self, lane: Lane) -> bool:
        """Whether there is room for one more."""
        width = OF_FAILING if lane.failing else OF_CHANNEL
        if (
            (lane.channel_id is not None and self._channels[lane.channel_id] >= width)
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
