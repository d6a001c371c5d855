"""Dapr's sidecar, built by Go from Dapr's own module, and kept between runs.

Our main is ten lines beside it. Its go.mod and go.sum are Dapr's own: all is checked that Dapr checks.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.services.go import CACHE, go, locked

WHAT = "Dapr's sidecar"
VERSION = "1.18.1"
MODULE = "github.com/dapr/dapr"
SOURCE = Path(__file__).with_name("daprd_source")
HOME = CACHE / f"daprd-{VERSION}"
DAPRD = HOME / "daprd"
#: The first time, 180 MB are fetched and some minutes of two cores go by.
DOWNLOAD_SECONDS, BUILD_SECONDS = 600, 2400


def have_daprd() -> Path:
    """Build it where it is not there yet. Skips the test where it can't be had."""
    with locked(HOME):
        if not DAPRD.exists():
            _build()
    return DAPRD


def _build() -> None:
    answer = go(WHAT, "mod", "download", "-json", f"{MODULE}@v{VERSION}", cwd=HOME, seconds=DOWNLOAD_SECONDS)
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
        go(WHAT, "build", *flags, ".", cwd=folder, seconds=BUILD_SECONDS)
        (folder / "daprd").rename(DAPRD)
