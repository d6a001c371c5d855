"""Dapr's sidecar, built by Go from Dapr's own module, and kept between runs.

Our main is ten lines beside it. Its go.mod and go.sum are Dapr's own: all is checked that Dapr checks.
"""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

VERSION = "1.18.1"
MODULE = "github.com/dapr/dapr"
SOURCE = Path(__file__).with_name("daprd_source")
HOME = Path.home() / ".cache" / "taskflow" / f"daprd-{VERSION}"
DAPRD = HOME / "daprd"
#: The first time, 180 MB are fetched and some minutes of two cores go by.
DOWNLOAD_SECONDS, BUILD_SECONDS = 600, 2400


def have_daprd() -> Path:
    """Build it where it is not there yet. Skips the test where it can't be had."""
    with _locked():
        if not DAPRD.exists():
            if shutil.which("go") is None:
                pytest.skip(
                    f"Dapr's sidecar is built by Go, which is not on PATH, and there is none in {HOME}"
                )
            _build()
    return DAPRD


def _build() -> None:
    answer = _go("mod", "download", "-json", f"{MODULE}@v{VERSION}", cwd=HOME, seconds=DOWNLOAD_SECONDS)
    module: dict[str, Any] = json.loads(answer)
    theirs = Path(module["Dir"])
    with tempfile.TemporaryDirectory(dir=HOME) as name:
        folder = Path(name)
        shutil.copy(SOURCE / "main.go", folder)
        text = (theirs / "go.mod").read_text(encoding="utf-8")
        ours = text.replace(f"module {MODULE}\n", "module taskflow.tests/daprd\n", 1)
        (folder / "go.mod").write_text(f"{ours}\nrequire {MODULE} v{VERSION}\n", encoding="utf-8")
        sums = (theirs / "go.sum").read_text(encoding="utf-8")
        own = f"{MODULE} v{VERSION} {module['Sum']}\n{MODULE} v{VERSION}/go.mod {module['GoModSum']}\n"
        (folder / "go.sum").write_text(sums + own, encoding="utf-8")
        stamp = f"-s -w -X {MODULE}/pkg/buildinfo.version={VERSION}"
        flags = ["-buildvcs=false", "-tags", "stablecomponents", "-ldflags", stamp, "-o", "daprd"]
        _go("build", *flags, ".", cwd=folder, seconds=BUILD_SECONDS)
        (folder / "daprd").rename(DAPRD)


def _go(*arguments: str, cwd: Path, seconds: float) -> str:
    environment = {"CGO_ENABLED": "0", "GOWORK": "off"}
    done = subprocess.run(
        ["go", *arguments],
        cwd=cwd,
        env=os.environ | environment,
        timeout=seconds,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"Dapr's sidecar can't be built: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout


@contextmanager
def _locked() -> Iterator[None]:
    """Two runs of the suite build it once."""
    HOME.mkdir(parents=True, exist_ok=True)
    file = os.open(HOME / "lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
