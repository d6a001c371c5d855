"""Engines and sessions, on SQLite and PostgreSQL alike.

SQLite has two engines: one of a single connection for writing, whose queue is the queue of the writers, and one
for reading beside it (WAL). So nobody ever meets "database is locked".
"""

import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy import SQLColumnExpression
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from resolvers.errors import Unavailable
from resolvers.time_limit import read_in_time, time_limit

POOL_CONNECTIONS = 10
SQLITE_READERS = 4
#: How long SQLite waits for another process that writes.
SQLITE_BUSY_MILLISECONDS = 5_000
#: How many steps of a statement, some milliseconds, pass between two looks at its operation's time.
SQLITE_STEPS = 100_000
#: How long a request waits for a connection before it is told that the database is unavailable.
POOL_WAIT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_SECONDS = 10
#: A paused process must not hold locks for longer.
IDLE_IN_TRANSACTION_SECONDS = 15

type Clock = Callable[[], datetime]


class Database:
    """Where everything is kept.

    url    `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`
    clock  tests give one; otherwise "now" is the database's clock on PostgreSQL and the process's on SQLite
    """

    def __init__(self, url: sa.URL, clock: Clock | None = None) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.clock = clock
        if self.is_sqlite:
            self.writer = _sqlite_engine(url, connections=1, begin="BEGIN IMMEDIATE")
            self.reader = _sqlite_engine(url, connections=SQLITE_READERS, begin="BEGIN")
        else:
            self.writer = self.reader = _postgresql_engine(url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading. Hold it for one read and no longer: never while waiting for a client.

        Raises Unavailable where the database does not answer.
        """
        async with (
            outages_as_unavailable(),
            read_in_time(),
            AsyncSession(self.reader, expire_on_commit=False) as session,
        ):
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction that records no event: sign-in sessions, the relay's notes. Commits where nothing is raised.

        Raises Unavailable where the database does not answer.
        """
        async with (
            outages_as_unavailable(),
            AsyncSession(self.writer, expire_on_commit=False) as session,
            within_time(session),
        ):
            yield session

    async def now(self, session: AsyncSession) -> datetime:
        """The one clock that all processes on this database share."""
        if self.clock is not None:
            return self.clock()
        if self.is_sqlite:
            return datetime.now(UTC)
        found = await session.execute(sa.select(sa.func.clock_timestamp()))
        now: datetime = found.scalar_one()
        return now.astimezone(UTC)

    async def close(self) -> None:
        await self.writer.dispose()
        await self.reader.dispose()


@asynccontextmanager
async def within_time(session: AsyncSession) -> AsyncIterator[None]:
    """A transaction that is rolled back where its operation's time runs out before the commit begins."""
    limit = time_limit()
    async with session.begin():
        if limit is not None:
            limit.begin()
        yield
        await session.flush()
        if limit is not None:
            limit.lift()
    if limit is not None:
        limit.committed()


def insert_into(session: AsyncSession, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """With the conflict clauses that both databases have, each in a dialect of its own."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


async def take_turns(session: AsyncSession, key: bytes) -> None:
    """Until the transaction ends, one at a time for each key of at least 8 bytes. On SQLite writers do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key[:8], signed=True)
        await session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def none_of(column: SQLColumnExpression[Any], values: Collection[Any]) -> sa.ColumnElement[bool]:
    """`column NOT IN values`, and nothing at all where there are none."""
    return column.not_in(values) if values else sa.true()


#: The file is busy, unreadable, full or gone; each has finer codes that begin with its name.
_SQLITE_OUTAGES = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_INTERRUPT",
    "SQLITE_IOERR",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_READONLY",
    "SQLITE_PROTOCOL",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
)


def is_retryable(error: BaseException) -> bool:
    """Whether the database asks for the same transaction once more: a serialization failure or a deadlock."""
    return _sqlstate(error) in {"40001", "40P01"}


def is_lock_timeout(error: BaseException) -> bool:
    """Whether `lock_timeout` ran out: somebody else had the row."""
    return _sqlstate(error) == "55P03"


