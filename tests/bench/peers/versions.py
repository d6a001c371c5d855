"""What was measured, and on what: without them a figure says nothing."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from graphql_api.version import VERSION
from tests.bench.peers.programs import LOAD_CLIENT, POCKETBASE, YOGA, version_of
from tests.services.postgres import BIN

NPM = ("graphql-yoga", "graphql-ws", "ws", "graphql", "better-sqlite3", "pg", "dataloader")
PYPI = ("strawberry-graphql", "graphql-core", "fastapi", "SQLAlchemy", "asyncpg", "uvicorn", "uvloop")


def machine() -> str:
    model = "an unnamed processor"
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores ({model}), shared by all servers, their databases and the client"


def of_programs() -> str:
    found = {"TaskFlow": VERSION, "Python": platform.python_version()}
    found |= {name: version(name) for name in PYPI}
    found["Node"] = _said("node", "--version").removeprefix("v")
    found |= {name: version_of(name, YOGA) for name in NPM}
    found["PocketBase"] = version_of("github.com/pocketbase/pocketbase", POCKETBASE)
    found["gobwas/ws (client)"] = version_of("github.com/gobwas/ws", LOAD_CLIENT)
    found["PostgreSQL"] = (
        _said(str(BIN / "postgres"), "--version").rpartition("PostgreSQL) ")[2].split(" ")[0]
    )
    return ", ".join(f"{name} {number}" for name, number in found.items() if number)


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
