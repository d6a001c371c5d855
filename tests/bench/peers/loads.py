"""The loads: plans of the load client, and one of them under way."""

import itertools
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.cpu import cpu_seconds, resident_bytes
from tests.bench.peers import programs
from tests.bench.peers.subjects import USERS, Subject
from tests.bench.post import BenchFailed

WARM_SECONDS = 1.0
#: After the last change, so long is waited for what has not arrived.
PATIENCE_SECONDS = 15.0
#: As many as the client can tell apart in one load.
NUMBERS = 1 << 17
#: No number is told twice, whatever the server: what is late of one load is not the next one's.
firsts = itertools.count(0, NUMBERS)

type Plan = dict[str, Any]
type Load = Callable[[Subject], Plan]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one load came to. CPU in seconds, over what was measured."""

    result: dict[str, Any]
    server_cpu: float
    database_cpu: float
    #: What the server had grown by when all devices were there, in bytes.
    grown: int

    @property
    def count(self) -> int:
        return int(self.result["Count"])

    @property
    def delivered(self) -> int:
        return int(self.result["Delivered"])


def creates(connections: int, seconds: float = 3.0) -> Load:
    """By all users in turn; each connection sends its next change when the last is answered. Nobody listens."""

    def plan(subject: Subject) -> Plan:
        every = [subject.create(user) for user in range(USERS)]
        return {"Requests": every, "Connections": connections, "Seconds": seconds}

    return plan


def lists(connections: int, seconds: float = 3.0) -> Load:
    def plan(subject: Subject) -> Plan:
        return {
            "Requests": [subject.list(USERS - 1)],
            "Accepted": '"hasNextPage":true',
            "Connections": connections,
            "Seconds": seconds,
        }

    return plan


def fan_out(sockets: int, rate: float, seconds: float = 5.0) -> Load:
    """All of one user's."""

    def plan(subject: Subject) -> Plan:
        device = subject.listen(0)
        return {
            "Requests": [subject.create(0)],
            "Devices": [device] * sockets,
            "Rate": rate,
            "Connections": 256,
            "Seconds": seconds,
        }

    return plan


def to_other_device(users: int, devices: int, rate: float, seconds: float = 5.0) -> Load:
    """Users change in turn; each has so many devices that listen."""

    def plan(subject: Subject) -> Plan:
        return {
            "Requests": [subject.create(user) for user in range(users)],
            "Devices": [device for user in range(users) for device in [subject.listen(user)] * devices],
            "Rate": rate,
            "Connections": 256,
            "Seconds": seconds,
        }

    return plan


def idle(sockets: int) -> Load:
    def plan(subject: Subject) -> Plan:
        devices = [subject.listen(user) for user in range(USERS)]
        return {"Devices": [devices[i % USERS] for i in range(sockets)], "Seconds": 1.0, "WarmSeconds": 0.0}

    return plan


def run(subject: Subject, load: Load) -> Outcome:
    """Raises BenchFailed where what was done was not delivered once to each device."""
    plan: Plan = {
        "Address": f"127.0.0.1:{subject.port}",
        "Accepted": subject.accepted,
        "WarmSeconds": WARM_SECONDS,
        "PatienceSeconds": PATIENCE_SECONDS,
        "First": next(firsts),
    } | load(subject)
    before = resident_bytes(subject.pid)
    process = subprocess.Popen(
        [str(programs.load_client())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def say(line: str) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    def await_(line: str) -> None:
        assert process.stdout is not None
        if (found := process.stdout.readline().strip()) != line:
            raise BenchFailed(f"{subject.name}: the load client ended ({found!r} for {line!r})")

    try:
        say(json.dumps(plan))
        await_("ready")
        grown = resident_bytes(subject.pid) - before
        say("go")
        await_("begin")
        server, database = _used(subject)
        await_("end")
        server_end, database_end = _used(subject)
        result = json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    outcome = Outcome(result, server_end - server, database_end - database, grown)
    check(subject, outcome)
    return outcome


def check(subject: Subject, outcome: Outcome) -> None:
    """Raises BenchFailed where something that was done did not arrive, or twice, or where nothing was done."""
    result = outcome.result
    if result["Missing"] or result["Repeated"] or result["Errors"] > result["Count"]:
        raise BenchFailed(
            f"{subject.name}: {result['Errors']} errors ({result['FirstError']}), {result['Missing']} missing, "
            f"{result['Repeated']} twice"
        )


def _used(subject: Subject) -> tuple[float, float]:
    database = cpu_seconds(subject.database_pid) if subject.database_pid else 0.0
    return cpu_seconds(subject.pid), database
