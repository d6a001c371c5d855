"""Hands every event of the bus to broadcaster, on the channel of its user, so that the feeds hear it."""

import asyncio

import structlog
from prometheus_client import Counter

from jobs import traces
from jobs.broadcast import BoundedBroadcast, BroadcastUnavailable
from jobs.bus import Bus, Message

log = structlog.get_logger()

#: Messages taken from the bus and not yet handed on. One more is dropped: the feeds' poll of the log repairs it.
HELD_MESSAGES = 10_000
#: Handed on in one go: to Redis and back takes as long for many as for one.
BATCH_MESSAGES = 100

dropped_total = Counter(
    "taskflow_fanout_dropped_total", "Messages of the bus that this process had no room for."
)
failed_total = Counter(
    "taskflow_fanout_failed_total", "Messages of the bus that broadcaster did not take: the poll finds them."
)


class FanOut:
    def __init__(self, bus: Bus, broadcast: BoundedBroadcast) -> None:
        self._broadcast = broadcast
        self._messages: asyncio.Queue[Message] = asyncio.Queue(HELD_MESSAGES)
        self._failing = False
        bus.listen(self._take)

    async def run(self) -> None:
        """Runs until cancelled."""
        while True:
            batch = [await self._messages.get()]
            while len(batch) < BATCH_MESSAGES and not self._messages.empty():
                batch.append(self._messages.get_nowait())
            await self._hand_on(batch)
            # Nothing here waits while there is more: a flood would stop everything else.
            await asyncio.sleep(0)

    async def _hand_on(self, batch: list[Message]) -> None:
        try:
            # What is no text is no event: whoever reads it finds that.
            with traces.after_messages("fan out", "consumer", batch):
                await self._broadcast.publish_all(
                    [(message.key, message.body.decode(errors="replace")) for message in batch]
                )
        except BroadcastUnavailable as error:
            failed_total.inc(len(batch))
            if not self._failing:
                log.warning("fanout_unavailable", reason=str(error))
            self._failing = True
        else:
            if self._failing:
                log.info("fanout_answers_again")
            self._failing = False

    def _take(self, message: Message) -> None:
        if self._messages.full():
            dropped_total.inc()
        else:
            self._messages.put_nowait(message)
