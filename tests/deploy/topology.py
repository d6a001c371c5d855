"""compose.yaml without containers: the same processes with the same environment, on ports of the loopback interface.

Its host names become addresses of servers that the suite starts: PostgreSQL, Kafka in the place of Redpanda, and Redis.
The web app is the one that the APIs serve themselves.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Self
from uuid import uuid4

import httpx

from jobs.channels.vapid import new_private_key
from tests.deploy.compose_file import ROOT, SECRETS, as_text, read
from tests.services.child import Child
from tests.services.daprd_build import have_daprd
from tests.services.kafka import Kafka
from tests.services.kafka_properties import PASSWORD, USER
from tests.services.ports import free_port
from tests.services.postgres import PostgreSQL, make_database
from tests.services.redis import Redis
from tests.support.server import Server

type Kind = Literal["kafka", "dapr", "sasl"]
KINDS: tuple[Kind, ...] = ("kafka", "dapr", "sasl")
API_NAMES = "api-1", "api-2"
CONTAINER_PORT = 8000
MIGRATION_SECONDS = 60
WHOLE_SECONDS = 60


class Services:
    """What TaskFlow stands on. Start it from the main thread, whose end is also theirs."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.postgresql = PostgreSQL()
        # As Redpanda's --mode=dev-container: a sidecar may come before who makes the topics.
        self.kafka = Kafka(secure=kind == "sasl", auto_create_topics_enable="true")
        self.redis = Redis()

    def __enter__(self) -> Self:
        try:
            self.postgresql.start()
            self.kafka.start_now()
            self.redis.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.redis.stop()
        self.kafka.end()
        self.postgresql.remove()

    def chosen(self) -> dict[str, str]:
        """What somebody sets before `docker compose up`, for these."""
        if self.kind == "dapr":
            return {"USE_DAPR": "true"}
        if self.kind == "kafka":
            return {}
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.sasl_tls_bootstrap,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
            "KAFKA_SASL_USERNAME": USER,
            "KAFKA_SASL_PASSWORD": PASSWORD,
            "KAFKA_SSL_CAFILE": str(self.kafka.ca),
        }


class Topology:
    """Two APIs, a worker and their sidecars, used as a Server is: started, killed and started again, all of them.

    `url` is the first API's, `peer_url` the second's.

    hosts  addresses of this host for the APIs, all of them at the port of a container
    """

    def __init__(
        self, services: Services, folder: Path, port: int = 0, hosts: Sequence[str] = (), **environment: str
    ) -> None:
        self.port = port or free_port()
        self._services = services
        self._folder = folder
        # Several stand on the same services.
        database = make_database(services.postgresql.url, f"t{uuid4().hex}")
        topic = f"tasks.events.{uuid4().hex}"
        self._extra = {"HOST": "127.0.0.1", "DATABASE_URL": database, "KAFKA_TOPIC": topic} | environment
        chosen = (
            SECRETS | services.chosen() | {"PUBLIC_URL": self.url, "VAPID_PRIVATE_KEY": new_private_key()}
        )
        self._parts = read("compose.yaml", **chosen)
        self._hosts = dict(zip(API_NAMES, hosts, strict=False))
        self._servers: dict[str, Server] = {}
        self._sidecars: list[Sidecar] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def peer_url(self) -> str:
        return self._servers["api-2"].url

    @property
    def apis(self) -> list[Server]:
        return [self._servers[name] for name in API_NAMES]

    def open(self) -> None:
        """From the main thread. Whatever is started here has ended when `end` returns."""
        names = [name for name, parts in self._parts.items() if parts.get("command") == ["serve"]]
        within = {self._parts[name]["network_mode"]: name for name in names}
        places = [
            Place(parts, within[parts["network_mode"]], self._folder / name)
            for name, parts in self._parts.items()
            if "network_mode" in parts and name not in names and self._services.kind == "dapr"
        ]
        beside = {place.beside: place for place in places}
        for name in names:
            own = beside[name].environment if name in beside else {}
            port = self.port if name == "api-1" else free_port()
            if name in self._hosts:
                port, own = CONTAINER_PORT, own | {"HOST": self._hosts[name]}
            self._servers[name] = Server(
                self._folder / name, port=port, migrate=False, **(self._environment(name) | own)
            )
        self._migrate()
        self._start()
        resources = self._environment("dapr-resources")
        for place in places:
            self._sidecars.append(place.start(self._servers[place.beside].port, resources))
        self._wait_until_whole()

    async def start(self) -> None:
        await asyncio.to_thread(self._start)

    async def kill(self) -> None:
        await asyncio.to_thread(self._end, signal.SIGKILL)

    async def stop(self) -> None:
        """For good."""
        await asyncio.to_thread(self.end)

    def end(self) -> None:
        for sidecar in self._sidecars:
            sidecar.end(signal.SIGKILL)
        self._end(signal.SIGKILL)

    def _start(self) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.start_now, [each for each in self._servers.values() if not each.is_running]))

    def _end(self, how: signal.Signals) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.end_now(how), self._servers.values()))

    def _wait_until_whole(self) -> None:
        """Or a test would pass by what TaskFlow does while something is away, such as the sidecar."""
        deadline = time.monotonic() + WHOLE_SECONDS
        for server in self._servers.values():
            while (state := httpx.get(f"{server.url}/readyz").json()) and state["degraded"]:
                assert time.monotonic() < deadline, state
                time.sleep(0.1)

    def _migrate(self) -> None:
        [command] = self._parts["migrate"]["command"]
        subprocess.run(
            [sys.executable, "-m", "graphql_api", command],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]} | self._environment("migrate"),
            check=True,
            capture_output=True,
            timeout=MIGRATION_SECONDS,
        )

    def _environment(self, name: str) -> dict[str, str]:
        places = {
            "redpanda:9092": self._services.kafka.bootstrap,
            "redis:6379": f"127.0.0.1:{self._services.redis.port}",
        }
        environment = {
            variable: as_text(value) for variable, value in self._parts[name]["environment"].items()
        }
        for variable, value in environment.items():
            for host, place in places.items():
                value = value.replace(host, place)  # noqa: PLW2901
            environment[variable] = value
        return environment | {"DATA_DIR": str(self._folder / name)} | self._extra


