"""What every line of the log about an event says of it."""

from resolvers.log.events import Event


def log_fields(event: Event) -> dict[str, str]:
    return {
        "correlation_id": event.correlation_id,
        "event_id": str(event.event_id),
        "user_id": str(event.user_id),
    }
