"""What is put under load, each a process of its own on loopback: TaskFlow as shipped, and the floor beside it."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Any, NamedTuple, Protocol

from tests.bench.device import DIGITS, MARK
from tests.bench.post import BenchFailed, request
from tests.support.client import Api
from tests.support.server import ROOT, Server

STOP_SECONDS = 10
#: Beyond this many at once, hashing passwords only makes them wait.
SIGN_UPS_AT_ONCE = 2

# What the web app asks for.
TASK = """id title description completed completedAt priority dueDate dueOn allDay timeZone position version
createdAt updatedAt deletedAt project { id name color } labels { id name color version }"""
CREATE = (
    "mutation CreateTask($input: CreateTaskInput!) "
    f"{{ createTask(input: $input) {{ task {{ {TASK} }} errors {{ message }} }} }}"
)
EVENTS = f"""subscription LiveEvents($after: Cursor) {{ events(after: $after) {{ cursor type aggregateId
task {{ {TASK} }} project {{ id name color archived position version }} label {{ id name color version }}
user {{ id email name timeZone version }} }} }}"""


class Target(Protocol):
    """A running server and its users, who are numbered from 0."""

    name: str
    port: int
    pid: int

    def create(self, user: int, number: int) -> bytes:
        """The whole request that makes task `number`."""
        ...

    def accepted(self, answer: bytes) -> bool: ...

    def path(self, user: int) -> str:
        """Where the user's sockets connect."""
        ...

    def socket_port(self, user: int, device: int) -> int:
        """The port where the user's so-many-th device connects."""
        ...

    async def greeting(self, user: int) -> list[bytes]:
        """What such a socket says to hear of all that happens from now on."""
        ...


@dataclass(slots=True)
class TaskFlow:
    name: str
    port: int
    pid: int
    tokens: list[str]

    def create(self, user: int, number: int) -> bytes:
        return request("/graphql", self.tokens[user], operation(CREATE, input={"title": title(number)}))

    def accepted(self, answer: bytes) -> bool:
        return b'"errors":[]}}' in answer

    def path(self, user: int) -> str:
        return "/graphql"

    def socket_port(self, user: int, device: int) -> int:
        return self.port

    async def greeting(self, user: int) -> list[bytes]:
        return await subscribing(self, user, EVENTS)


@dataclass(slots=True)
class Floor:
    name: str
    port: int
    pid: int
    answer: bytes
    frame: bytes

    def create(self, user: int, number: int) -> bytes:
        content = re.sub(rb"bench-\d+", title(number).encode(), self.frame)
        return request(self.path(user), "", content)

    def accepted(self, answer: bytes) -> bool:
        return answer == self.answer

    def path(self, user: int) -> str:
        return f"/user-{user}"

    def socket_port(self, user: int, device: int) -> int:
        return self.port

    async def greeting(self, user: int) -> list[bytes]:
        return []


def title(number: int) -> str:
    return f"{MARK.decode()}{number:0{DIGITS}}"


def operation(query: str, **variables: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


async def subscribing(target: TaskFlow, user: int, query: str) -> list[bytes]:
    """What a socket says to hear what the query asks for, from now on."""
    token = target.tokens[user]
    async with Api(f"http://127.0.0.1:{target.port}", token) as api:
        after = (await api.run("{ cursor }"))["cursor"]
    init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    subscribe = b'{"id":"1","type":"subscribe","payload":' + operation(query, after=after) + b"}"
    return [json.dumps(init).encode(), subscribe]


@contextmanager
def taskflow[T: TaskFlow](data_dir: Path, users: int, kind: type[T], **environment: str) -> Iterator[T]:
    """As shipped but for the limits that keep one account from a load such as this; on SQLite if not told otherwise."""
    server = Server(data_dir, RATE_LIMIT="off", LOG_LEVEL="warning", **environment)
    try:
        server.start_now()
        accounts = asyncio.run(sign_up(server.url, users))
        yield kind("TaskFlow", server.port, server.pid, [account.token for account in accounts])
    finally:
        server.end_now(SIGTERM)


class Account(NamedTuple):
    user_id: str
    token: str


async def sign_up(url: str, users: int) -> list[Account]:
    turns = asyncio.Semaphore(SIGN_UPS_AT_ONCE)

    async def one() -> Account:
        async with turns, Api(url) as api:
            signed_up = await api.sign_up()
            return Account(api.user_id, str(signed_up["accessToken"]))

    return await asyncio.gather(*(one() for _ in range(users)))


def end(process: subprocess.Popen[bytes]) -> None:
    """As it should, or as it must."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def floor(answer: bytes, frame: bytes) -> Iterator[Floor]:
    """It answers each request with `answer`, and sends each socket what has the size of `frame`."""
    command = [sys.executable, "-m", "tests.bench.floor", answer.decode()]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        said = process.stdout.readline().decode()
        if (found := re.search(r":(\d+)/", said)) is None:
            raise BenchFailed("the raw ASGI floor did not start")
        yield Floor("floor", int(found[1]), process.pid, answer, frame)
    finally:
        end(process)
