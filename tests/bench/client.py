"""The load client, which is written in Go: built when its source has changed, proved by its own tests, and run."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "load"
#: Longer than a run can take beyond its own time: connecting, waiting for the last delivery, reading the log.
SPARE_SECONDS = 120
BUILD_SECONDS = 300


class BenchFailed(Exception):
    """There are no figures; the message says why."""


def build() -> Path:
    """The client's program. Raises BenchFailed where it can't be built, or fails its own tests."""
    if shutil.which("go") is None:
        raise BenchFailed(
            "make bench needs Go, which builds its load client, on PATH: https://go.dev/dl/ "
            f"(the version that {SOURCE.relative_to(Path.cwd())}/go.mod names, or newer)"
        )
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "taskflow" / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    program = cache / "load"
    _go("build", "-o", str(program), ".")
    _go("test", ".")
    return program


def _go(*arguments: str) -> None:
    done = subprocess.run(
        ["go", *arguments], cwd=SOURCE, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    if done.returncode != 0:
        raise BenchFailed(f"go {arguments[0]} of the load client failed:\n{done.stdout}{done.stderr}")


def measure(program: Path, specification: dict[str, Any]) -> dict[str, Any]:
    """One scenario on one server; what the client measured. Raises BenchFailed where a delivery was not as promised."""
    seconds = specification["warm_seconds"] + specification["seconds"]
    what = f"{specification['scenario']} on {specification['server']}"
    try:
        done = subprocess.run(
            [program],
            input=json.dumps(specification),
            capture_output=True,
            text=True,
            timeout=seconds + SPARE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchFailed(f"{what}: the load client did not come to an end") from None
    if done.returncode != 0:
        raise BenchFailed(f"{what}: {done.stderr.strip()}")
    return dict(json.loads(done.stdout))
