"""For how long an event loop does nothing: all of a process's sockets wait for that."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

BEAT_SECONDS = 0.005


class Stalls:
    """The longest one, less what a thread beside it lost as well: that is the machine's doing."""

    def __init__(self) -> None:
        self._loop = self._machine = 0.0
        self._ended = threading.Event()

    @property
    def seconds(self) -> float:
        return self._loop - self._machine

    async def beat(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)
            self._loop = max(self._loop, time.monotonic() - before - BEAT_SECONDS)

    def beat_beside(self) -> None:
        while not self._ended.is_set():
            before = time.monotonic()
            time.sleep(BEAT_SECONDS)
            self._machine = max(self._machine, time.monotonic() - before - BEAT_SECONDS)

    def end(self) -> None:
        self._ended.set()


@contextmanager
def watched() -> Iterator[Stalls]:
    stalls = Stalls()
    beating = asyncio.create_task(stalls.beat())
    beside = threading.Thread(target=stalls.beat_beside)
    beside.start()
    try:
        yield stalls
    finally:
        beating.cancel()
        stalls.end()
        beside.join()
