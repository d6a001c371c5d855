"""Told to stop once, a process does so in order; told again, at once. What is kept outlives either."""

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import override

from uvicorn.supervisors import Multiprocess

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def heeding_signals(on_stop: Callable[[], None]) -> Iterator[None]:
    """`on_stop` is called with the first signal to stop, before anybody else hears of it; the second ends the process.

    A terminal's Ctrl+C reaches the processes of WORKERS and then their parent, which passes on a SIGTERM: of two
    different signals only a Ctrl+C that comes second is meant as one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told: set[int] = set()
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        if number in told or (told and number == signal.SIGINT):
            end_at_once(number)
        told.add(number)
        on_stop()
        if callable(handler := before[signal.Signals(number)]):
            handler(number, frame)

    for number in STOP_SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


class Workers(Multiprocess):
    """uvicorn's processes. They hear of a stop at once, and nobody is left to wait at a door that nobody opens."""

    @override
    def run(self) -> None:
        self.should_exit = _Flag()  # type: ignore[assignment]
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_stop)
        super().run()

    @override
    def terminate_all(self) -> None:
        super().terminate_all()
        # As long as one process has the listener open, the kernel takes connections for it.
        for listener in self.sockets:
            listener.close()

    def _on_stop(self, number: int, _: FrameType | None) -> None:
        if self.should_exit.is_set():
            for each in self.processes:
                each.process.kill()
            end_at_once(number)
        self.should_exit.set()


class _Flag:
    """threading.Event for signal handlers, which may interrupt the very thread that waits for it and holds its lock."""

    def __init__(self) -> None:
        self._is_set = False
        self._read, self._write = os.pipe()

    def set(self) -> None:
        self._is_set = True
        os.write(self._write, b"!")

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, timeout: float) -> bool:
        select.select([self._read], [], [], timeout)
        return self._is_set
