"""The whole of it: every load on every server by turns, so that what else the machine does meets all of them."""

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.bench.peers import due, loads, plot, programs, recurrence, servers, table, versions
from tests.bench.peers.figures import Row, lines
from tests.bench.peers.rows import (
    NODE_POSTGRESQL,
    NODE_SQLITE,
    OURS_POSTGRESQL,
    POCKETBASE,
    SERVERS,
    rows,
)
from tests.bench.peers.subjects import Subject
from tests.bench.post import BenchFailed

ROUNDS = 3
#: Sockets that a process has had before its memory is looked at: what the first of them load is not theirs.
FIRST_SOCKETS = 50


def measure(folder: Path, plot_file: Path | None) -> str:
    """plot_file: where the aims are drawn, if anywhere."""
    load_before = os.getloadavg()[0]
    folder.mkdir()
    try:
        programs.load_client()
    except pytest.skip.Exception as skipped:
        return f"\nNot beside others: {skipped}."
    peers, every = _Peers(folder), rows()
    with ExitStack() as stack:
        running = {name: stack.enter_context(peers.start(name)) for name in SERVERS if peers.has(name)}
        for turn in range(ROUNDS):
            for row in every:
                if not row.fresh:
                    _one_round(turn, row, running)
    for turn in range(ROUNDS):
        for row in every:
            if row.fresh:
                for name in filter(peers.has, row.servers):
                    with peers.start(name) as subject:
                        loads.run(subject, loads.idle(FIRST_SOCKETS))
                        _one_round(turn, row, {name: subject})
    every_line = [*lines(every), recurrence.line(ROUNDS)]
    ringing = _ringing(folder) if peers.has(OURS_POSTGRESQL) else ""
    if plot_file is not None:
        plot_file.write_text(
            plot.svg(every_line, "TaskFlow beside others: less is better, 1 is the same, dashed is the aim"),
            "utf-8",
        )
    sizes = [f"{name}: {subject.list_bytes:,}" for name, subject in running.items() if subject.list_bytes]
    return "\n".join(
        [
            "",
            f"Load average before: {load_before:.1f}. {versions.machine()}. {versions.of_programs()}.",
            f"Bytes of 50 tasks: {'; '.join(sizes)}.",
            *(f"Without {name}: {why}." for name, why in peers.missing.items()),
            "",
            *table.aims(every_line),
            "",
            ringing,
            "",
            *table.details(every),
        ]
    )


def _ringing(folder: Path) -> str:
    print(f"{due.DUE:,} due of {due.WAITING:,}", file=sys.stderr, flush=True)
    try:
        found = due.ring_all(folder / "due")
        came = f"all rung after {found.seconds:.2f} s, {found.doubled} twice"
    except BenchFailed as failure:
        came = str(failure)
    what = f"{due.DUE:,} reminders due at one moment, of {due.WAITING:,} that wait, on PostgreSQL"
    return f"{what}: {came} (aim: {due.AIM_SECONDS:g} s, none twice)."


def _one_round(turn: int, row: Row, running: dict[str, Subject]) -> None:
    for name in row.servers:
        if (subject := running.get(name)) is not None:
            print(f"{turn + 1}/{ROUNDS} {row.title}: {name}", file=sys.stderr, flush=True)
            row.rounds.setdefault(name, []).append(loads.run(subject, row.load))


class _Peers:
    """Starts servers by their names, as often as wanted."""

    def __init__(self, folder: Path) -> None:
        #: What can't be had, and why.
        self.missing: dict[str, str] = {}
        self._folder = folder
        self._numbers = itertools.count()
        self._sample = ("", "")
        for names, have in (
            ((NODE_SQLITE, NODE_POSTGRESQL), programs.yoga),
            ((POCKETBASE,), programs.pocketbase),
        ):
            try:
                have()
            except pytest.skip.Exception as skipped:
                self.missing |= dict.fromkeys(names, str(skipped))
        if not servers.has_postgresql():
            self.missing |= dict.fromkeys((OURS_POSTGRESQL, NODE_POSTGRESQL), "there is no PostgreSQL 15")

    def has(self, name: str) -> bool:
        return name not in self.missing

    def start(self, name: str) -> AbstractContextManager[Subject]:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        match name:
            case "TaskFlow, SQLite":
                return self._ours(name, folder)
            case "TaskFlow, PostgreSQL":
                return servers.on_own_postgresql(lambda url: servers.our_server(name, folder, url))
            case "Node, SQLite":
                return servers.yoga_server(name, "sqlite", str(folder / "tasks.db"))
            case "Node, PostgreSQL":
                return servers.on_own_postgresql(lambda url: servers.yoga_server(name, "postgresql", url))
            case "PocketBase":
                return servers.pocketbase_server(name, folder)
            case _:
                return servers.raw_server(name, self._sample)

    @contextmanager
    def _ours(self, name: str, folder: Path) -> Iterator[Subject]:
        with servers.our_server(name, folder) as subject:
            self._sample = subject.sample
            yield subject
