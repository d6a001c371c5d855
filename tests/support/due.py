"""Things that fall due one after another while a test does something else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.support.client import Api

REMINDERS = 20
SERIES = 5
CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { errors { code message } } }"


async def fall_due(api: Api, from_: datetime, seconds: float) -> None:
    """REMINDERS rings and SERIES spawned tasks of the user's, spread over `seconds` from that instant."""
    rings = [
        {"remindAt": _text(from_ + timedelta(seconds=seconds * number / REMINDERS))}
        for number in range(1, REMINDERS + 1)
    ]
    new: list[dict[str, Any]] = [{"title": "rings", "reminders": rings}]
    for number in range(1, SERIES + 1):
        # To the second: a rule goes by whole ones.
        at = (from_ + timedelta(seconds=seconds * number / SERIES)).replace(microsecond=0)
        recurrence = {"rule": "FREQ=DAILY", "timeZone": "UTC"}
        new.append({"title": "series", "dueDate": _text(at - timedelta(days=1)), "recurrence": recurrence})
    for input_ in new:
        payload = (await api.run(CREATE, input={"id": str(uuid4())} | input_))["createTask"]
        assert payload["errors"] == []


def now() -> datetime:
    return datetime.now(UTC)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
