"""A user's channels, what is sent through them, and the workers that send, in process and with a clock set by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

from sqlmodel import col, select

from jobs.channels import Parcel, SendFailed
from jobs.channels.courier import Courier
from jobs.channels.delivering import Delivering
from jobs.channels.notify import Notify
from jobs.channels.public_http import PublicHTTP
from resolvers.database import Database
from resolvers.log.event_log import read_after
from resolvers.log.events import EventType
from resolvers.log.transaction import Transaction
from resolvers.reminders.ring import ring_due
from resolvers.tables import Channel, Delivery, Reminder
from resolvers.tasks import NewTask, create_task
from tests.jobs.people import Hands, People

type Answer = Callable[[Channel, Parcel], Awaitable[None]]


class Post:
    """Takes what is sent. `answer` may raise instead, or take its time."""

    def __init__(self) -> None:
        self.parcels: list[tuple[UUID, Parcel]] = []
        self.answer: Answer | None = None

    async def send(self, channel: Channel, parcel: Parcel) -> None:
        self.parcels.append((channel.id, parcel))
        if self.answer is not None:
            await self.answer(channel, parcel)

    def titles(self) -> list[list[str]]:
        return [[notice.task.title for notice in parcel.notices if notice.task] for _, parcel in self.parcels]


class Office:
    """A user with channels, and workers that send."""

    def __init__(self, database: Database, hands: Hands) -> None:
        self.database, self.hands = database, hands
        self.people = People(database)
        self.post = Post()
        self.courier = Courier(PublicHTTP(), "https://tasks.example.com", None, None)
        self.courier.senders = dict.fromkeys(("WEBHOOK", "EMAIL"), self.post)
        self.worker = self.another_worker()
        self._queued: dict[UUID, int] = {}

    def another_worker(self) -> Delivering:
        return Delivering(self.database, self.courier, 1)

    async def channel(self, user: UUID, kind: str = "EMAIL") -> UUID:
        async with self.database.transaction() as session:
            channel = Channel(
                user_id=user,
                kind=kind,
                label="",
                address=uuid4().hex,
                types=[EventType.REMINDER_TRIGGERED],
                link_key=b"",
                confirmed_at=self.hands.now,
                created_at=self.hands.now,
            )
            session.add(channel)
        return channel.id

    async def ring(self, user: UUID, count: int = 1, *, ago: timedelta = timedelta(0)) -> None:
        """So many tasks whose reminders were due that long ago ring now, and their channels are to be told."""
        await self.people.do(user, self._set(count, ago))
        await self.people.do(user, lambda tx: ring_due(tx, 1000))
        async with self.database.transaction() as session:
            for event in await read_after(session, user, self._queued.get(user, 0), 1000):
                await Notify(self.database, lambda: None).apply(session, event)
                self._queued[user] = event.seq

    def _set(self, count: int, ago: timedelta) -> Callable[[Transaction], Awaitable[None]]:
        async def act(tx: Transaction) -> None:
            for number in range(count):
                task = await create_task(tx, NewTask(title=f"{number}"))
                assert task is not None
                await tx.session.flush()
                tx.session.add(
                    Reminder(
                        user_id=tx.user_id,
                        task_id=task.id,
                        remind_at=tx.now - ago,
                        status="PENDING",
                        created_at=tx.now,
                    )
                )

        return act

    async def work(self, worker: Delivering | None = None) -> None:
        """All that is due now, to its end."""
        worker = worker or self.worker
        while True:
            worker._woken.clear()
            await worker.start_due()
            if worker.under_way:
                await asyncio.gather(*worker.under_way)
            elif not worker._woken.is_set():  # by the end of one, while it looked
                return

    async def rows(self) -> list[Delivery]:
        async with self.database.read() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.seq)))).all())

    async def statuses(self) -> list[str]:
        return [row.status for row in await self.rows()]

    async def read_channel(self, id_: UUID) -> Channel:
        async with self.database.read() as session:
            channel = await session.get(Channel, id_)
        assert channel is not None
        return channel


def failing(error: SendFailed) -> Answer:
    async def answer(channel: Channel, parcel: Parcel) -> None:
        raise error

    return answer


class Answers:
    """Each message that is sent is answered by hand."""

    def __init__(self, office: Office) -> None:
        self.waiting: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()
        office.post.answer = self._answer

    async def _answer(self, channel: Channel, parcel: Parcel) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait(future)
        await future


async def end_one(office: Office) -> None:
    before = len(office.worker.under_way)
    async with asyncio.timeout(10):
        while len(office.worker.under_way) == before:
            await asyncio.wait(office.worker.under_way, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
