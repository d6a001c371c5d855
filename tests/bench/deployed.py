"""A whole deployment under load: changes go to its first API process, and each user's other device is at the next."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import override

import httpx

from tests.bench.cpu import cpu_seconds, find_pid, machine_seconds
from tests.bench.load import under_load
from tests.bench.target import Account, TaskFlow, sign_up
from tests.support.deployment import Deployment, Shape, standing

#: As shipped, where the deployments of tests are in a hurry. Tokens outlive the whole run.
SETTINGS = {
    "LEASE_SECONDS": "15",
    "CONSUMER_SWEEP_SECONDS": "30",
    "KAFKA_SESSION_SECONDS": "6",
    "ACCESS_TOKEN_MINUTES": "60",
    "LOG_LEVEL": "warning",
}
#: So many changes in a row came so quickly: they came over the bus.
QUICK_CHANGES, QUICK_SECONDS = 5, 0.5
METRIC_SECONDS = 5.0
CLIENT, OTHERS = "client", "all else on this machine"


@dataclass(slots=True)
class Replicas(TaskFlow):
    deployment: Deployment
    accounts: list[Account]
    #: Whether it is by their users, and not each user's own, that devices are spread over the API processes.
    by_user: bool = False

    @override
    def socket_port(self, user: int, device: int) -> int:
        return self.deployment.apis[(user if self.by_user else device) % len(self.deployment.apis)].port

    def processes(self) -> dict[str, int]:
        """By name, the ids of all that runs, the client left out."""
        deployment = self.deployment
        found = {f"API {n}": server.pid for n, server in enumerate(deployment.apis, 1)}
        found |= {f"worker {n}": server.pid for n, server in enumerate(deployment.workers, 1)}
        if deployment.postgresql:
            found["PostgreSQL"] = find_pid(f"-p {deployment.postgresql.port} ")
        if deployment.kafka:
            found["Kafka"] = find_pid(f"{deployment.kafka.folder}/server.properties")
        if deployment.redis:
            found["Redis"] = find_pid(f"127.0.0.1:{deployment.redis.port}")
        for n, sidecar in enumerate(deployment.sidecars, 1):
            found[f"sidecar {n}"] = find_pid(f"--dapr-http-port={sidecar.http_port} ")
        return found

    def used(self, **more: int) -> dict[str, float]:
        """CPU seconds so far, by process; `more` names others by their ids."""
        processes = more | self.processes()
        used = {name: cpu_seconds(pid) for name, pid in processes.items()}
        used[CLIENT] = time.process_time()
        used[OTHERS] = machine_seconds() - sum(used.values())
        return used

    def count(self, metric: str) -> float:
        """A counter without labels, over all API processes."""
        total = 0.0
        for server in self.deployment.apis:
            for line in httpx.get(f"{server.url}/metrics", timeout=METRIC_SECONDS).text.splitlines():
                if line.startswith(f"{metric} "):
                    total += float(line.split()[1])
        return total


@contextmanager
def replicas(shape: Shape, folder: Path, users: int) -> Iterator[Replicas]:
    with standing(shape, folder, **SETTINGS) as deployment:
        accounts = asyncio.run(sign_up(deployment.apis[0].url, users))
        first = deployment.apis[0]
        tokens = [account.token for account in accounts]
        yield Replicas(shape.name, first.port, first.pid, tokens, deployment, accounts)


async def settle(target: Replicas) -> None:
    """Until changes come over the bus: before, subscribers are told by the poll of the log."""
    async with under_load(target) as load:
        await load.connect(0, 2)
        quick = 0
        while quick < QUICK_CHANGES:
            begin = time.monotonic()
            await load.create(0)
            await load.all_delivered()
            quick = quick + 1 if time.monotonic() - begin < QUICK_SECONDS else 0
