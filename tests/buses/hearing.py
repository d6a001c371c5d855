"""What the tests of buses have in common: messages, and somebody who collects them."""

import asyncio
from collections.abc import Callable, Sequence

from jobs.bus import Message

DEADLINE_SECONDS = 20


class Heard:
    """Collects messages, and lets a test wait for a number of them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._changed = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        self._changed.set()

    async def handle(self, messages: Sequence[Message]) -> None:
        """The same as a consumer."""
        for message in messages:
            self(message)

    async def wait_for(self, count: int, seconds: float = DEADLINE_SECONDS) -> list[Message]:
        async with asyncio.timeout(seconds):
            while len(self.messages) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.messages


async def until(happened: Callable[[], bool], seconds: float = DEADLINE_SECONDS) -> None:
    """For what nobody tells of."""
    async with asyncio.timeout(seconds):
        while True:
            if happened():
                return
            await asyncio.sleep(0.02)


def messages(key: str, count: int) -> list[Message]:
    return [Message(key, f"{key} {number}".encode()) for number in range(count)]
