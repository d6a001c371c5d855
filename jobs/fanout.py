"""Hands every event of the bus to broadcaster, on the channel of its user, so that this process's feeds hear it."""

import asyncio

from broadcaster import Broadcast

from jobs.bus import Bus, Message

#: Messages taken from the bus and not yet handed on. One more is dropped: the feeds' poll of the log repairs it.
HELD_MESSAGES = 10_000


class FanOut:
    def __init__(self, bus: Bus, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        self._messages: asyncio.Queue[Message] = asyncio.Queue(HELD_MESSAGES)
        bus.listen(self._take)

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            message = await self._messages.get()
            await self._broadcast.publish(channel=message.key, message=message.body.decode())

    def _take(self, message: Message) -> None:
        if not self._messages.full():
            self._messages.put_nowait(message)
