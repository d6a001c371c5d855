"""`python -m tests.bench.feeder`: makes events as the product does, from the log to the bus, at any rate.

It takes its settings from the environment, and orders as lines of JSON on stdin until that ends. Each is answered with
a line of what was made.
"""

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from graphql_api.buses import open_bus
from graphql_api.log_format import configure_logs
from graphql_api.settings import Settings, read_settings
from graphql_api.supervise import Supervisor
from jobs.lease import Lease
from jobs.relay import Relay
from resolvers.aggregates import task_data
from resolvers.database import Database
from resolvers.log.events import EventType
from resolvers.log.transaction import Committed, Log, Transaction
from resolvers.tables import Task
from tests.bench.target import title

#: As when somebody ticks off a list: the load is to be that of events, and not of transactions.
EVENTS_PER_CHANGE = 10
#: Fewer than the database's connections: the relay needs one, too.
CHANGES_AT_ONCE = 8
READY = b"ready\n"


@dataclass(frozen=True, slots=True)
class Order:
    """`count` events of these users in turn, their titles numbered from `first`; what is not made in time never is."""

    users: list[str]
    first: int
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction: its events' numbers are those from `first`. at: when it was committed (time.monotonic())."""

    user: str
    seq: int
    first: int
    count: int
    at: float


class Feeder:
    """What of a process of TaskFlow writes: no clients, no work, and nothing read from the bus."""

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.database)
        self._log = Log(self._database)
        self._bus = open_bus(settings)
        self._relay = Relay(self._database, self._bus, Lease(self._database, "sweep", settings.lease_seconds))
        self._log.on_commit += [self._committed, self._relay.on_commit]
        self._supervisor = Supervisor()
        self._made: list[Change] = []

    async def start(self) -> None:
        await self._bus.start()
        self._supervisor.run("relay", self._relay.publish_fresh)
        self._supervisor.run("relay notes", self._relay.note_published)

    async def stop(self) -> None:
        await self._supervisor.stop()
        await self._relay.flush()
        await self._bus.stop()
        await self._database.close()

    async def make(self, order: Order) -> list[Change]:
        """Each change when it is due, or as soon as there is room for it."""
        self._made = []
        users = [UUID(user) for user in order.users]
        turns = asyncio.Semaphore(CHANGES_AT_ONCE)
        begin = time.monotonic()

        async def change(user: UUID, first: int) -> None:
            try:
                await self._log.change_as_job(user, lambda tx: _update_tasks(tx, first), str(uuid4()))
            finally:
                turns.release()

        async with asyncio.TaskGroup() as changing:
            for done in range(0, order.count, EVENTS_PER_CHANGE):
                await asyncio.sleep(begin + order.seconds * done / order.count - time.monotonic())
                await turns.acquire()
                if time.monotonic() > begin + order.seconds:
                    turns.release()
                    break
                user = users[done // EVENTS_PER_CHANGE % len(users)]
                changing.create_task(change(user, order.first + done))
        return self._made

    def _committed(self, committed: Committed) -> None:
        first = committed.events[0]
        number = int(first.data["title"].rpartition("-")[2])
        self._made.append(
            Change(str(first.user_id), first.seq, number, len(committed.events), time.monotonic())
        )


async def _update_tasks(tx: Transaction, first: int) -> None:
    for number in range(first, first + EVENTS_PER_CHANGE):
        id_ = uuid4()
        data = _DATA | {"id": str(id_), "title": title(number)}
        tx.record(EventType.TASK_UPDATED, id_, data, changed=("title",))


def _data() -> dict[str, Any]:
    now = datetime.now(UTC)
    task = Task(user_id=uuid4(), title="", time_zone="UTC", position="a0", created_at=now, updated_at=now)
    return task_data(task, (), None)


#: Of every task that is told of here, but for its id and title.
_DATA = _data()


async def _serve(settings: Settings) -> None:
    feeder = Feeder(settings)
    await feeder.start()
    try:
        sys.stdout.buffer.write(READY)
        sys.stdout.flush()
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            made = await feeder.make(Order(**orjson.loads(line)))
            sys.stdout.buffer.write(orjson.dumps([asdict(change) for change in made]) + b"\n")
            sys.stdout.flush()
    finally:
        await feeder.stop()


if __name__ == "__main__":
    settings = read_settings()
    configure_logs(settings)
    asyncio.run(_serve(settings))
