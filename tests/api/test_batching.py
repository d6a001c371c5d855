"""However long a list, what it shows is read in the same few statements, and in the order of an index."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from graphql_api.app import build_app
from graphql_api.settings import Settings
from graphql_api.wiring import Parts, open_parts
from resolvers.database import Database
from schema.query import TaskOrder
from tests.support.client import Api


class User(Api):
    """Somebody signed in to a server in this process, whose statements are heard."""

    def __init__(self, parts: Parts) -> None:
        super().__init__("http://test")
        self.parts = parts
        self.http = httpx.AsyncClient(base_url=self.url, transport=httpx.ASGITransport(build_app(parts)))
        #: Each statement that a database was sent, with its parameters.
        self.statements: list[tuple[str, Any]] = []

    async def make(self, mutation: str, thing: str, **input_: Any) -> str:
        """The id of what it made."""
        payload = await self.mutate(mutation, f"{thing} {{ id }} errors {{ message }}", **input_)
        assert payload["errors"] == []
        return str(payload[thing]["id"])

    async def statements_of(self, query: str, **variables: Any) -> list[str]:
        """What the databases were asked while the query ran; transactions' own words left out."""
        self.statements.clear()
        await self.run(query, **variables)
        return [text for text, _ in self.statements if text.startswith("SELECT")]


@contextmanager
def listening(database: Database, heard: list[tuple[str, Any]]) -> Iterator[None]:
    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        heard.append((statement, parameters))

    engines = {database.writer.sync_engine, database.reader.sync_engine}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", listen)
    yield
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", listen)


@pytest.fixture
async def user(database: Database) -> AsyncIterator[User]:
    url = database.url.set(drivername=database.url.get_backend_name()).render_as_string(hide_password=False)
    parts = open_parts(Settings(database_url=url, jwt_secret="x" * 32))
    async with User(parts) as user:
        await user.sign_up()
        with listening(parts.database, user.statements):
            yield user
    await parts.database.close()


async def fill(user: User, count: int) -> None:
    """So many tasks below a parent each, with a project and labels and a subtask of their own."""
    projects = [await user.make("createProject", "project", name="x") for _ in range(count)]
    labels = [await user.make("createLabel", "label", name="x") for _ in range(10)]
    for number, project in enumerate(projects):
        carried = [labels[number % 10], labels[(number + 3) % 10]]
        parent = await user.make("createTask", "task", title="parent", projectId=project)
        task = await user.make(
            "createTask",
            "task",
            title="task",
            projectId=project,
            labelIds=carried,
            parentId=parent,
            priority="HIGH",
        )
        await user.make("createTask", "task", title="subtask", labelIds=carried, parentId=task)


TASK = "id overdue project { name taskCount } labels { name } parent { title } subtasks { title }"
#: A query, and its statements: one for how far the log reaches, which is also whether the session stands; one for
#: each root field; one for totalCount; one for each field of objects, and two for labels (which, and what they are).
QUERIES = {
    f"""query ($first: Int!) {{
      tasks(first: $first, filter: {{ priority: [HIGH] }}) {{ nodes {{ {TASK} }} totalCount }} }}""": 9,
    # An event knows its labels' ids.
    f"""query ($first: Int!) {{
      events(first: $first, types: [TASK_CREATED]) {{ nodes {{ task {{ {TASK} }} }} }} }}""": 7,
    "query ($first: Int!) { projects(first: $first) { nodes { name taskCount } totalCount } }": 4,
    "query ($first: Int!) { tasks(first: $first) { nodes { id } } labels { name } }": 3,
}
DEEP = """
query ($first: Int!) { tasks(first: $first, filter: { priority: [HIGH] }) { nodes {
  project { taskCount } labels { name }
  parent { project { name } labels { id } subtasks { id } }
  subtasks { project { id } labels { name } subtasks { id } parent { id } } } } }
"""
#: Each field at each depth by itself: what is asked for at the same moment is read together, which this leaves out.
DEEP_STATEMENTS = 2 + 4 + 5 + 6


async def test_a_hundred_are_read_in_as_many_statements_as_ten(user: User):
    await fill(user, 10)
    for query, count in QUERIES.items():
        assert len(await user.statements_of(query, first=10)) == count
    await fill(user, 100)
    for query, count in QUERIES.items():
        assert len(await user.statements_of(query, first=100)) == count
    assert len(await user.statements_of(DEEP, first=100)) <= DEEP_STATEMENTS


async def test_what_is_not_asked_for_is_not_read(user: User):
    await fill(user, 3)
    # How far the log reaches, and the list.
    assert len(await user.statements_of("{ tasks { nodes { id title version } } }")) == 2
    assert len(await user.statements_of("{ cursor }")) == 1


async def plans(user: User, query: str, **variables: Any) -> list[str]:
    """The steps by which SQLite would answer each statement of the query."""
    await user.statements_of(query, **variables)
    steps: list[str] = []
    async with user.parts.database.reader.connect() as connection:
        for statement, parameters in [heard for heard in user.statements if heard[0].startswith("SELECT")]:
            found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [row[3] for row in found]
    return steps


LIST = """query ($after: String, $orderBy: TaskOrder!) {
  tasks(first: 3, after: $after, orderBy: $orderBy) { nodes { id } pageInfo { endCursor } } }"""
INDEX = {
    "CREATED_AT_ASC": "tasks_created",
    "CREATED_AT_DESC": "tasks_created",
    "DUE_DATE_ASC": "tasks_due",
    "PRIORITY_DESC": "tasks_priority",
    "POSITION_ASC": "tasks_position",
    "UPDATED_AT_DESC": "tasks_updated",
}


def test_every_order_has_its_index_named_here():
    assert INDEX.keys() == {order.name for order in TaskOrder}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("order", INDEX)
async def test_each_order_comes_from_its_index_without_a_scan_or_a_sort(user: User, order: str):
    await fill(user, 3)
    after = (await user.run(LIST, orderBy=order))["tasks"]["pageInfo"]["endCursor"]
    for cursor in (None, after):
        steps = await plans(user, LIST, orderBy=order, after=cursor)
        assert not [step for step in steps if step.startswith(("SCAN", "USE TEMP B-TREE"))], steps
        [search] = [step for step in steps if " tasks " in step]
        assert f"USING INDEX {INDEX[order]} (user_id=?" in search
        if cursor is not None and order != "DUE_DATE_ASC":
            # Where the page before ended, and not from the first row on.
            assert " AND " in search


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("{ projects { nodes { id } } }", "projects_position"),
        ("{ events { nodes { id } } }", "event_log"),
        (
            '{ events(aggregateId: "00000000-0000-4000-8000-000000000000") { nodes { id } } }',
            "event_log_aggregate",
        ),
        ('{ events(until: "2020-01-01T00:00:00Z") { nodes { id } } }', "event_log_created"),
    ],
)
async def test_projects_and_the_log_are_read_by_their_indexes(user: User, query: str, index: str):
    await fill(user, 3)
    steps = await plans(user, query)
    assert not [step for step in steps if step.startswith(("SCAN", "USE TEMP B-TREE"))], steps
    assert any(f"INDEX {index}" in step or f"INDEX sqlite_autoindex_{index}" in step for step in steps), steps
