"""How much goes to a broker that is paid by the byte is counted."""

from datetime import UTC, datetime
from uuid import uuid4

from prometheus_client import REGISTRY

from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import encode
from jobs.publishing import Publisher
from resolvers.log.events import Event, EventType


def counted() -> float:
    return REGISTRY.get_sample_value("taskflow_events_published_bytes_total") or 0.0


def event(seq: int) -> Event:
    data = {"title": "x" * seq}
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Event(uuid4(), seq, uuid4(), EventType.TASK_CREATED, uuid4(), 1, str(uuid4()), (), data, made)


async def test_the_bytes_of_what_the_bus_took_are_counted():
    bus = MemoryBus()
    await bus.start()
    events = [event(seq) for seq in (1, 500)]
    before = counted()
    assert await Publisher(bus).publish(events) == events
    assert counted() - before == sum(len(encode(each).body) for each in events)
    await bus.stop()
