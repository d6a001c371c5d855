"""What the suite has Go build, and keeps between runs."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CACHE = Path.home() / ".cache" / "taskflow"


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Two runs of the suite build it once."""
    home.mkdir(parents=True, exist_ok=True)
    file = os.open(home / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def go(what: str, *arguments: str, cwd: Path, seconds: float) -> str:
    """Skips the test where it can't be had."""
    if shutil.which("go") is None:
        pytest.skip(f"{what} is built by Go, which is not on PATH")
    done = subprocess.run(
        ["go", *arguments],
        cwd=cwd,
        env=os.environ | {"CGO_ENABLED": "0", "GOWORK": "off"},
        timeout=seconds,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"{what} can't be built: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout
