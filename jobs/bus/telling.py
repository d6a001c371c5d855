"""Hands messages to those who listen."""

from collections.abc import Iterable

import structlog

from jobs.bus import Listener, Message

log = structlog.get_logger()


def tell(listeners: Iterable[Listener], message: Message) -> None:
    """Each of them, whatever the one before raised."""
    for listener in listeners:
        try:
            listener(message)
        except Exception:
            log.exception("bus_listener_failed")
