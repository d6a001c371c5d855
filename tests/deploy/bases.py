"""The images that ours begin with: as they are published, or where no registry is reached, made of this machine.

A stand-in is Debian's smallest, with this machine's Python 3.13 or Node: another patch release of the same thing.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.deploy.podman import build, podman

DEBIAN = "localhost/debian:bookworm"
PYTHON = "docker.io/library/python:3.13-slim-bookworm"
NODE = "docker.io/library/node:24-bookworm-slim"
#: What the interpreter's own modules are linked to.
LIBRARIES = (
    "ca-certificates,libbz2-1.0,libffi8,liblzma5,libreadline8,libsqlite3-0,libssl3,libstdc++6,libuuid1"
)
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
PULL_SECONDS = 120
MAKE_SECONDS = 900
#: Beside the modules that any Python has.
NOT_COPIED = (
    "**/__pycache__\n**/test\n**/*.a\n"
    "lib/python3.13/site-packages\n!lib/python3.13/site-packages/pip\n!lib/python3.13/site-packages/pip-*\n"
)
_COPY = "FROM {base}\nCOPY . /usr/local\nRUN {command}\n"


def have_bases() -> None:
    for name, make in ((PYTHON, _python), (NODE, _node)):
        if not _is_here(name) and not _pull(name):
            if not _is_here(DEBIAN):
                _debian()
            make()


def _is_here(name: str) -> bool:
    return name in json.dumps([image.get("Names") for image in json.loads(podman("images", "--format=json"))])


def _pull(name: str) -> bool:
    try:
        podman("pull", "--quiet", name, seconds=PULL_SECONDS)
    except (AssertionError, subprocess.TimeoutExpired):
        return False
    return True


def _debian() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, archive = Path(folder, "root"), Path(folder, "root.tar")
        mirror = "http://deb.debian.org/debian"
        command = ["debootstrap", "--variant=minbase", f"--include={LIBRARIES}", "bookworm", root, mirror]
        subprocess.run(command, check=True, timeout=MAKE_SECONDS, capture_output=True)
        # Whom this machine trusts.
        shutil.copyfile(Path("/", CERTIFICATES), root / CERTIFICATES)
        shutil.rmtree(root / "var/cache/apt")
        subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True, timeout=MAKE_SECONDS)
        podman("import", archive, DEBIAN)


def _python() -> None:
    loads = "import bz2, ctypes, lzma, sqlite3, ssl, uuid"
    command = f'ldconfig && python3 -c "{loads}" && ln -sf python3 /usr/local/bin/python'
    _make(PYTHON, command, Path(sys.base_prefix))


def _node() -> None:
    npm = subprocess.run(
        ["npm", "root", "--global"], check=True, capture_output=True, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        (binaries := Path(folder, "bin")).mkdir()
        shutil.copy(str(shutil.which("node")), binaries / "node")
        shutil.copytree(Path(npm, "npm"), Path(folder, "lib/node_modules/npm"), symlinks=True)
        for name in ("npm", "npx"):
            (binaries / name).symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")
        (settings := Path(folder, "etc/npmrc")).parent.mkdir()
        settings.write_text(f"cafile=/{CERTIFICATES}\n", encoding="utf-8")
        _make(NODE, "node --version && npm --version", Path(folder))


def _make(name: str, command: str, context: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dockerfile, ignored = Path(folder, "Dockerfile"), Path(folder, "ignored")
        dockerfile.write_text(_COPY.format(base=DEBIAN, command=command), encoding="utf-8")
        ignored.write_text(NOT_COPIED, encoding="utf-8")
        build(name, dockerfile, context, f"--ignorefile={ignored}")
