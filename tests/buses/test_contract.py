"""What relay and fan-out rely on, whatever bus it is."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest

from jobs.bus import Bus, BusUnavailable, Message
from tests.buses.conftest import OpenBus
from tests.buses.hearing import DEADLINE_SECONDS, Heard, messages


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


async def test_nothing_is_wrong_with_a_bus_that_works(bus: Bus):
    bus.listen(Heard())
    bus.consume(Heard().handle)
    await bus.start()
    await bus.publish(messages("ana", 1))
    await bus.publish_dead(messages("ben", 1))
    assert bus.trouble is None


async def test_the_consumer_takes_each_message_once_and_those_of_a_key_in_order(bus: Bus):
    taken = Heard()
    bus.consume(taken.handle)
    await bus.start()
    for start in range(0, 100, 10):
        await bus.publish(
            [*messages("ana", 100)[start : start + 10], *messages("ben", 100)[start : start + 10]]
        )
    await taken.wait_for(200)
    for key in ("ana", "ben"):
        assert [message for message in taken.messages if message.key == key] == messages(key, 100)
    # Nothing comes after the last: it would be before what is published now.
    await bus.publish(messages("ana", 1))
    assert len(await taken.wait_for(201)) == 201


async def test_what_the_consumer_could_not_deal_with_comes_again_before_what_follows(bus: Bus):
    tries: list[list[Message]] = []
    taken = Heard()

    async def handle(batch: Sequence[Message]) -> None:
        tries.append(list(batch))
        if len(tries) == 1:
            raise ValueError("on purpose")
        await taken.handle(batch)

    bus.consume(handle)
    await bus.start()
    await bus.publish(messages("ana", 3))
    assert await taken.wait_for(3) == messages("ana", 3)
    assert tries[0][0] == tries[1][0]


async def test_dead_letters_reach_neither_listener_nor_consumer(bus: Bus):
    heard, taken = Heard(), Heard()
    bus.listen(heard)
    bus.consume(taken.handle)
    await bus.start()
    await bus.publish_dead(messages("dead", 1))
    await bus.publish(messages("ana", 1))
    assert await heard.wait_for(1) == await taken.wait_for(1) == messages("ana", 1)


async def test_consumers_beside_each_other_share_what_there_is(open_bus: OpenBus):
    buses = [open_bus(), open_bus()]
    both = Heard()
    shares: list[list[Message]] = [[], []]

    def consume(bus: Bus, share: list[Message]) -> None:
        async def handle(batch: Sequence[Message]) -> None:
            share.extend(batch)
            await both.handle(batch)

        bus.consume(handle)

    for bus, share in zip(buses, shares, strict=True):
        consume(bus, share)
        await bus.start()
    sent: list[Message] = []
    # One may have taken all of it before the other one has its part of the topic.
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not all(shares):
            more = [message for number in range(40) for message in messages(f"user {len(sent)} {number}", 5)]
            await buses[0].publish(more)
            sent += more
            taken = await both.wait_for(len(sent))
    assert sorted(taken, key=repr) == sorted(sent, key=repr)


async def test_what_a_consumer_left_behind_is_taken_by_the_next(open_bus: OpenBus):
    first, second, publisher = open_bus(), open_bus(), open_bus()
    before, after = Heard(), Heard()
    first.consume(before.handle)
    second.consume(after.handle)
    await publisher.start()
    await first.start()
    await publisher.publish(messages("ana", 1))
    await before.wait_for(1)
    await first.stop()
    await publisher.publish(messages("ben", 1))
    await second.start()
    assert await after.wait_for(1) == messages("ben", 1)
