"""broadcaster, made fit for long days: who hears what of the bus, within this process or through Redis.

A channel is a user's id. What is lost on the way is told as a gap, and the log has it.
"""

from broadcaster._base import Unsubscribed

from jobs.broadcast.bounded import BoundedBroadcast, BroadcastUnavailable, Gap


def open_broadcast(url: str) -> BoundedBroadcast:
    """memory:// keeps to this process; redis:// and rediss:// join all that have the same."""
    if url == "memory://":
        return BoundedBroadcast(url)
    from jobs.broadcast.redis_backend import RedisBroadcast  # which takes a while to import

    return RedisBroadcast(url)


__all__ = ["BoundedBroadcast", "BroadcastUnavailable", "Gap", "Unsubscribed", "open_broadcast"]
