"""Work in a loop of its own, as quick as loops come, that ends at a moment."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import uvloop


def run[T](work: Coroutine[Any, Any, T], deadline: float) -> T:
    """Raises TimeoutError at the deadline (time.monotonic())."""
    bounded = asyncio.wait_for(work, deadline - time.monotonic())
    return asyncio.run(bounded, loop_factory=uvloop.new_event_loop)
