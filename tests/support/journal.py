"""What the clients of a test know: what they asked for and were told, and what they heard."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4


class Outcome(StrEnum):
    #: Answered as done.
    ACKED = "acked"
    #: Refused: it must have left nothing behind.
    FAILED = "failed"
    #: Nobody said. It may be done, once.
    UNKNOWN = "unknown"


@dataclass
class Request:
    """One change that a client wants, however often it is sent. `id` is its correlation id, so the log tells of it."""

    mutation: str
    user_id: str
    task_id: str
    #: It must be turned down.
    refused: bool = False
    id: str = field(default_factory=lambda: uuid4().hex)
    outcome: Outcome = Outcome.UNKNOWN
    sent_at: float = field(default_factory=time.monotonic)
    #: When its outcome was known, and by which server.
    told_at: float | None = None
    url: str = ""


@dataclass(frozen=True)
class Heard:
    """An event that a subscriber took, and over which server."""

    id: str
    cursor: str
    correlation_id: str
    url: str
    at: float


class Journal:
    """Of all writers of a test. Instants are those of time.monotonic.

    answers    how often each kind of answer came, "unavailable" and "unreachable" among them
    surprises  answers that no fault explains
    changed    set whenever somebody was told or heard something
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.changed = asyncio.Event()

    def of(self, outcome: Outcome, user_id: str | None = None) -> list[Request]:
        return [
            request
            for request in self.requests
            if request.outcome is outcome and user_id in (None, request.user_id)
        ]
