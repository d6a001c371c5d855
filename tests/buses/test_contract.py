"""What relay and fan-out rely on, whatever bus it is."""

import asyncio
from uuid import uuid4

import pytest

from jobs.bus import Bus, BusUnavailable, Message

DEADLINE_SECONDS = 20


class Heard:
    """Collects messages, and lets a test wait for a number of them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._changed = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        self._changed.set()

    async def wait_for(self, count: int) -> list[Message]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(self.messages) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.messages


def messages(key: str, count: int) -> list[Message]:
    return [Message(key, f"{key} {number}".encode()) for number in range(count)]


async def test_every_listener_hears_every_message_unaltered(bus: Bus):
    first, second = Heard(), Heard()
    bus.listen(first)
    bus.listen(second)
    await bus.start()
    sent = [Message(str(uuid4()), "Zwölf Äpfel ☂".encode())]
    await bus.publish(sent)
    assert await first.wait_for(1) == sent
    assert await second.wait_for(1) == sent


async def test_messages_of_one_key_keep_their_order(bus: Bus):
    heard = Heard()
    bus.listen(heard)
    await bus.start()
    for key in ("ana", "ben"):
        for start in range(0, 100, 10):
            await bus.publish(messages(key, 100)[start : start + 10])
    await heard.wait_for(200)
    for key in ("ana", "ben"):
        assert [message for message in heard.messages if message.key == key] == messages(key, 100)


async def test_a_listener_that_fails_ends_nothing(bus: Bus):
    def fails(message: Message) -> None:
        raise ValueError("on purpose")

    heard = Heard()
    bus.listen(fails)
    bus.listen(heard)
    await bus.start()
    await bus.publish(messages("ana", 2))
    assert len(await heard.wait_for(2)) == 2


async def test_publishing_while_the_bus_does_not_run_is_refused_and_not_swallowed(bus: Bus):
    with pytest.raises(BusUnavailable):
        await bus.publish(messages("ana", 1))
    await bus.start()
    await bus.stop()
    with pytest.raises(BusUnavailable):
        await bus.publish(messages("ana", 1))


async def test_a_bus_that_was_stopped_carries_messages_after_its_next_start(bus: Bus):
    heard = Heard()
    bus.listen(heard)
    await bus.start()
    await bus.stop()
    await bus.start()
    await bus.publish(messages("ana", 1))
    assert await heard.wait_for(1) == messages("ana", 1)
