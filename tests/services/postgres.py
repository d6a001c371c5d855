"""A throw-away PostgreSQL 15, started by the suite itself."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BIN = Path("/usr/lib/postgresql/15/bin")
#: initdb refuses to run as root.
ACCOUNT = "postgres"
SECONDS = 60


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """The URL of an empty server on a free loopback port; gone afterwards. Skips the test where there is none.

    It waits for the disk only where it is `durable`.
    """
    if not (BIN / "initdb").exists():
        pytest.skip(f"there is no PostgreSQL 15 under {BIN}")
    folder = Path(tempfile.mkdtemp(prefix="taskflow-postgresql-"))
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT)
    _run("initdb", "-D", data, "-U", "app", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    port = _free_port()
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    if not durable:
        options += " -c fsync=off -c full_page_writes=off"
    try:
        _run("pg_ctl", "-D", data, "-w", "-t", str(SECONDS), "-l", data / "log", "-o", options, "start")
        yield f"postgresql://app@127.0.0.1:{port}/postgres"
    finally:
        _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


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


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
