"""An operation that takes too long ends with UNAVAILABLE, and so does what the database was doing for it.

What is too slow here is the database itself: a lock that somebody else holds, a table that never ends.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from resolvers.database import POOL_CONNECTIONS, Database
from schema import execute
from tests.api.test_batching import User, user  # noqa: F401 - a fixture

SECONDS = 0.5
#: Than by PostgreSQL's own `statement_timeout`, which would end the statement as well.
EARLIER_SECONDS = 8
FOREVER = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
CREATE = """mutation ($id: ID!) {
  createTask(input: {id: $id, title: "x"}) { task { id } cursor errors { code } } }"""
postgresql_alone = [pytest.param("postgresql", marks=pytest.mark.services)]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "OPERATION_SECONDS", SECONDS)


@asynccontextmanager
async def elsewhere(database: Database) -> AsyncIterator[AsyncConnection]:
    """Somebody else's transaction."""
    engine = create_async_engine(database.url)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


def is_unavailable(answer: dict[str, object]) -> bool:
    [error] = answer["errors"]  # type: ignore[misc]
    return answer["data"] is None and error["extensions"] == {"code": "UNAVAILABLE"}


async def make_endless(database: Database, table: str) -> None:
    """Reading it goes on for ever."""
    async with database.transaction() as session:
        await session.execute(sa.text(f"ALTER TABLE {table} RENAME TO {table}_kept"))
        await session.execute(
            sa.text(f"CREATE VIEW {table} AS {FOREVER} SELECT kept.* FROM {table}_kept kept, n WHERE x < 0")
        )


async def until_nothing_runs(database: Database) -> None:
    """No connection is lent, and PostgreSQL itself is at nothing of ours, sooner than by `statement_timeout`."""
    pools: list[Any] = [engine.sync_engine.pool for engine in (database.reader, database.writer)]
    async with asyncio.timeout(EARLIER_SECONDS):
        while any(pool.checkedout() for pool in pools):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        if database.is_sqlite:
            return
        busy = sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'taskflow' AND state <> 'idle'"
        )
        async with elsewhere(database) as connection:
            while (await connection.execute(busy)).scalar_one():  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    "query",
    ["{ projects { nodes { id } } }", "{ tasks { nodes { project { name } } } }"],
    ids=["a field", "what is read for many"],
)
async def test_a_query_that_takes_too_long_is_ended_in_the_database_too(user: User, query: str):  # noqa: F811
    project = await user.make("createProject", "project", name="x")
    await user.make("createTask", "task", title="x", projectId=project)
    await make_endless(user.parts.database, "projects")
    # More at once than there are connections: were one kept, the last would find none.
    for _ in range(2):
        answers = await asyncio.gather(*(user.post(query) for _ in range(POOL_CONNECTIONS // 2)))
        assert all(is_unavailable(answer) for answer in answers)
    await until_nothing_runs(user.parts.database)
    assert (await user.run("{ viewer { id } }"))["viewer"]["id"] == user.user_id


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("database", postgresql_alone, indirect=True)
async def test_a_mutation_that_waits_too_long_leaves_nothing_and_can_be_repeated(user: User):  # noqa: F811
    id_ = str(uuid4())
    async with elsewhere(user.parts.database) as connection:
        await connection.execute(sa.text("SELECT * FROM user_stream FOR UPDATE"))
        assert is_unavailable(await user.post(CREATE, {"id": id_}))
    await until_nothing_runs(user.parts.database)
    assert (await user.run("query ($id: ID!) { task(id: $id) { id } }", id=id_))["task"] is None
    repeated = await user.run(CREATE, id=id_)
    assert repeated["createTask"]["task"] == {"id": id_}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_mutation_whose_statement_never_ends_leaves_nothing(user: User):  # noqa: F811
    project = await user.make("createProject", "project", name="x")
    await make_endless(user.parts.database, "projects")
    query = """mutation ($id: ID!, $project: ID!) {
      createTask(input: {id: $id, title: "x", projectId: $project}) { task { id } } }"""
    id_ = str(uuid4())
    assert is_unavailable(await user.post(query, {"id": id_, "project": project}))
    await until_nothing_runs(user.parts.database)
    assert (await user.run("query ($id: ID!) { task(id: $id) { id } }", id=id_))["task"] is None
    assert (await user.run(CREATE, id=id_))["createTask"]["task"] == {"id": id_}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("database", postgresql_alone, indirect=True)
async def test_what_was_committed_is_never_told_as_undone(user: User):  # noqa: F811
    async with elsewhere(user.parts.database) as connection:
        await connection.execute(
            sa.text(
                "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS "
                f"'BEGIN PERFORM pg_sleep({3 * SECONDS}); RETURN NULL; END'"
            )
        )
        # It is the commit that takes so long.
        await connection.execute(
            sa.text(
                "CREATE CONSTRAINT TRIGGER lingering AFTER INSERT ON event_log DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION linger()"
            )
        )
    id_ = str(uuid4())
    answer = await user.post(CREATE, {"id": id_})
    assert answer["data"]["createTask"]["task"] == {"id": id_}
    assert "errors" not in answer


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("database", postgresql_alone, indirect=True)
async def test_each_change_of_one_operation_has_its_own_time(user: User):  # noqa: F811
    """The second waits although the first is committed, and ends as it would alone."""
    await user.make("createProject", "project", name="x")
    async with elsewhere(user.parts.database) as connection:
        await connection.execute(sa.text("SELECT * FROM projects FOR UPDATE"))
        projects = (await user.run("{ projects { nodes { id } } }"))["projects"]["nodes"]
        async with asyncio.timeout(EARLIER_SECONDS):
            answer = await user.post(
                """mutation ($task: ID!, $project: ID!) {
                  createTask(input: {id: $task, title: "x"}) { task { id } errors { code } }
                  updateProject(input: {id: $project, name: "y"}) { project { id } errors { code } } }""",
                {"task": str(uuid4()), "project": projects[0]["id"]},
            )
        assert is_unavailable(answer)
    await until_nothing_runs(user.parts.database)
    assert (await user.run("{ tasks { totalCount } projects { nodes { name } } }")) == {
        "tasks": {"totalCount": 1},
        "projects": {"nodes": [{"name": "x"}]},
    }


@pytest.mark.usefixtures("soon")
async def test_what_is_read_too_slowly_after_a_commit_is_a_failed_field_of_what_was_done(user: User):  # noqa: F811
    project = await user.make("createProject", "project", name="x")
    task = await user.make("createTask", "task", title="x", projectId=project)
    await make_endless(user.parts.database, "projects")
    query = """mutation ($id: ID!) {
      completeTask(input: {id: $id}) { cursor task { id project { name } } errors { code } }
      again: completeTask(input: {id: $id}) { task { id completed } errors { code } } }"""
    async with asyncio.timeout(EARLIER_SECONDS):
        answer = await user.post(query, {"id": task})
    [error] = answer["errors"]
    assert error["path"] == ["completeTask", "task", "project"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    done = answer["data"]["completeTask"]
    assert (done["task"], done["errors"]) == ({"id": task, "project": None}, [])
    assert done["cursor"] is not None
    # The next one has its own time, and finds that it was done.
    assert answer["data"]["again"] == {"task": {"id": task, "completed": True}, "errors": []}
    await until_nothing_runs(user.parts.database)
