"""Settings become parts: the one place that chooses databases, buses and secrets, and that starts and stops them."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from strawberry import Schema

from graphql_api.auth.authentication import Authentication
from graphql_api.auth.provider import Provider
from graphql_api.auth.signing import read_private_keys, secret_key
from graphql_api.auth.tokens import Tokens
from graphql_api.buses import open_bus
from graphql_api.channels import open_courier
from graphql_api.doors.reading import Reading
from graphql_api.effects import open_effects
from graphql_api.embedded import DatabaseLock, kept_secret
from graphql_api.live.hub import Hub
from graphql_api.live.sharing import Sharing
from graphql_api.migrate import migrate
from graphql_api.rates.rates import Rates, open_rates
from graphql_api.reach import database_variable, faults_named
from graphql_api.setting_types import split_secrets
from graphql_api.settings import Settings
from graphql_api.socket.registry import SocketRegistry
from graphql_api.supervise import Supervisor
from graphql_api.telemetry.exposition import Exposition
from graphql_api.telemetry.process import watch_loop, watch_parts
from graphql_api.telemetry.stored import Stored
from jobs import traces
from jobs.broadcast import BoundedBroadcast, open_broadcast
from jobs.bus import Bus
from jobs.channels.courier import Courier
from jobs.channels.delivering import Delivering
from jobs.consumer import CONSUMER, Consumer
from jobs.due import DueJobs
from jobs.fanout import FanOut
from jobs.lease import Lease, SoleLease
from jobs.relay import Relay
from jobs.retention import Retention
from jobs.timetable import Timetable
from resolvers.database import Database
from resolvers.log.transaction import Log
from schema.documents import Documents
from schema.root import build_schema

if TYPE_CHECKING:
    from graphql_api.telemetry.tracing import OpenTelemetryTracer


@dataclass
class Parts:
    """Everything that one process is made of."""

    settings: Settings
    database: Database
    log: Log
    tokens: Tokens
    authentication: Authentication
    schema: Schema
    reading: Reading
    bus: Bus
    #: Who sweeps up what the others left over.
    lease: Lease
    relay: Relay
    #: None where this process serves no clients.
    fanout: FanOut | None
    #: None where this process does not do the work.
    consumer: Consumer | None
    courier: Courier
    delivering: Delivering
    broadcast: BoundedBroadcast
    hub: Hub
    sharing: Sharing
    sockets: SocketRegistry
    rates: Rates
    due: DueJobs
    timetable: Timetable
    exposition: Exposition
    supervisor: Supervisor = field(default_factory=Supervisor)
    #: None where no traces are exported.
    tracer: "OpenTelemetryTracer | None" = None
    stopping: bool = False

    async def start(self) -> None:
        if self.settings.otel_exporter_otlp_endpoint:
            from graphql_api.telemetry.tracing import start_tracing  # its SDK takes a while to load

            traces.tracer = self.tracer = start_tracing(self.settings)
        await self.exposition.start()
        self.supervisor.run("loop lag", watch_loop)
        await self.broadcast.connect()
        await self.bus.start()
        self.supervisor.run("lease", self.lease.keep)
        self.supervisor.run("relay", self.relay.publish_fresh)
        self.supervisor.run("relay notes", self.relay.note_published)
        self.supervisor.run("relay sweep", self.relay.sweep)
        if self.fanout is not None:
            self.supervisor.run("fan-out", self.fanout.run)
            self.supervisor.run("live poll", self.hub.poll_forever)
            self.supervisor.run("socket timer", self.sockets.tick_forever)
            self.supervisor.run("session check", self.sockets.check_sessions_forever)
        if self.consumer is not None:
            self.supervisor.run("consumer sweep", self.consumer.sweep)
            self.supervisor.run("due jobs", self.due.run)
            self.supervisor.run("deliveries", self.delivering.run)
            self.timetable.start()

    def on_stop(self) -> None:
        """From a signal on, while what has begun is finished: nothing new is to be sent here."""
        self.stopping = True

    async def stop(self) -> None:
        self.stopping = True
        if self.consumer is not None:
            self.timetable.stop()
        await self.supervisor.stop()
        await self.delivering.give_back()
        await self.courier.close()
        await self.relay.flush()
        await self.lease.release()
        await self.bus.stop()
        await self.broadcast.disconnect()
        await self.rates.close()
        await self.authentication.close()
        await self.exposition.stop()
        await self.database.close()
        if self.tracer is not None:
            traces.tracer = None
            await self.tracer.stop()


def open_parts(settings: Settings, workers: Path | None = None) -> Parts:
    """workers: where the processes behind one port meet, if there are several.

    Raises SettingsError where they can't keep the promise.
    """
    database = Database(settings.database)
    watch_parts(database)
    log = Log(database)
    tokens = open_tokens(settings)
    schema = build_schema()
    bus = open_bus(settings)
    broadcast = open_broadcast(settings.broadcast)
    lease = (SoleLease if database.is_sqlite else Lease)(database, "relay", settings.lease_seconds)
    relay = Relay(database, bus, lease)
    hub = Hub(database, broadcast, degraded=lambda: bus.trouble is not None or broadcast.trouble is not None)
    rates = open_rates(on=settings.rate_limit == "on", broadcast=settings.broadcast)
    sockets = SocketRegistry(database, limit_sockets=settings.rate_limit == "on")
    due = DueJobs(database, log, settings.due_poll_seconds)
    courier = open_courier(settings)
    delivering = Delivering(database, courier, settings.due_poll_seconds)
    courier.on_wake.append(delivering.wake)
    # Those who watch first, the bus after them.
    log.on_commit += [traces.on_commit, hub.on_commit, sockets.on_commit, relay.on_commit, due.on_commit]
    return Parts(
        settings=settings,
        database=database,
        log=log,
        tokens=tokens,
        authentication=Authentication(
            log, tokens, open_provider(settings), timedelta(days=settings.session_days)
        ),
        schema=schema,
        reading=Reading(Documents(schema, production=settings.production)),
        bus=bus,
        lease=lease,
        relay=relay,
        fanout=FanOut(bus, broadcast) if settings.serves_clients else None,
        consumer=_open_consumer(settings, database, bus, delivering) if settings.does_the_work else None,
        courier=courier,
        delivering=delivering,
        broadcast=broadcast,
        hub=hub,
        sharing=Sharing(hub),
        sockets=sockets,
        rates=rates,
        due=due,
        timetable=Timetable(database, log, due, Retention(database, log, CONSUMER, settings.event_retention)),
        exposition=Exposition(Stored(database), workers),
    )


def _open_consumer(settings: Settings, database: Database, bus: Bus, delivering: Delivering) -> Consumer:
    effects = open_effects(database, delivering.wake)
    return Consumer(database, bus, effects, sweep_seconds=settings.consumer_sweep_seconds)


def open_tokens(settings: Settings) -> Tokens:
    pem = settings.jwt_private_keys.get_secret_value()
    keys = read_private_keys(pem) if pem else []
    secret = settings.jwt_secret.get_secret_value()
    if not secret and not keys:
        secret = kept_secret(settings.data_dir)
    secrets = [secret] if secret else []
    secrets += split_secrets(settings.jwt_other_secrets)
    return Tokens(
        keys=keys + [secret_key(each) for each in secrets],
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        lifetime=timedelta(minutes=settings.access_token_minutes),
    )


def open_provider(settings: Settings) -> Provider | None:
    if not settings.jwt_jwks_url:
        return None
    return Provider(settings.jwt_jwks_url, settings.jwt_jwks_issuer, settings.jwt_jwks_audience)


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
