"""Starts what is put under load, each a process of its own on loopback."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx

from tests.bench.cpu import find_pid
from tests.bench.load import sample
from tests.bench.peers import programs
from tests.bench.peers.documents import MARK, TITLE
from tests.bench.peers.subjects import USERS, PocketBase, Raw, Subject
from tests.bench.post import BenchFailed
from tests.bench.target import TaskFlow, end, taskflow
from tests.services import postgres
from tests.support.client import PASSWORD, Api
from tests.support.server import KEPT_ENVIRONMENT, ROOT

#: The last user's, for whoever reads lists. The Node peer makes the same for itself (yoga/rows.js).
PROJECTS, LABELS, TASKS = 5, 5, 200


def has_postgresql() -> bool:
    return (postgres.BIN / "initdb").exists()


@contextmanager
def on_own_postgresql(start: Callable[[str], AbstractContextManager[Subject]]) -> Iterator[Subject]:
    """A server with a PostgreSQL that nobody else uses. It waits for the disk, as it does by itself."""
    with postgres.postgresql(durable=True) as url, start(url) as subject:
        port = re.search(r":(\d+)/", url)
        assert port is not None
        subject.database_pid = find_pid(f"-p {port[1]} ")
        yield subject


@contextmanager
def our_server(name: str, folder: Path, database_url: str = "") -> Iterator[Subject]:
    """As shipped, but for the limits that keep one account from a load such as this, and tokens that outlive it."""
    environment = {"DATABASE_URL": database_url} if database_url else {}
    with taskflow(folder, USERS, TaskFlow, ACCESS_TOKEN_MINUTES="60", **environment) as running:
        subject = Subject(name, running.port, running.pid, [f"Bearer {token}" for token in running.tokens])
        asyncio.run(_seed(subject))
        subject.check_list()
        answer, frame = asyncio.run(sample(running))
        subject.sample = (answer.decode(), re.sub(r"bench-\d+", TITLE, frame.decode()))
        yield subject


@contextmanager
def yoga_server(name: str, kind: str, where: str) -> Iterator[Subject]:
    command = ["node", str(programs.yoga() / "server.js"), kind, where]
    with _started(name, command, NODE_ENV="production") as (port, pid):
        subject = Subject(name, port, pid, [f"Bearer user-{user}" for user in range(USERS)])
        subject.check_list()
        yield subject


@contextmanager
def pocketbase_server(name: str, folder: Path) -> Iterator[PocketBase]:
    port = postgres.free_port()
    command = [str(programs.pocketbase()), "serve", f"--http=127.0.0.1:{port}", f"--dir={folder}"]
    with _started(name, command) as (_, pid):
        ids, tokens = [], []
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/collections/users", timeout=20) as http:
            for user in range(USERS):
                email = f"user-{user}@example.com"
                new = {"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD}
                http.post("/records", json=new).raise_for_status()
                signed_in = http.post("/auth-with-password", json={"identity": email, "password": PASSWORD})
                signed_in.raise_for_status()
                tokens.append(signed_in.json()["token"])
                ids.append(signed_in.json()["record"]["id"])
        yield PocketBase(
            name,
            port,
            pid,
            tokens,
            accepted=f'"title":"{MARK}',
            path="/api/collections/tasks/records",
            user_ids=ids,
        )


@contextmanager
def raw_server(name: str, like: tuple[str, str]) -> Iterator[Raw]:
    """It answers and sends what another was seen to (its `sample`)."""
    command = [sys.executable, "-m", "tests.bench.floor", like[0]]
    with _started(name, command) as (port, pid):
        yield Raw(name, port, pid, [""] * USERS, sample=like)


@contextmanager
def _started(name: str, command: list[str], **environment: str) -> Iterator[tuple[int, int]]:
    """Its port, as it says it, and its id."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=_kept() | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        said = b""
        while (found := re.search(rb"http://127\.0\.0\.1:(\d+)", said)) is None:
            line = process.stdout.readline()
            if not line:
                raise BenchFailed(f"{name} did not start: {said.decode()[-500:]}")
            said += line
        yield int(found[1]), process.pid
    finally:
        end(process)


def _kept() -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}

    return {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}


async def _seed(subject: Subject) -> None:
    token = subject.authorizations[USERS - 1].removeprefix("Bearer ")
    async with Api(f"http://127.0.0.1:{subject.port}", token) as api:
        projects = [
            await api.mutate("createProject", "project { id }", name=f"Project {i}") for i in range(PROJECTS)
        ]
        labels = [await api.mutate("createLabel", "label { id }", name=f"Label {i}") for i in range(LABELS)]
        for i in range(TASKS):
            await api.mutate(
                "createTask",
                "errors { message }",
                title=f"Task {i}",
                projectId=projects[i % PROJECTS]["project"]["id"],
                labelIds=[labels[(i + n) % LABELS]["label"]["id"] for n in range(2)],
            )
