"""Real containers, by Podman as root, in a store of the suite's own that is kept between runs."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = Path.home() / ".cache" / "taskflow" / "containers"
SECONDS = 120
#: A build fetches packages, and compiles the web app.
BUILD_SECONDS = 1500
#: Below this process's own: who may not raise them can't start a container with Podman's.
LIMITS = ("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096")
#: What a container in a cluster is given, and no more.
CONFINED = (
    "--read-only",
    "--tmpfs=/tmp",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    # A network of its own, which ends at its loopback.
    "--network=none",
)


def podman(*arguments: object, script: str | None = None, seconds: float = SECONDS) -> str:
    """What it printed, given a script to read. Raises AssertionError with what it complained of."""
    command = [
        "podman",
        f"--root={HOME / 'store'}",
        f"--runroot={HOME / 'run'}",
        "--storage-driver=overlay",
        "--cgroup-manager=cgroupfs",
        "--events-backend=none",
        "--runtime=runc",
    ]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=ROOT,
        input=script,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError(f"podman {arguments[0]}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout.strip()


def can_build() -> None:
    """Skips the test where it can't be done."""
    if os.geteuid() != 0:
        pytest.skip("images are built as root here")
    for program in ("podman", "runc", "debootstrap"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program}")
    HOME.mkdir(parents=True, exist_ok=True)


def build(tag: str, dockerfile: Path, context: Path = ROOT, *options: str) -> float:
    """Returns the seconds of CPU that it took. What did not change since the last time is not done again."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    podman(
        "build",
        "--layers",
        "--format=docker",  # the other one has no HEALTHCHECK
        "--pull=never",
        "--network=host",
        "--isolation=chroot",
        *LIMITS,
        *options,
        f"--file={dockerfile}",
        f"--tag={tag}",
        context,
        seconds=BUILD_SECONDS,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
