"""TaskFlow as it is deployed: processes by role on one database and one bus, with servers of their own beneath."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from graphql_api.settings import Settings
from resolvers.database import Database
from tests.services.daprd import APP_API_TOKEN, Daprd
from tests.services.kafka import Kafka
from tests.services.ports import free_ports
from tests.services.postgres import PostgreSQL
from tests.services.redis import Redis
from tests.support.proxy import Proxy
from tests.support.server import Server

type Link = Literal["database", "kafka", "redis"]

#: Shortened, so that what a fault takes to be noticed is a matter of seconds.
COMMON = {
    "JWT_SECRET": "processes that know each other's tokens",
    "RATE_LIMIT": "off",
    "LEASE_SECONDS": "2",
    "CONSUMER_SWEEP_SECONDS": "2",
    "KAFKA_SESSION_SECONDS": "3",
}


@dataclass(frozen=True)
class Shape:
    """What a deployment consists of. A lone process does everything, several have their roles."""

    name: str
    postgresql: bool = True
    bus: Literal["memory", "kafka", "dapr"] = "memory"
    redis: bool = False
    apis: int = 1
    workers: int = 0


SQLITE = Shape("SQLite + memory", postgresql=False)
POSTGRESQL = Shape("PostgreSQL + memory")
KAFKA = Shape("PostgreSQL + Kafka", bus="kafka", apis=2, workers=2)
KAFKA_REDIS = Shape("PostgreSQL + Kafka + Redis", bus="kafka", redis=True, apis=2, workers=2)
DAPR = Shape("PostgreSQL + Dapr", bus="dapr", apis=2, workers=2)
SHAPES = (SQLITE, POSTGRESQL, KAFKA, KAFKA_REDIS, DAPR)


class Deployment:
    """`proxies` has, for each link that was asked for, a proxy for each of `servers`, in their order."""

    def __init__(
        self,
        shape: Shape,
        folder: Path,
        program: str = "graphql_api",
        proxied: Collection[Link] = (),
        **environment: str,
    ) -> None:
        self.shape = shape
        self._ports = free_ports(shape.apis + shape.workers)
        names = [f"api-{n}" for n in range(shape.apis)] + [f"worker-{n}" for n in range(shape.workers)]
        self.proxies: dict[Link, list[Proxy]] = {link: [Proxy() for _ in names] for link in proxied}
        self.postgresql = PostgreSQL() if shape.postgresql else None
        self.kafka = _kafka(shape)
        self.redis = Redis() if shape.redis else None
        self._place_proxies()
        self.sidecars = self._open_sidecars()
        self.servers = [
            Server(
                folder / name,
                program=program,
                **(COMMON | self._environment(number, name.partition("-")[0]) | environment),
            )
            for number, name in enumerate(names)
        ]
        for server, port in zip(self.servers, self._ports, strict=True):
            server.port = port
        self.apis = self.servers[: shape.apis]
        self.workers = self.servers[shape.apis :]
        #: For whoever looks behind their backs, past every proxy.
        self.database_url = self.postgresql.url if self.postgresql else self.servers[0].database_url

    def start_services(self) -> None:
        """From the main thread, whose end is also theirs."""
        if self.postgresql:
            self.postgresql.start()
        if self.kafka:
            self.kafka.start_now()
        if self.redis:
            self.redis.start()

    def start_servers(self) -> None:
        # The first brings the database into its form.
        self.servers[0].start_now()
        with ThreadPoolExecutor(len(self.servers)) as pool:
            list(pool.map(Server.start_now, self.servers[1:]))

    def start_sidecars(self) -> None:
        """As `start_services`."""
        for sidecar in self.sidecars:
            sidecar.start_now()

    def end(self) -> None:
        for sidecar in self.sidecars:
            sidecar.end()
        for server in self.servers:
            server.end_now(signal.SIGKILL)
        if self.redis:
            self.redis.stop()
        if self.kafka:
            self.kafka.end()
        if self.postgresql:
            self.postgresql.remove()

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database says, past every proxy."""
        database = Database(Settings(database_url=self.database_url).database)
        try:
            async with database.transaction() as session:
                return [tuple(row) for row in await session.execute(sa.text(statement))]
        finally:
            await database.close()

    async def until(
        self, statement: str, enough: Callable[[list[tuple[Any, ...]]], bool], seconds: float = 20.0
    ) -> list[tuple[Any, ...]]:
        """Wait until what the database says is enough."""
        async with asyncio.timeout(seconds):
            while not enough(found := await self.rows(statement)):  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.1)
        return found

    async def count(self, statement: str) -> int:
        return int((await self.rows(statement))[0][0])

    def _open_sidecars(self) -> list[Daprd]:
        if self.shape.bus != "dapr" or self.kafka is None:
            return []
        return [
            Daprd(
                port,
                self.kafka.bootstrap,
                app_id="taskflow-api" if number < self.shape.apis else "taskflow-worker",
            )
            for number, port in enumerate(self._ports)
        ]

    def _place_proxies(self) -> None:
        targets: dict[Link, list[int]] = {}
        if self.postgresql:
            targets["database"] = [self.postgresql.port] * len(self.proxies.get("database", ()))
        if self.kafka:
            targets["kafka"] = _let_in_by(self.kafka, [proxy.port for proxy in self.proxies.get("kafka", ())])
        if self.redis:
            targets["redis"] = [self.redis.port] * len(self.proxies.get("redis", ()))
        for link, proxies in self.proxies.items():
            for proxy, target in zip(proxies, targets[link], strict=True):
                proxy.target = target

    def _environment(self, number: int, role: str) -> dict[str, str]:
        def past(link: Link, port: int) -> int:
            return self.proxies[link][number].port if link in self.proxies else port

        environment = {"EVENT_BUS": self.shape.bus, "ROLE": role if self.shape.workers else "all"}
        if self.postgresql:
            port = past("database", self.postgresql.port)
            environment["DATABASE_URL"] = f"postgresql://app@127.0.0.1:{port}/postgres"
        if self.sidecars:
            sidecar = self.sidecars[number]
            environment |= {"APP_API_TOKEN": APP_API_TOKEN, "DAPR_HTTP_PORT": str(sidecar.http_port)}
            environment["DAPR_GRPC_PORT"] = str(sidecar.grpc_port)
        if self.kafka:
            port = past("kafka", int(self.kafka.bootstrap.rpartition(":")[2]))
            environment["KAFKA_BOOTSTRAP_SERVERS"] = f"127.0.0.1:{port}"
        if self.redis:
            environment["BROADCAST_URL"] = f"redis://127.0.0.1:{past('redis', self.redis.port)}/0"
        return environment


