"""A program that the suite starts, hangs, wakes and ends."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

STOP_SECONDS = 20
POLL_SECONDS = 0.02


class Child:
    """One process at a time, which ends with the thread that started it: start it from the main one.

    log  where all of them write to; nowhere without it
    """

    def __init__(self, name: str, log: Path | None = None) -> None:
        self._name = name
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return "" if self._log is None else self._log.read_text(encoding="utf-8")

    @property
    def is_started(self) -> bool:
        return self._process is not None

    def start(self, command: Sequence[str], **options: Any) -> None:
        """Returns at once. options: those of subprocess.Popen."""
        assert self._process is None
        pdeathsig = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with Path("/dev/null" if self._log is None else self._log).open("ab") as log:
            self._process = subprocess.Popen(
                [*pdeathsig, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )

    def wait_until(self, answers: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not answers():
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"{self._name} ended:\n{self.log[-3000:]}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self._name} did not start in time:\n{self.log[-3000:]}")
            time.sleep(POLL_SECONDS)

    def pause(self) -> None:
        """It hangs: connections are taken, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self, how: signal.Signals) -> bool:
        """Whether it ended in time; it is gone in any case."""
        process, self._process = self._process, None
        if process is None:
            return True
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
