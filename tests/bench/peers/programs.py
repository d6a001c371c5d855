"""The load client and the peers: built by Go or installed by npm the first time, and kept."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services.go import CACHE, go, locked

HERE = Path(__file__).parent
LOAD_CLIENT, POCKETBASE, YOGA = HERE.parent / "load_client", HERE / "pocketbase", HERE / "yoga"
#: PocketBase with its SQLite in Go takes minutes of two cores.
BUILD_SECONDS = 1200
INSTALL_SECONDS = 600


def load_client() -> Path:
    """Skips where it can't be had, as do the others."""
    return _built("load", LOAD_CLIENT)


def pocketbase() -> Path:
    return _built("pocketbase", POCKETBASE)


def yoga() -> Path:
    """A folder with server.js and what it needs."""
    home = CACHE / f"yoga-{_digest(YOGA)}"
    with locked(home):
        if not (home / "installed").exists():
            _install(home)
    return home


def version_of(program: str, folder: Path) -> str:
    """Of a package, as the lock of the folder pins it: a Go module or an npm package."""
    if (lock := folder / "package-lock.json").exists():
        return str(json.loads(lock.read_text("utf-8"))["packages"][f"node_modules/{program}"]["version"])
    for line in (folder / "go.mod").read_text("utf-8").splitlines():
        words = line.removeprefix("require").split()
        if len(words) >= 2 and words[0] == program:
            return words[1].removeprefix("v")
    raise LookupError(program)


def _built(name: str, source: Path) -> Path:
    home = CACHE / f"{name}-{_digest(source)}"
    program = home / name
    with locked(home):
        if not program.exists():
            unseen = home / f"{name}.new"
            flags = ("-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(unseen))
            go(name, "build", *flags, ".", cwd=source, seconds=BUILD_SECONDS)
            unseen.rename(program)
    return program


def _install(home: Path) -> None:
    if (npm := shutil.which("npm")) is None:
        pytest.skip("npm is not on PATH")
    for file in _sources(YOGA):
        shutil.copy(file, home)
    command = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        command, cwd=home, timeout=INSTALL_SECONDS, capture_output=True, text=True, check=False
    )
    # better-sqlite3 is compiled where no ready one can be fetched; that shows only when it is used.
    if done.returncode == 0:
        check = [
            "node",
            "--input-type=module",
            "-e",
            "import D from 'better-sqlite3'; new D(':memory:'); import 'pg'; import 'graphql-yoga'",
        ]
        done = subprocess.run(check, cwd=home, timeout=60, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm could not install graphql-yoga and its like: {(done.stderr or done.stdout)[-500:]}")
    (home / "installed").touch()


def _sources(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.is_file())


def _digest(source: Path) -> str:
    named = b"".join(file.name.encode() + file.read_bytes() for file in _sources(source))
    return hashlib.sha256(named).hexdigest()[:12]