@contextmanager
def standing(shape: Shape, folder: Path, **environment: str) -> Iterator[Deployment]:
    """A deployment for several tests, without a loop of its own."""
    deployment = Deployment(shape, folder, **environment)
    try:
        deployment.start_services()
        deployment.start_servers()
        deployment.start_sidecars()
        yield deployment
    finally:
        deployment.end()


@asynccontextmanager
async def deployment(
    shape: Shape,
    folder: Path,
    *,
    program: str = "tests.faults.program",
    proxied: Collection[Link] = (),
    **environment: str,
) -> AsyncIterator[Deployment]:
    """A deployment for one test, which may break it."""
    deployment = Deployment(shape, folder, program, proxied, **environment)
    async with AsyncExitStack() as stack:
        stack.callback(deployment.end)
        for proxies in deployment.proxies.values():
            for proxy in proxies:
                await stack.enter_async_context(proxy)
        deployment.start_services()
        await asyncio.to_thread(deployment.start_servers)
        deployment.start_sidecars()
        yield deployment


def _kafka(shape: Shape) -> Kafka | None:
    if shape.bus == "dapr":
        # The sidecars make no topics, and may come before who does.
        return Kafka(auto_create_topics_enable="true", num_partitions="6")
    return Kafka() if shape.bus == "kafka" else None


def _let_in_by(kafka: Kafka, ports: list[int]) -> list[int]:
    """Let clients be sent to those ports, of proxies: each has a listener, which is returned, where it is to lead."""
    inner = free_ports(len(ports))
    addresses = {"listeners": inner, "advertised.listeners": ports}
    settings = kafka.folder / "server.properties"
    lines = []
    for line in settings.read_text(encoding="utf-8").splitlines():
        name = line.partition("=")[0]
        more = [f"PROXY{n}://127.0.0.1:{port}" for n, port in enumerate(addresses.get(name, ()))]
        if name == "listener.security.protocol.map":
            more = [f"PROXY{n}:PLAINTEXT" for n in range(len(ports))]
        lines.append(",".join([line, *more]))
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return inner
