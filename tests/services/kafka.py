"""A throw-away Apache Kafka: one node, on loopback, started by the suite itself."""

import asyncio
import base64
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path
from typing import Self

from tests.services.certificates import make_ca, make_server_pem
from tests.services.child import Child
from tests.services.kafka_jars import ARCHIVE, archive_options, have_jars, java
from tests.services.kafka_properties import ONE_NODE, PASSWORD, USER, secured
from tests.services.ports import free_ports

START_SECONDS = 60


class Kafka:
    """Ports and data stay over stops, kills and starts; `wipe` takes the data away.

    `secure` adds listeners that ask for a password, for TLS, and for both. A process started here ends with the thread
    that called for it, so start it from the main one. Skips the test where Kafka can't be had.
    """

    def __init__(self, *, secure: bool = False, **properties: str) -> None:
        have_jars()
        self.folder = Path(tempfile.mkdtemp(prefix="taskflow-kafka-"))
        self._data = self.folder / "data"
        self._new_archive = ARCHIVE.with_name(f"{self.folder.name}.jsa")
        self._child = Child("Kafka", self.folder / "log")
        self._secure = secure
        port, controller, sasl, tls, sasl_tls = free_ports(5)
        self.bootstrap = f"127.0.0.1:{port}"
        self.sasl_bootstrap = f"127.0.0.1:{sasl}"
        self.tls_bootstrap = f"localhost:{tls}"
        self.sasl_tls_bootstrap = f"localhost:{sasl_tls}"
        listeners = {"PLAINTEXT": self.bootstrap, "CONTROLLER": f"127.0.0.1:{controller}"}
        written = ONE_NODE | {"controller.quorum.voters": f"1@127.0.0.1:{controller}"}
        written["log.dirs"] = str(self._data)
        if secure:
            listeners |= {"SASL_PLAINTEXT": self.sasl_bootstrap, "SSL": self.tls_bootstrap}
            listeners["SASL_SSL"] = self.sasl_tls_bootstrap
            self.ca = make_ca(self.folder)
            written |= secured(make_server_pem(self.folder, self.ca))
        written["listeners"] = ",".join(f"{name}://{address}" for name, address in listeners.items())
        del listeners["CONTROLLER"]
        written["advertised.listeners"] = ",".join(f"{name}://{at}" for name, at in listeners.items())
        written["listener.security.protocol.map"] = ",".join(
            ["CONTROLLER:PLAINTEXT", *(f"{name}:{name}" for name in listeners)]
        )
        written |= {name.replace("_", "."): value for name, value in properties.items()}
        lines = (f"{name}={value}\n" for name, value in written.items())
        (self.folder / "server.properties").write_text("".join(lines), encoding="utf-8")

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
        self._format()
        self._launch()
        self._wait()

    async def start(self) -> None:
        """Returns when it listens."""
        await asyncio.to_thread(self._format)
        self._launch()
        await asyncio.to_thread(self._wait)

    async def stop(self) -> None:
        """As an operator would."""
        await asyncio.to_thread(self._end_process, signal.SIGTERM)

    async def kill(self) -> None:
        """As a power cut would."""
        await asyncio.to_thread(self._end_process, signal.SIGKILL)

    def pause(self) -> None:
        self._child.pause()

    def resume(self) -> None:
        self._child.resume()

    def wipe(self) -> None:
        """All that it kept is gone. It must not be running."""
        assert not self._child.is_started
        shutil.rmtree(self._data)

    def end(self) -> None:
        # The first one of all ends in good order, which writes the archive for those who come.
        self._end_process(signal.SIGKILL if ARCHIVE.exists() else signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self) -> None:
        options = archive_options() or [f"-XX:ArchiveClassesAtExit={self._new_archive}"]
        self._child.start([*java(*options), "kafka.Kafka", str(self.folder / "server.properties")])

    def _format(self) -> None:
        if self._data.exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # A leading hyphen would be an option.
        command = ["format", "-t", "t" + cluster[1:], "-c", str(self.folder / "server.properties")]
        if self._secure:
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                command += ["--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]"]
        done = subprocess.run(
            [*java(*archive_options()), "kafka.tools.StorageTool", *command],
            timeout=START_SECONDS,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _wait(self) -> None:
        self._child.wait_until(self._listens, START_SECONDS)

    def _listens(self) -> bool:
        host, _, port = self.bootstrap.rpartition(":")
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            return False
        return True

    def _end_process(self, how: signal.Signals) -> None:
        self._child.end(how)
        if self._new_archive.exists():
            self._new_archive.rename(ARCHIVE)
