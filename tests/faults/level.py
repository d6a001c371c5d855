"""`python -m tests.faults.level --minutes 30`: mixed load, after which the process holds what it held before it.

People write and watch, things fall due, and clients come, subscribe and vanish. Tasks and descriptors are then where
they were, and memory goes on as it was: a slope is a leak.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression

from websockets.exceptions import ConnectionClosed

from tests.faults.matrix.looking import metric, rss_mib
from tests.support.client import EVENTS, Api, open_socket
from tests.support.deployment import SQLITE, deployment
from tests.support.load import load
from tests.support.server import Server

LOOK_SECONDS = 2.0
#: Connections that a pool keeps, and a task or two of what is just being dealt with.
SLACK = 3
SETTLED_SECONDS = 60.0
#: Over the second half, once caches are filled and where that half is long enough to tell one from the other.
GROWTH_MIB = 25.0


@dataclass(frozen=True, slots=True)
class Level:
    """What a process holds."""

    tasks: int
    files: int
    mib: float

    @classmethod
    async def of(cls, server: Server) -> "Level":
        files = len(os.listdir(f"/proc/{server.pid}/fd"))  # noqa: PTH208
        return cls(int(await metric(server, "taskflow_asyncio_tasks")), files, rss_mib(server))

    def is_that_of(self, other: "Level") -> bool:
        return self.tasks <= other.tasks + SLACK and self.files <= other.files + SLACK


async def vanish(server: Server, api: Api) -> None:
    """A client that subscribes and is gone."""
    with contextlib.suppress(ConnectionClosed, OSError):
        async with open_socket(server.url, api.token) as socket:
            await socket.subscribe(EVENTS)
            socket.connection.transport.abort()


async def hold_level(folder: Path, seconds: float) -> list[str]:
    """Returns what was wrong."""
    seen: list[tuple[float, Level]] = []
    # The longest there is: people who load it do not refresh what they signed in with.
    async with deployment(SQLITE, folder, ACCESS_TOKEN_MINUTES="60") as d:
        server = d.servers[0]
        # The first load has the pools open what they keep.
        for length in (min(10.0, seconds / 4), seconds):
            async with load(d, due_seconds=length / 2) as load_:
                ends_at = time.monotonic() + length
                while time.monotonic() < ends_at:
                    await asyncio.gather(*(vanish(server, load_.users[0]) for _ in range(5)))
                    seen.append((time.monotonic(), await Level.of(server)))
                    await asyncio.sleep(LOOK_SECONDS)
                await load_.settle_and_check()
            settled = await _settled(server)
            if length != seconds:
                before, seen = settled, []
        print(f"before: {before}; after: {settled}")
        wrong = []
        if not settled.is_that_of(before):
            wrong.append(f"tasks or descriptors were left behind: {before} before, {settled} after")
        late = seen[len(seen) // 2 :]
        slope = linear_regression([at for at, _ in late], [level.mib for _, level in late]).slope
        grown = slope * (late[-1][0] - late[0][0])
        print(f"memory: {slope * 3600:+.1f} MiB an hour, {grown:+.1f} MiB, in the second half")
        if grown > GROWTH_MIB:
            wrong.append(f"memory grew by {grown:.1f} MiB in the second half")
    return wrong


async def _settled(server: Server) -> Level:
    """The least that it holds once its clients are gone."""
    deadline = time.monotonic() + SETTLED_SECONDS
    least = await Level.of(server)
    same = 0
    while same < 5 and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        level = await Level.of(server)
        same = same + 1 if (level.tasks, level.files) == (least.tasks, least.files) else 0
        least = level
    return least


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.level")
    parser.add_argument("--minutes", type=float, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taskflow-level-") as folder:
        wrong = asyncio.run(hold_level(Path(folder), arguments.minutes * 60))
    print("\n".join(wrong) or "tasks, descriptors and memory are level")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
