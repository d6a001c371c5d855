"""A throw-away Redis, started by the suite itself."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
from typing import Self

import pytest

from tests.services.child import Child
from tests.services.ports import free_port

SECONDS = 20


class Redis:
    """On a loopback port that it keeps, however often it is killed and started. Skips the test where there is none.

    A process started here ends with the thread that called for it, so start it from the main one.
    """

    def __init__(self, password: str = "") -> None:
        if shutil.which("redis-server") is None:
            pytest.skip("there is no redis-server")
        self.port = free_port()
        self.url = f"redis://{f':{password}@' if password else ''}127.0.0.1:{self.port}/0"
        self._password = password
        self._child = Child("redis-server")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it answers; it has forgotten everything."""
        options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        if self._password:
            options["requirepass"] = self._password
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        # It writes nothing, but wants a folder where it could.
        self._child.start(["redis-server", *flags], cwd=tempfile.gettempdir())
        self._child.wait_until(self._answers, SECONDS)

    def stop(self) -> None:
        """As an administrator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        self._child.pause()

    def resume(self) -> None:
        self._child.resume()

    def cli(self, *command: str) -> str:
        arguments = ["redis-cli", "-p", str(self.port)]
        if self._password:
            arguments += ["--no-auth-warning", "-a", self._password]
        return subprocess.run(
            [*arguments, *command], check=True, capture_output=True, text=True, timeout=SECONDS
        ).stdout.strip()

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1) as connection,
        ):
            connection.sendall(b"PING\r\n")
            return connection.recv(1) in (b"+", b"-")  # the latter: it asks for the password
        return False

    def _end(self, how: signal.Signals) -> None:
        assert self._child.end(how), "redis-server did not end"
