"""Hands every event of the bus to broadcaster, on the channel of its user, so that this process's feeds hear it."""

import asyncio

from broadcaster import Broadcast
from prometheus_client import Counter

from jobs.bus import Bus, Message

#: Messages taken from the bus and not yet handed on. One more is dropped: the feeds' poll of the log repairs it.
HELD_MESSAGES = 10_000

dropped_total = Counter(
    "taskflow_fanout_dropped_total", "Messages of the bus that this process had no room for."
)


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
            # Neither of the two waits while there is more: a flood would stop everything else.
            await asyncio.sleep(0)

    def _take(self, message: Message) -> None:
        if self._messages.full():
            dropped_total.inc()
        else:
            self._messages.put_nowait(message)
