"""Settings become parts: the one place that chooses databases, buses and secrets, and that starts and stops them."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from broadcaster import Broadcast
from strawberry import Schema

from graphql_api.embedded import DatabaseLock, kept_secret
from graphql_api.live.hub import Hub
from graphql_api.live.sharing import Sharing
from graphql_api.migrate import migrate
from graphql_api.reach import database_variable, faults_named
from graphql_api.settings import Settings
from graphql_api.socket.registry import SocketRegistry
from graphql_api.supervise import Supervisor
from graphql_api.tokens import Tokens
from jobs.bus import Bus
from jobs.bus.memory_bus import MemoryBus
from jobs.due import DueJobs
from jobs.fanout import FanOut
from jobs.relay import Relay
from jobs.timetable import Timetable
from resolvers.database import Database
from resolvers.log.transaction import Log
from schema.documents import Documents
from schema.root import build_schema


@dataclass
class Parts:
    """Everything that one process is made of."""

    settings: Settings
    database: Database
    log: Log
    tokens: Tokens
    schema: Schema
    documents: Documents
    bus: Bus
    relay: Relay
    fanout: FanOut
    broadcast: Broadcast
    hub: Hub
    sharing: Sharing
    sockets: SocketRegistry
    due: DueJobs
    timetable: Timetable
    supervisor: Supervisor = field(default_factory=Supervisor)
    stopping: bool = False

    async def start(self) -> None:
        await self.broadcast.connect()
        await self.bus.start()
        self.supervisor.run("fan-out", self.fanout.run)
        self.supervisor.run("relay", self.relay.publish_fresh)
        self.supervisor.run("relay notes", self.relay.note_published)
        self.supervisor.run("relay sweep", self.relay.sweep)
        self.supervisor.run("live poll", self.hub.poll_forever)
        self.supervisor.run("socket timer", self.sockets.tick_forever)
        self.supervisor.run("session check", self.sockets.check_sessions_forever)
        self.supervisor.run("due jobs", self.due.run)
        self.timetable.start()

    async def stop(self) -> None:
        self.stopping = True
        self.timetable.stop()
        await self.supervisor.stop()
        await self.relay.flush()
        await self.bus.stop()
        await self.broadcast.disconnect()
        await self.database.close()


def open_parts(settings: Settings) -> Parts:
    """Raises SettingsError where they can't keep the promise."""
    database = Database(settings.database)
    log = Log(database)
    schema = build_schema()
    bus = MemoryBus()
    broadcast = Broadcast("memory://")
    relay = Relay(database, bus)
    hub = Hub(database, broadcast)
    sockets = SocketRegistry(database, limit_sockets=settings.rate_limit == "on")
    # Those who watch first, the bus after them.
    due = DueJobs(database, log, settings.due_poll_seconds)
    log.on_commit += [hub.on_commit, sockets.on_commit, relay.on_commit, due.on_commit]
    return Parts(
        settings=settings,
        database=database,
        log=log,
        tokens=open_tokens(settings),
        schema=schema,
        documents=Documents(schema, production=settings.production),
        bus=bus,
        relay=relay,
        fanout=FanOut(bus, broadcast),
        broadcast=broadcast,
        hub=hub,
        sharing=Sharing(hub),
        sockets=sockets,
        due=due,
        timetable=Timetable(database, log, due),
    )


def open_tokens(settings: Settings) -> Tokens:
    return Tokens(
        secret=settings.jwt_secret.get_secret_value() or kept_secret(settings.data_dir),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        lifetime=timedelta(minutes=settings.access_token_minutes),
    )


async def prepare_database(settings: Settings) -> DatabaseLock | None:
    """Embedded mode: take the lock of the SQLite file, and bring it to this release's form. Keep what is returned.

    Raises SettingsError where the file can't be had.
    """
    url = settings.database
    if url.get_backend_name() != "sqlite":
        return None
    assert url.database is not None
    lock = DatabaseLock(Path(url.database), database_variable(settings))
    lock.acquire()
    await migrate_database(settings)
    return lock


async def migrate_database(settings: Settings) -> None:
    """Raises SettingsError where the settings are why it can't be had, Unavailable where it is away."""
    database = Database(settings.database)
    try:
        async with faults_named(settings):
            await asyncio.shield(migrate(database))
    finally:
        await database.close()
