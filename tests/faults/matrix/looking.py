"""What is known only by looking: metrics, logs, the memory of a process."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from tests.support.client import DEADLINE_SECONDS
from tests.support.server import Server

LOOK_SECONDS = 0.1
#: What a library says of a task or a connection that nobody looks after.
FORGOTTEN = re.compile("never retrieved|never awaited|destroyed but it is pending|Unclosed")


async def until(what: str, holds: Callable[[], Awaitable[bool]], seconds: float = DEADLINE_SECONDS) -> None:
    """Wait for something that nothing announces."""
    try:
        async with asyncio.timeout(seconds):
            while not await holds():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s: {what}") from None


async def until_passed(server: Server, place: str) -> None:
    """Until it has come to the failpoint that it was armed with."""

    async def passed() -> bool:
        return not server.armed(place)

    await until(f"the server came to {place}", passed)


async def metric(server: Server, name: str) -> float:
    """The sum over all labels that `name` leaves open; 0 where there is none yet."""
    async with httpx.AsyncClient(base_url=server.url, timeout=DEADLINE_SECONDS, trust_env=False) as http:
        lines = (await http.get("/metrics")).text.splitlines()
    pattern = re.compile(re.escape(name) + r"(?:\{.*\})? (\S+)$")
    return sum(float(found[1]) for line in lines if (found := pattern.match(line)))


async def answers(server: Server) -> bool:
    async with httpx.AsyncClient(base_url=server.url, timeout=1, trust_env=False) as http:
        try:
            return (await http.get("/readyz")).status_code == 200
        except httpx.HTTPError:
            return False


def errors_in(server: Server) -> list[str]:
    """What it logged that nobody had expected. Libraries use sentences, and call every outage an error."""
    found = []
    for line in server.log.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            found += [line] if line.startswith(("Traceback", "Exception")) else []
            continue
        ours = re.fullmatch(r"[a-z_]+", said["event"])
        if said["level"] in ("error", "critical") and (ours or FORGOTTEN.search(said["event"])):
            found.append(line)
    return found


def parent_of(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[1])


def rss_mib(server: Server) -> float:
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    kilobytes = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert kilobytes is not None
    return int(kilobytes[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Of a process and its children, those that have ended among them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return sum(_cpu_ticks(each) for each in (str(pid), *children)) / os.sysconf("SC_CLK_TCK")


def _cpu_ticks(pid: str) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0
    # Behind the name, which may hold anything: utime, stime, and both of the children that were waited for.
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))


def open_files(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
