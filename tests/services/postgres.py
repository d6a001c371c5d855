"""A throw-away PostgreSQL 15, started by the suite itself."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services.ports import free_port

BIN = Path("/usr/lib/postgresql/15/bin")
#: initdb refuses to run as root.
ACCOUNT = "postgres"
SECONDS = 60


class PostgreSQL:
    """A server on a free loopback port, which it keeps. It waits for the disk only where it is `durable`.

    All that it does is done when the call returns: elsewhere than in a fixture, call it in a thread.
    """

    def __init__(self, *, durable: bool = False) -> None:
        if not (BIN / "initdb").exists():
            pytest.skip(f"there is no PostgreSQL 15 under {BIN}")
        self._folder = Path(tempfile.mkdtemp(prefix="taskflow-postgresql-"))
        self._data = self._folder / "data"
        self._port = free_port()
        self._options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
        if not durable:
            self._options += " -c fsync=off -c full_page_writes=off"
        self._paused: list[int] = []
        if os.geteuid() == 0:
            shutil.chown(self._folder, ACCOUNT)
        _run("initdb", "-D", self._data, "-U", "app", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"postgresql://app@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        log = self._data / "log"
        _run("pg_ctl", "-D", self._data, "-w", "-t", SECONDS, "-l", log, "-o", self._options, "start")

    def kill(self) -> None:
        """At once, without a word to anybody and without tidying up."""
        self.resume()
        _run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def pause(self) -> None:
        """It hangs: it accepts connections, and answers nothing."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)  # first, so that it makes no more children
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        self._paused = [postmaster, *map(int, children)]
        for pid in self._paused[1:]:
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        paused, self._paused = self._paused, []
        for pid in reversed(paused):
            os.kill(pid, signal.SIGCONT)

    def remove(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty server; gone afterwards. Skips the test where there is none."""
    server = PostgreSQL(durable=durable)
    try:
        server.start()
        yield server.url
    finally:
        server.remove()


def make_database(server_url: str, name: str) -> str:
    """A new, empty database; its URL."""
    command = [str(BIN / "psql"), server_url, "-qc", f'CREATE DATABASE "{name}"']
    subprocess.run(command, check=True, timeout=SECONDS)
    return server_url.removesuffix("postgres") + name


def _run(program: str, *arguments: object) -> None:
    command = [str(BIN / program), *map(str, arguments)]
    if os.geteuid() == 0:
        command = ["runuser", "-u", ACCOUNT, "--", *command]
    subprocess.run(command, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL, cwd="/")
