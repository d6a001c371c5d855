"""`python -m graphql_api replay`, as operators run it: beside a server, on its database."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.settings import Settings
from resolvers.accounts import UserChange, update_user
from resolvers.database import Database
from resolvers.tables import EventRow, Task, User
from tests.jobs.people import People
from tests.replay.test_replay import CASES, World
from tests.support.client import Api
from tests.support.server import KEPT_ENVIRONMENT, ROOT, Server

DEADLINE_SECONDS = 60


@dataclass
class Said:
    status: int
    out: list[str]
    error: str

    @property
    def json(self) -> list[Any]:
        return [json.loads(line) for line in self.out]


async def replay(database_url: str, data_dir: Path, *arguments: str) -> Said:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "graphql_api", "replay", *arguments),
        cwd=ROOT,
        env=kept | {"DATABASE_URL": database_url, "DATA_DIR": str(data_dir)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_SECONDS):
        out, error = await process.communicate()
    assert process.returncode is not None
    return Said(process.returncode, out.decode().splitlines(), error.decode())


def url_of(database: Database) -> str:
    """As it is given to TaskFlow, without the driver."""
    backend = {"sqlite": "sqlite", "postgresql": "postgresql"}[database.url.get_backend_name()]
    return database.url.set(drivername=backend).render_as_string(hide_password=False)


async def test_after_every_mutation_there_is_the_log_gives_the_state(
    ana: Api, shared_server: Server, tmp_path: Path
):
    world = World(ana)
    await world.fill()
    for mutation, cases in CASES.items():
        if mutation not in {"deleteProject", "deleteLabel", "deleteTask"}:
            await cases[0](world)
    for mutation in ("deleteLabel", "deleteProject", "deleteTask"):
        await CASES[mutation][0](world)
    said = await replay(shared_server.database_url, tmp_path, "--user", ana.email)
    assert said.status == 0, said.out
    assert said.error == ""
    assert said.out[0].startswith(f"{ana.email} {ana.user_id}: ")
    assert said.out[0].endswith(": ok")
    assert said.out[1].startswith("1 users, ")
    assert said.out[1].endswith("log and tables agree.")
    # A row is changed behind the log's back.
    database = Database(Settings(database_url=shared_server.database_url, data_dir=tmp_path).database)
    async with database.transaction() as session:
        await session.execute(sa.update(Task).where(col(Task.id) == UUID(world.done)).values(title="x" * 100))
    await database.close()
    said = await replay(shared_server.database_url, tmp_path, "--user", ana.user_id)
    assert said.status == 1
    shown = '"' + "x" * 58 + "…"
    assert said.out[1] == f'  task {world.done} title: the log has "Done", the tables {shown}'
    assert said.out[2].endswith("1 of them differ.")


async def test_all_users_are_looked_at_and_each_difference_is_a_line_of_json(
    database: Database, tmp_path: Path
):
    people = People(database)
    users = [await people.join() for _ in range(3)]
    for user in users:
        for name in ("Ana", "Ben"):
            await people.do(user, lambda tx, name=name: update_user(tx, UserChange(name=name), None))
    said = await replay(url_of(database), tmp_path, "--json")
    assert (said.status, said.error) == (0, "")
    assert {each["user_id"] for each in said.json[:3]} == {str(user) for user in users}
    assert said.json[3] == {"users": 3, "different": 0, "events": 6, "things": 3, "untold": 0}
    async with database.transaction() as session:
        await session.execute(
            sa.delete(EventRow).where(col(EventRow.user_id) == users[1], col(EventRow.seq) == 2)
        )
        # And what is written there must not reach the terminal as it is.
        await session.execute(sa.update(User).where(col(User.id) == users[2]).values(name="\x1b[2J"))
    said = await replay(url_of(database), tmp_path, "--json")
    assert said.status == 1
    found = {each["user_id"]: each["differences"] for each in said.json[:3]}
    assert found == {
        str(users[0]): [],
        str(users[1]): [
            {"thing": "event 2", "field": "", "log": None, "tables": "numbers from 1 to 2"},
            {"thing": f"user {users[1]}", "field": "name", "log": "Ana", "tables": "Ben"},
            {"thing": f"user {users[1]}", "field": "version", "log": 2, "tables": 3},
        ],
        str(users[2]): [{"thing": f"user {users[2]}", "field": "name", "log": "Ben", "tables": "\x1b[2J"}],
    }
    assert said.json[3]["different"] == 2
    said = await replay(url_of(database), tmp_path)
    assert '  event 2: the log has nothing, the tables "numbers from 1 to 2"' in said.out
    assert "\x1b" not in "".join(said.out)


@pytest.mark.parametrize("named", ["nobody@example.com", "00000000-0000-4000-8000-000000000000"])
async def test_who_is_not_there_is_named(database: Database, tmp_path: Path, named: str):
    said = await replay(url_of(database), tmp_path, "--user", named)
    assert (said.status, said.out) == (67, [])
    assert said.error == f"taskflow: there is no user {named}.\n"


async def test_where_there_is_no_database_none_is_made(tmp_path: Path):
    said = await replay("", tmp_path)
    assert (said.status, said.out) == (78, [])
    assert said.error == "taskflow: DATA_DIR: there is no database yet\n"
    assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_a_database_of_another_release_is_not_read(tmp_path: Path):
    path = tmp_path / "taskflow.db"
    path.touch()
    said = await replay(f"sqlite:///{path}", tmp_path)
    assert (said.status, said.out) == (78, [])
    assert "`python -m graphql_api migrate` brings it there" in said.error
