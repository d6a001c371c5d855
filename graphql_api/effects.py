"""What events bring about."""

from collections.abc import Callable

from jobs.channels.notify import Notify
from jobs.effects import Effect
from resolvers.database import Database


def open_effects(database: Database, on_queued: Callable[[], None]) -> list[Effect]:
    """on_queued: called after a commit that left something to send. Must not wait."""
    return [Notify(database, on_queued)]