@asynccontextmanager
async def outages_as_unavailable() -> AsyncIterator[None]:
    """Raises Unavailable for every error that says the database is away, full or too busy."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError, TimeoutError) as error:
        if _is_outage(error):
            raise Unavailable from error
        raise
    except Exception as error:
        # asyncpg's own errors come through bare while a connection is made.
        if _sqlstate(error) is not None and _is_outage(error):
            raise Unavailable from error
        raise


def _is_outage(error: Exception) -> bool:
    if isinstance(error, OSError | TimeoutError | sa.exc.TimeoutError):
        return True
    state = _sqlstate(error)
    if state is not None:
        # Connection, resources, operator intervention, lock and idle timeouts, read-only after a failover.
        return state[:2] in {"08", "53", "57", "58"} or state in {"55P03", "25P03", "25006", "40001", "40P01"}
    if isinstance(error, sa.exc.DBAPIError):
        if (name := _sqlite_error(error)) is not None:
            return name.startswith(_SQLITE_OUTAGES)
        return error.connection_invalidated or isinstance(error, sa.exc.InterfaceError)
    return False


def _sqlite_error(error: sa.exc.DBAPIError) -> str | None:
    """SQLite's own name of the error, such as SQLITE_BUSY; what it calls SQLITE_ERROR is a fault of the statement."""
    name = getattr(error.orig, "sqlite_errorname", None)
    return name if isinstance(name, str) else None


def _sqlstate(error: BaseException) -> str | None:
    orig = getattr(error, "orig", None) or error
    state = getattr(orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def postgresql_engine(url: sa.URL, name: str, limits: dict[str, str], **options: Any) -> AsyncEngine:
    """The URL's own `timeout`, in seconds, says how long to wait for a connection to be made.

    `pooled` in it stands for a pooler such as PgBouncer, which lends its connections by transaction: nothing outlives
    one, neither a prepared statement nor a limit, and it knows no limits at the start.
    """
    connect: dict[str, Any] = {"timeout": float(str(url.query.get("timeout", CONNECT_TIMEOUT_SECONDS)))}
    settings = {"application_name": name, "timezone": "UTC"}
    pooled = "pooled" in url.query
    if pooled:
        connect |= {
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            # Whose connection it was before may have left one of the same name.
            "prepared_statement_name_func": lambda: f"taskflow_{uuid4().hex}",
        }
    else:
        settings |= limits
    engine = create_async_engine(
        url.difference_update_query(["timeout", "pooled"]),
        hide_parameters=True,  # errors are logged, and hashes and texts have no business there
        connect_args=connect | {"server_settings": settings} | options.pop("connect_args", {}),
        **options,
    )
    if pooled:
        calls = ", ".join(f"set_config('{limit}', '{value}', true)" for limit, value in limits.items())

        @sa.event.listens_for(engine.sync_engine, "begin")
        def on_begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql(f"SELECT {calls}")

    return engine


def _postgresql_engine(url: sa.URL) -> AsyncEngine:
    return postgresql_engine(
        url,
        "taskflow",
        {
            "statement_timeout": str(STATEMENT_TIMEOUT_SECONDS * 1000),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_SECONDS * 1000),
        },
        pool_size=POOL_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"command_timeout": STATEMENT_TIMEOUT_SECONDS + 5},
    )


def _sqlite_engine(url: sa.URL, connections: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=sa.AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        hide_parameters=True,  # errors are logged, and hashes and texts have no business there
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: it would begin deferred
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MILLISECONDS}")
        _use_wal(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

        def is_late() -> bool:
            until = entry.info.get("until")
            return until is not None and time.monotonic() > until

        # What the file is doing for an operation can't be cancelled from outside: it looks at the clock itself.
        connection.run_async(lambda driver: driver.set_progress_handler(is_late, SQLITE_STEPS))

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def on_execute(connection: sa.Connection, *_: Any) -> None:
        limit = time_limit()
        connection.info["until"] = limit.deadline if limit else None

    @sa.event.listens_for(engine.sync_engine, "commit")
    def on_commit(connection: sa.Connection) -> None:
        connection.info["until"] = None

    @sa.event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _use_wal(cursor: Any) -> None:
    """Once for the file. Whoever meets another one at it is told at once that it is locked, and comes again."""
    deadline = time.monotonic() + SQLITE_BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
