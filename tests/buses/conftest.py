"""Every bus passes the same tests. A new one is added here, and nowhere else."""

from collections.abc import AsyncIterator

import pytest

from jobs.bus import Bus
from jobs.bus.memory_bus import MemoryBus


@pytest.fixture(params=["memory"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    bus: Bus = {"memory": MemoryBus}[request.param]()
    yield bus
    await bus.stop()
