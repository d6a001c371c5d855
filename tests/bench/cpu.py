"""CPU time and memory of processes that were started somewhere else, from /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def find_pid(words: str) -> int:
    """The process that these words stand in the command line of, one of its own port or folder."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid() and words in _command(folder):
            return int(folder.name)
    raise LookupError(f"no process has {words!r} in its command line")


def cpu_seconds(pid: int) -> float:
    """Of the process and of all that it started, ended or not. 0 where it is gone."""
    total = 0.0
    for each in _tree(pid):
        try:
            stat = Path(f"/proc/{each}/stat").read_text(encoding="utf-8")
        except OSError:
            continue
        # The command's name stands in parentheses and may hold anything; fields count from behind it.
        total += sum(int(ticks) for ticks in stat.rpartition(")")[2].split()[11:15]) / TICKS
    return total


def resident_bytes(pid: int) -> int:
    """Of the process and of all that it started and that is still there."""
    total = 0
    for each in _tree(pid):
        try:
            total += int(Path(f"/proc/{each}/statm").read_text(encoding="utf-8").split()[1])
        except OSError:
            continue
    return total * PAGE_BYTES


def machine_seconds() -> float:
    """Of all that runs on this machine."""
    fields = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq = (int(field) for field in fields[:7])
    return (user + nice + system + irq + softirq) / TICKS


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _command(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
