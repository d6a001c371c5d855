"""Something of every kind that a user can have, and all that the user can see of it."""

from collections.abc import Awaitable, Callable
from typing import Any, Self
from uuid import uuid4

from graphql import GraphQLSchema, OperationType

from tests.isolation.places import Field, root_fields
from tests.support.client import Api, watch


class World:
    """`things` has an id of each kind, referring to one another; every text of theirs has `mark` in it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.mark = uuid4().hex
        self.things: dict[str, str] = {}

    @classmethod
    async def of(cls, api: Api) -> Self:
        world = cls(api)
        await api.mutate("updateViewer", "errors { code }", name=world.mark)
        for kind, make in KINDS.items():
            world.things[kind] = await make(world)
        return world

    async def make(self, mutation: str, /, **input_: Any) -> str:
        thing = mutation.removeprefix("create").lower()
        payload = await self.api.mutate(
            mutation, f"{thing} {{ id }} errors {{ code field message }}", **input_
        )
        assert payload["errors"] == []
        return str(payload[thing]["id"])

    async def make_task(self) -> str:
        project, label = self.things["Project"], self.things["Label"]
        before = (await self.api.run("{ cursor }"))["cursor"]
        task = await self.make(
            "createTask",
            title=self.mark,
            projectId=project,
            labelIds=[label],
            recurrence={"rule": "FREQ=DAILY;COUNT=2", "lead": "P2D"},
        )
        # So that there is something below it, and something that it spawned.
        await self.make("createTask", title=self.mark, parentId=task)
        assert self.api.token
        async for event in watch(self.api.url, self.api.token, before):
            if event["type"] == "RECURRING_SPAWNED":
                break
        return task

    async def make_channel(self) -> str:
        input_ = {"url": f"https://1.1.1.1/{self.mark}", "label": self.mark}
        payload = await self.api.mutate("addWebhookChannel", "channel { id } errors { message }", **input_)
        assert payload["errors"] == []
        return str(payload["channel"]["id"])

    async def find(self, query: str, *path: str | int) -> str:
        found: Any = await self.api.run(query)
        for step in path:
            found = found[step]
        return str(found["id"])

    async def sight(self, schema: GraphQLSchema) -> dict[str, bytes]:
        """Every answer to a query that needs nothing named: their log and its cursor are among them."""
        return {
            str(field): await ask(self.api, field, {})
            for field in root_fields(schema)
            if field.operation is OperationType.QUERY and not field.needs_arguments
        }


#: How each kind of thing that has an id comes to be. What refers to others stands after them.
KINDS: dict[str, Callable[[World], Awaitable[str]]] = {
    "User": lambda world: world.find("{ viewer { id } }", "viewer"),
    "Session": lambda world: world.find("{ sessions { id } }", "sessions", 0),
    "Project": lambda world: world.make("createProject", name=world.mark),
    "Label": lambda world: world.make("createLabel", name=world.mark),
    "Task": lambda world: world.make_task(),
    "Reminder": lambda world: world.make(
        "createReminder", taskId=world.things["Task"], remindAt="2031-01-01T00:00:00Z"
    ),
    "Channel": lambda world: world.make_channel(),
    "Event": lambda world: world.find("{ events { nodes { id } } }", "events", "nodes", 0),
}


async def ask(api: Api, field: Field, variables: dict[str, Any]) -> bytes:
    """The answer as it came, byte for byte."""
    headers = {"Authorization": f"Bearer {api.token}"} if api.token else {}
    body = {"query": field.document(variables), "variables": variables}
    answer = await api.http.post("/graphql", json=body, headers=headers)
    return f"{answer.status_code} ".encode() + answer.content
