"""A real sidecar of Dapr's beside an app, with this project's own files of `dapr/`."""

import asyncio
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import Self

from tests.services.child import Child
from tests.services.daprd_build import have_daprd
from tests.services.ports import free_ports

FILES = Path(__file__).resolve().parents[2] / "dapr"
APP_API_TOKEN = "a-token-for-the-sidecar"
START_SECONDS = 30


class Daprd:
    """Ports stay over stops, kills and starts. A process started here ends with the thread that called for it.

    rewritten  what in the files of `dapr/` is another in this test, such as {"@every 1m": "@every 1s"}
    optional   files of `dapr/optional/` that are loaded, too; kafka-fanout-redis.yaml in the place of the other
    """

    def __init__(
        self,
        app_port: int,
        kafka_bootstrap: str,
        *,
        app_id: str = "taskflow",
        topic: str = "tasks.events",
        group: str = "taskflow-consumers",
        optional: Collection[str] = (),
        rewritten: dict[str, str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._program = have_daprd()
        self.http_port, self.grpc_port, self._internal_port = free_ports(3)
        self._app_port, self._app_id = app_port, app_id
        self._environment = {"APP_API_TOKEN": APP_API_TOKEN} | (environment or {})
        self._folder = Path(tempfile.mkdtemp(prefix="taskflow-daprd-"))
        self._child = Child("daprd", self._folder / "log")
        changes = {
            "127.0.0.1:9092": kafka_bootstrap,
            "tasks.events": topic,
            "taskflow-consumers": group,
            "127.0.0.1:50002": f"127.0.0.1:{self._internal_port}",
        } | (rewritten or {})
        files = {file.name: file for file in (FILES / "resources").iterdir()}
        files |= {name: FILES / "optional" / name for name in optional}
        if "kafka-fanout-redis.yaml" in files:
            del files["kafka-fanout.yaml"]
        # daprd watches the folder of its resources: nothing else may be in it.
        (self._folder / "resources").mkdir()
        self._render(FILES / "config.yaml", self._folder / "config.yaml", changes)
        for name, file in files.items():
            self._render(file, self._folder / "resources" / name, changes)

    def __enter__(self) -> Self:
        try:
            self.start_now()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    @property
    def log(self) -> str:
        return self._child.log

    def start_now(self) -> None:
        """Returns when it takes calls. It asks the app for its subscriptions when that is there."""
        self._launch()
        self._wait()

    async def start(self) -> None:
        self._launch()
        await asyncio.to_thread(self._wait)

    async def stop(self) -> None:
        """As an operator would: it hands its share to the others."""
        await asyncio.to_thread(self._child.end, signal.SIGTERM)

    async def kill(self) -> None:
        await asyncio.to_thread(self._child.end, signal.SIGKILL)

    def pause(self) -> None:
        self._child.pause()

    def resume(self) -> None:
        self._child.resume()

    def end(self) -> None:
        self._child.end(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _render(self, source: Path, target: Path, changes: dict[str, str]) -> None:
        text = source.read_text(encoding="utf-8")
        for old, new in changes.items():
            text = text.replace(old, new)
        target.write_text(text, encoding="utf-8")

    def _launch(self) -> None:
        options = {
            "app-id": self._app_id,
            "app-port": self._app_port,
            "app-protocol": "http",
            "app-channel-address": "127.0.0.1",
            "resources-path": self._folder / "resources",
            "config": self._folder / "config.yaml",
            "dapr-http-port": self.http_port,
            "dapr-grpc-port": self.grpc_port,
            "dapr-internal-grpc-port": self._internal_port,
            "dapr-listen-addresses": "127.0.0.1",
            "dapr-internal-grpc-listen-address": "127.0.0.1",
            "dapr-graceful-shutdown-seconds": 2,
            "enable-metrics": "false",
            "placement-host-address": "",
            "log-level": "info",
        }
        flags = (f"--{name}={value}" for name, value in options.items())
        self._child.start([str(self._program), *flags], env=self._environment)

    def _wait(self) -> None:
        self._child.wait_until(self._answers, START_SECONDS)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.http_port}/v1.0/healthz/outbound", timeout=1
            ):
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False
