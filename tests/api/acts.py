"""Acts on series and reminders as a client does them: what is answered, what is refused, what the log says."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.client import Api

RECURRENCE = (
    "recurrence { rule timeZone start mode missed lead nextOccurrence upcoming(first: 3) summary ended }"
)
REMINDER = "id remindAt beforeDue status notified notifiedAt late version createdAt task { id }"
TASK = f"id version timeZone dueDate dueOn isRecurring deletedAt {RECURRENCE} reminders {{ {REMINDER} }}"
SELECTIONS = {"task": TASK, "reminder": REMINDER}
ERRORS = "cursor errors { code field message }"


def soon(**time: float) -> str:
    """An instant from now, on the whole second: `days=1`, `hours=-2`."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(**time)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


async def do(api: Api, mutation: str, /, thing: str = "task", **input_: Any) -> dict[str, Any]:
    """The thing as the mutation answers it, which must have worked."""
    payload = await api.mutate(mutation, f"{thing} {{ {SELECTIONS[thing]} }} {ERRORS}", **input_)
    assert payload["errors"] == []
    return dict(payload[thing])


async def task(api: Api, title: str = "x", **input_: Any) -> dict[str, Any]:
    return await do(api, "createTask", title=title, **input_)


async def recur(api: Api, rule: str, due: str | None, **recurrence: Any) -> dict[str, Any]:
    """A new series, due at `due`."""
    return await task(api, dueDate=due, recurrence={"rule": rule} | recurrence)


async def remind(api: Api, task_id: str, **when: Any) -> dict[str, Any]:
    return await do(api, "createReminder", "reminder", taskId=task_id, **when)


async def see(api: Api, task_id: str) -> dict[str, Any]:
    found = await api.run(f"query ($id: ID!) {{ task(id: $id) {{ {TASK} }} }}", id=task_id)
    return dict(found["task"])


async def statuses(api: Api, task_id: str) -> list[str]:
    return [reminder["status"] for reminder in (await see(api, task_id))["reminders"]]


async def refusal(api: Api, mutation: str, /, **input_: Any) -> tuple[str, list[str]]:
    """Code and field of the one error; nothing may have changed."""
    before = await cursor(api)
    payload = await api.mutate(mutation, ERRORS, **input_)
    assert payload["cursor"] is None
    [error] = payload["errors"]
    assert error["message"].endswith((".", ":"))
    assert await cursor(api) == before
    return error["code"], error["field"]


async def unchanged(api: Api, mutation: str, /, **input_: Any) -> None:
    """It works, and neither an event nor a version tells of it."""
    before = await cursor(api)
    payload = await api.mutate(mutation, ERRORS, **input_)
    assert payload == {"cursor": None, "errors": []}
    assert await cursor(api) == before


async def cursor(api: Api) -> str:
    return str((await api.run("{ cursor }"))["cursor"])


async def news(api: Api, after: str) -> list[dict[str, Any]]:
    """The events after the cursor."""
    query = """
    query ($after: Cursor) {
      events(after: $after) { nodes { type aggregateId changed correlationId data task { id } reminder { id status } } }
    }"""
    return list((await api.run(query, after=after))["events"]["nodes"])


async def graphql_error(api: Api, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The extensions of the one error of what is answered with no data."""
    answer = await api.post(query, variables)
    assert not any((answer.get("data") or {}).values())
    [error] = answer["errors"]
    return dict(error["extensions"])


async def refused_input(api: Api, mutation: str, /, **input_: Any) -> str:
    """The code of a mutation whose input can't even be read."""
    type_ = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {type_}!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    return str((await graphql_error(api, query, {"input": input_}))["code"])
