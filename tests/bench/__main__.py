"""`python -m tests.bench [changes] [peers] [due] [buses] [web] [hostile] [sign_in]`: one bounded run on loopback.

It ends what it started.

changes  changes a second and their way to other devices, beside the floor
peers    the same beside Node, PocketBase and others that do what TaskFlow does, by a load client in Go
due      how late reminders ring, on SQLite and PostgreSQL
buses    what Kafka, Redis and Dapr add to the way of a change, and how many events go through
web      the web app in a browser: clicks, a list of thousands, the first load
hostile  what a user feels of attacks on the same server; fails where that is too much
sign_in  whether the time of a sign-in tells if there is an account

All of them, where none is named.
"""

import argparse
import gc
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import buses, due, hostile, sign_in, web
from tests.bench.bounded import run
from tests.bench.load import sample
from tests.bench.peers import measure as peers
from tests.bench.post import BenchFailed
from tests.bench.report import Section, lateness_table, table
from tests.bench.scenarios import Measured, creates, fan_out, sync
from tests.bench.target import Target, TaskFlow, floor, taskflow
from tests.services import postgres

PARTS = ("changes", "peers", "due", "buses", "web", "hostile", "sign_in")
#: By turns, so that what else the machine does meets both.
ROUNDS = 2
LIMIT_SECONDS = 230
#: After so long no further load begins: an overloaded server takes its time to answer what it was sent.
ENOUGH_SECONDS = 165
USERS = 50
SOCKETS = 1000
FILES = 4096

type Scenario = Callable[[Target, Measured], Coroutine[Any, Any, None]]
#: What is measured: the title, what its operations are, and the load.
SCENARIOS: list[tuple[str, str, Scenario]] = [
    ("creates, one user, 8 connections", "create", partial(creates, connections=8)),
    ("creates, one user, 64 connections", "create", partial(creates, connections=64)),
    (f"fan-out to {SOCKETS:,} sockets of one user", "delivery", partial(fan_out, sockets=SOCKETS)),
    (f"mutation to other device, 50/s, {2 * USERS} sockets", "create", partial(sync, rate=50, users=USERS)),
    # The last, since it is the longest where the server can't keep up.
    (f"mutation to other device, 200/s, {2 * USERS} sockets", "create", partial(sync, rate=200, users=USERS)),
]
#: What falls due: the title, and over how many seconds.
DUE = [
    (f"{due.RINGS:,} reminders of {due.USERS} users at one moment", 0.0),
    (f"{due.RINGS:,} reminders of {due.USERS} users over 20 s", 20.0),
]
DUE_LIMIT_SECONDS = 270


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("parts", nargs="*", choices=PARTS, help="all where none is named")
    parser.add_argument(
        "--seconds",
        type=float,
        default=buses.SECONDS,
        help=f"of buses: how long {buses.RATES[-1]:,.0f} events a second are held (%(default).0f)",
    )
    parser.add_argument("--plot", type=Path, help="of peers: where to draw them (SVG)")
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    # So that what was started is ended then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _raise_file_limit()
    # A pause of the client's would count as the server's. What it leaves uncollected is little.
    gc.disable()
    try:
        with tempfile.TemporaryDirectory(prefix="taskflow-bench-") as folder:
            if "changes" in parts:
                print(_measure(Path(folder) / "changes"), flush=True)
            if "peers" in parts:
                print(peers.measure(Path(folder) / "peers", arguments.plot), flush=True)
            if "due" in parts:
                print(_measure_due(Path(folder)), flush=True)
            if "buses" in parts:
                print(buses.measure(Path(folder) / "buses", arguments.seconds), flush=True)
            if "web" in parts:
                print(web.measure(Path(folder) / "web"), flush=True)
            if "hostile" in parts:
                print(hostile.measure(Path(folder) / "hostile"), flush=True)
            if "sign_in" in parts:
                print(sign_in.measure(Path(folder) / "sign_in"))
    except BenchFailed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    except TimeoutError:
        print("bench: not done in time", file=sys.stderr)
        return 1
    return 0


def _measure(folder: Path) -> str:
    deadline = time.monotonic() + LIMIT_SECONDS
    load_before = os.getloadavg()[0]
    sections = [Section(title, of, Measured(), Measured()) for title, of, _ in SCENARIOS]
    with taskflow(folder, USERS, TaskFlow) as ours:
        answer, frame = run(sample(ours), deadline)
        with floor(answer, frame) as least:
            for turn in range(ROUNDS):
                for section, (title, _, scenario) in zip(sections, SCENARIOS, strict=True):
                    if turn and time.monotonic() > deadline - LIMIT_SECONDS + ENOUGH_SECONDS:
                        break
                    print(f"{turn + 1}/{ROUNDS} {title}", file=sys.stderr, flush=True)
                    run(scenario(ours, section.taskflow), deadline)
                    run(scenario(least, section.floor), deadline)
    return "\n".join([*_heading(answer, frame, load_before), "", table(sections)])


def _measure_due(folder: Path) -> str:
    deadline = time.monotonic() + DUE_LIMIT_SECONDS
    databases = {}
    with taskflow(folder / "sqlite", due.USERS, due.Reminding) as target:
        databases["SQLite"] = _lateness(target, "SQLite", deadline)
    found = (postgres.BIN / "initdb").exists()
    if found:
        with (
            postgres.postgresql(durable=True) as url,
            taskflow(folder / "postgresql", due.USERS, due.Reminding, DATABASE_URL=url) as target,
        ):
            databases["PostgreSQL"] = _lateness(target, "PostgreSQL", deadline)
    heading = [
        "",
        "From a reminder's moment to its ring in the log, and to its arrival on the device of its user.",
    ]
    if not found:
        heading.append(f"Not on PostgreSQL: there is none under {postgres.BIN}.")
    return "\n".join([*heading, "", lateness_table([title for title, _ in DUE], databases)])


def _lateness(target: due.Reminding, name: str, deadline: float) -> list[Measured]:
    every = []
    for title, over_seconds in DUE:
        print(f"{title}, {name}", file=sys.stderr, flush=True)
        measured = Measured()
        run(due.lateness(target, measured, over_seconds), deadline)
        every.append(measured)
    return every


def _heading(answer: bytes, frame: bytes, load_before: float) -> list[str]:
    sizes = f"answers of {len(answer)} bytes, frames of {len(frame)} bytes"
    machine = f"{os.cpu_count()} cores shared with the client, load average {load_before:.1f} before"
    return [
        "TaskFlow: one process, SQLite in a temporary DATA_DIR, RATE_LIMIT=off (lifts the sockets one user may have).",
        f"Floor: raw ASGI under the same uvicorn settings, no database, and what TaskFlow sends: {sizes}.",
        f"Loopback, TaskFlow and floor by turns, {machine}.",
        f"{USERS} users with 2 sockets each. A fixed rate is kept whether answers come or not.",
        "CPU of a delivery includes that of making the change, which is one for all its sockets.",
        "Compare ratios (TaskFlow / floor). Times are of this machine, now.",
    ]


def _raise_file_limit() -> None:
    """The servers inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
