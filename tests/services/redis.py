"""A throw-away Redis, started by the suite itself."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from typing import Self

import pytest

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
        self._process: subprocess.Popen[bytes] | None = None

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
        # It ends with the suite, however that ends.
        command = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        command += [
            "redis-server",
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        # It writes nothing, but wants a folder where it could.
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        """As an administrator does."""
        self.resume()
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It hangs: connections stand, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

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

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._signal(number)
        if self._process is not None:
            self._process.wait(SECONDS)
            self._process = None