class Place:
    """Where a sidecar is to run: beside which service, and on which ports of this host instead of a container's."""

    def __init__(self, parts: dict[str, Any], beside: str, folder: Path) -> None:
        self.beside = beside
        self._folder = folder
        self._environment = {name: as_text(value) for name, value in parts["environment"].items()}
        self._ports = {old: free_port() for old in ("3500", "50001", "50002")}
        self._flags: list[str] = parts["command"][1:]

    @property
    def environment(self) -> dict[str, str]:
        """What TaskFlow is told of it: in a container these are the ports that it takes for granted."""
        return {"DAPR_HTTP_PORT": str(self._ports["3500"]), "DAPR_GRPC_PORT": str(self._ports["50001"])}

    def start(self, app_port: int, resources: dict[str, str]) -> "Sidecar":
        """`resources`: the environment of what writes its files."""
        folder = self._folder / "resources"
        write_resources(folder, resources)
        config = self._folder / "config.yaml"
        text = (ROOT / "dapr" / "config.yaml").read_text(encoding="utf-8")
        config.write_text(text.replace("50002", str(self._ports["50002"])), encoding="utf-8")
        changes = {"=8000": f"={app_port}", "=/resources": f"={folder}", "=/config.yaml": f"={config}"}
        changes |= {f"={old}": f"={new}" for old, new in self._ports.items()}
        flags = [self._changed(flag, changes) for flag in self._flags]
        return Sidecar(flags, self._folder / "log", self._environment)

    def _changed(self, flag: str, changes: dict[str, str]) -> str:
        for old, new in changes.items():
            if flag.endswith(old):
                return flag.removesuffix(old) + new
        return flag


def write_resources(folder: Path, environment: dict[str, str]) -> None:
    """As the service dapr-resources does it."""
    folder.mkdir(parents=True)
    places = {"/dapr/compose.sh": str(ROOT / "dapr" / "compose.sh"), "/resources": str(folder)}
    command = [places.get(word, word) for word in read("compose.yaml")["dapr-resources"]["command"]]
    path = {"PATH": os.environ["PATH"]}
    subprocess.run(command, env=path | environment, check=True, timeout=MIGRATION_SECONDS)


class Sidecar(Child):
    """Of several on one host: the ports that each would open for metrics and for its control plane are left out."""

    def __init__(self, flags: list[str], log: Path, environment: dict[str, str]) -> None:
        super().__init__("daprd", log)
        alone = ["--enable-metrics=false", "--placement-host-address="]
        self.start([str(have_daprd()), *flags, *alone], env=environment)
