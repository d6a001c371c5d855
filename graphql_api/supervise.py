"""Background tasks that must not die: restarted where they fail, and counted."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

RESTART_SECONDS = 1.0

failures_total = Counter(
    "taskflow_task_failures_total", "Background tasks that failed and were restarted.", ["task"]
)


class Supervisor:
    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` until `stop`, again whenever it ends."""
        self._tasks.append(asyncio.create_task(self._keep_running(name, work), name=name))

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
            await asyncio.sleep(RESTART_SECONDS)
