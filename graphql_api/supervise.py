"""Background tasks that must not die: restarted where they fail, and counted."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

#: Until a task runs again, at first and at last.
RESTART_SECONDS = 1.0, 5.0
#: One that ended more often in that time will not be helped by one restart more, but may be by one of the process.
RESTARTS, WITHIN_SECONDS = 5, 300.0

failures_total = Counter(
    "taskflow_task_failures_total", "Background tasks that failed and were restarted.", ["task"]
)


class Supervisor:
    """`clock` is a monotonic one, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        #: When each ended, as many of the newest as matter.
        self._ends: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=RESTARTS + 1))

    def run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` until `stop`, again whenever it ends."""
        self._tasks.append(asyncio.create_task(self._keep_running(name, work), name=name))

    @property
    def failing(self) -> list[str]:
        """Tasks that end again and again."""
        return sorted(name for name in self._ends if self._recent(name) > RESTARTS)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_running(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception:
                failures_total.labels(name).inc()
                log.exception("background_task_failed", task=name)
            self._ends[name].append(self._clock())
            first, longest = RESTART_SECONDS
            await asyncio.sleep(min(first * 2 ** (self._recent(name) - 1), longest))

    def _recent(self, name: str) -> int:
        since = self._clock() - WITHIN_SECONDS
        return sum(end > since for end in self._ends[name])
