"""How a client is told that there was too much of something."""

from resolvers.errors import RateLimited
from schema.documents import RequestRefused, refused
from schema.execute import Answer


def too_many(limited: RateLimited) -> RequestRefused:
    return refused(str(limited), "RATE_LIMITED", retryAfter=limited.retry_after)


def retry_after(answer: Answer) -> dict[str, str]:
    """The header, for those who look at no body."""
    waits = [error.get("extensions", {}).get("retryAfter", 0) for error in answer.get("errors", ())]
    return {"retry-after": str(max(waits))} if any(waits) else {}
