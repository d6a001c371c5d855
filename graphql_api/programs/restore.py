"""`python -m graphql_api restore FILE`: what a backup holds, in the place of what is there. With the server stopped.

All of it is one transaction, on either database: a backup of an older release is put into that one's tables, which are
then brought forward. Every user's log gets a new epoch, so that no cursor goes on among other events than its own.
"""

import argparse
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from graphql_api.embedded import DatabaseLock
from graphql_api.migrate import check_references, connect, known_revisions, move, revision_of
from graphql_api.programs.backup_file import KINDS, BadBackup, Manifest, Part, Reader
from graphql_api.programs.common import complain, say
from graphql_api.reach import database_variable, faults_named
from graphql_api.settings import Settings
from resolvers.accounts import EPOCH_BITS
from resolvers.channels.kinds import DeliveryStatus
from resolvers.database import Database
from resolvers.deliveries.rows import PENDING
from resolvers.instants import instant_text
from resolvers.reminders.plan import Status
from resolvers.tables import Delivery, Identity, Lease, Reminder, User, UserStream

#: sysexits.h EX_DATAERR, EX_NOINPUT.
EXIT_BAD_FILE, EXIT_NO_FILE = 65, 66
EXIT_REFUSED = 1
ROWS_AT_ONCE = 1000
#: Longer than anything takes but a server that runs.
LOCK_SECONDS = 10
NOT_SENT = "A backup was restored: this may have been sent before."


class Refused(Exception):
    """Nothing was changed. The message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Restored:
    """not_sent: messages that were on their way at the backup; due: reminders that came due since."""

    not_sent: int
    due: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="as `backup` wrote it")
    parser.add_argument(
        "--replace", action="store_true", help="also where there are users: all they have goes"
    )
    parser.add_argument(
        "--check", action="store_true", help="only say whether the file is whole, and of when"
    )


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Raises SettingsError, Unavailable."""
    path: Path = arguments.file
    try:
        with Reader(path) as backup:
            backup.check()
            restored = None
            if not arguments.check:
                restored = await _restore(settings, backup, replace=arguments.replace)
    except BadBackup as error:
        complain(f"taskflow: {path} can't be used: {error}.")
        return EXIT_BAD_FILE
    except Refused as error:
        complain(f"taskflow: {error}")
        return EXIT_REFUSED
    except OSError as error:
        complain(f"taskflow: can't read {path} ({error.strerror}).")
        return EXIT_NO_FILE
    _tell(backup.manifest)
    if restored is not None:
        say("It is restored. Everybody signs in anew, and devices load everything anew.")
        if restored.not_sent:
            say(
                f"{restored.not_sent} messages were on their way: they are not sent, since they may have been."
            )
        if restored.due:
            say(f"{restored.due} reminders came due since: they ring late, or after a day count as missed.")
    return 0


def _tell(manifest: Manifest) -> None:
    rows = manifest.rows
    say(
        f"Of {instant_text(manifest.made_at)}, release {manifest.release}: "
        f"{rows['users']} users, {rows['tasks']} tasks, {rows['event_log']} events."
    )


async def _restore(settings: Settings, backup: Reader, *, replace: bool) -> Restored:
    """Raises Refused, BadBackup, SettingsError, Unavailable; then all is as it was."""
    lock = None
    if settings.database.get_backend_name() == "sqlite":
        lock = DatabaseLock(Path(settings.database.database or ""), database_variable(settings))
        lock.acquire()
    database = Database(settings.database)
    try:
        async with faults_named(settings), connect(database) as connection:
            async with connection.begin():
                restored = await connection.run_sync(lambda sync: _put(sync, backup, replace=replace))
            if database.is_sqlite:  # the room of what it replaced
                raw = (await connection.get_raw_connection()).driver_connection
                assert raw is not None
                await raw.execute("VACUUM")
    finally:
        await database.close()
        del lock  # held until here
    return restored


def _put(connection: sa.Connection, backup: Reader, *, replace: bool) -> Restored:
    manifest = backup.manifest
    known = known_revisions(connection)
    if manifest.revision not in known:
        raise BadBackup(f"it was made by a newer release ({manifest.release})")
    if (current := revision_of(connection)) is not None:
        if current not in known:
            raise Refused("this database is of a newer release: restore with that one.")
        _check_place(connection, replace=replace)
        move(connection, "base")
    move(connection, manifest.revision)
    with _references_at_the_end(connection):
        for part in manifest.parts:
            _insert(connection, backup, part)
    move(connection, "head")
    return _begin_anew(connection)


def _check_place(connection: sa.Connection, *, replace: bool) -> None:
    if connection.dialect.name == "postgresql" and sa.inspect(connection).has_table("leases"):
        connection.execute(sa.select(sa.func.set_config("lock_timeout", f"{LOCK_SECONDS}s", True)))
        # SQLite has a lock of its own. A process that was killed counts for LEASE_SECONDS more.
        held = connection.execute(
            sa.select(sa.func.max(col(Lease.expires_at))).where(
                col(Lease.expires_at) > sa.func.clock_timestamp()
            )
        ).scalar()
        if held is not None:
            raise Refused(
                f"a server runs on this database, or was killed just now: stop it, or wait until {instant_text(held)}."
            )
    if not replace and connection.execute(sa.select(col(User.id)).limit(1)).first() is not None:
        raise Refused("there are users in this database; --replace puts the backup in their place.")


def _insert(connection: sa.Connection, backup: Reader, part: Part) -> None:
    table = sa.table(part.name, *(sa.column(name, KINDS[kind].type) for name, kind in part.columns.items()))
    for rows in batched(backup.rows(part), ROWS_AT_ONCE, strict=False):
        connection.execute(sa.insert(table), list(rows))


@contextmanager
def _references_at_the_end(connection: sa.Connection) -> Iterator[None]:
    """A subtask may come before its parent. On SQLite nobody looks at them meanwhile."""
    if connection.dialect.name == "sqlite":
        yield
        check_references(connection)
        return
    constraints = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint "
        "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ).all()

    def alter(how: str) -> None:
        for table, name in constraints:
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER CONSTRAINT {name} {how}")

    alter("DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    alter("NOT DEFERRABLE")


def _begin_anew(connection: sa.Connection) -> Restored:
    # One more would not do: the same backup may be restored twice, and cursors of the time between are no good either.
    connection.execute(sa.update(UserStream).values(epoch=secrets.randbits(EPOCH_BITS)))
    # Sessions of a provider are known by its tokens: those that were ended would come back with them.
    connection.execute(sa.update(Identity).values(closed_at=datetime.now(UTC)))
    not_sent = connection.execute(
        sa.update(Delivery)
        .where(PENDING)
        .values(
            status=DeliveryStatus.FAILED,
            failure=NOT_SENT,
            letter=sa.null(),
            claimed_by=None,
            claimed_until=None,
        )
    ).rowcount
    due = connection.execute(
        sa.select(sa.func.count(col(Reminder.id))).where(
            col(Reminder.status) == Status.PENDING, col(Reminder.remind_at) < datetime.now(UTC)
        )
    ).scalar_one()
    return Restored(not_sent, due)
