"""The tools of the fault tests do what they say, and the oracle sees what it is there for."""

import asyncio
import contextlib
import re
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from graphql_api.settings import Settings
from resolvers.database import Database
from tests.support.deployment import SQLITE, deployment
from tests.support.journal import Heard, Outcome, Request
from tests.support.load import Load, load
from tests.support.oracle import Oracle
from tests.support.proxy import Cut, Proxy, Way, commits

SECONDS = 5.0
#: Long enough for what would have come to have come.
NOTHING_SECONDS = 0.2


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Before a server that says what it is told."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy


class Peer:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self, count: int) -> bytes:
        async with asyncio.timeout(SECONDS):
            return await self.reader.readexactly(count)

    async def hears_nothing(self) -> bool:
        try:
            await asyncio.wait_for(self.reader.read(1), NOTHING_SECONDS)
        except TimeoutError:
            return True
        return False


@contextlib.asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    peer = Peer(reader, writer)
    try:
        writer.write(b"hello")
        assert await peer.hear(5) == b"hello"
        yield peer
    finally:
        writer.transport.abort()


async def test_a_proxy_forwards_until_either_side_ends(proxy: Proxy):
    async with connected(proxy) as peer:
        large = b"x" * 1_000_000
        peer.writer.write(large)
        assert await peer.hear(len(large)) == large
        peer.writer.write_eof()
        assert await peer.reader.read() == b""


async def test_a_proxy_cuts_with_an_end_or_with_a_reset(proxy: Proxy):
    async with connected(proxy) as peer:
        proxy.cut()
        async with asyncio.timeout(SECONDS):
            assert await peer.reader.read() == b""
    async with connected(proxy) as peer:
        proxy.cut(reset=True)
        with pytest.raises(ConnectionResetError):
            await peer.hear(1)


async def test_a_proxy_refuses_and_admits_again_on_the_same_port(proxy: Proxy):
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", proxy.port)
    await proxy.admit()
    async with connected(proxy):
        assert proxy.connections == 1


@pytest.mark.parametrize("ways", [(), (Way.REQUESTS,), (Way.REPLIES,)], ids=str)
async def test_what_a_proxy_held_goes_on_when_it_heals(proxy: Proxy, ways: tuple[Way, ...]):
    async with connected(proxy) as peer:
        proxy.hold(*ways)
        peer.writer.write(b"held")
        assert await peer.hears_nothing()
        proxy.heal()
        assert await peer.hear(4) == b"held"


async def test_a_held_end_is_not_told(proxy: Proxy):
    async with connected(proxy) as peer:
        proxy.hold(Way.REQUESTS)
        peer.writer.write_eof()
        assert await peer.hears_nothing()
        assert proxy.connections == 1


async def test_lost_replies_never_come_and_their_connection_ends(proxy: Proxy):
    async with connected(proxy) as peer:
        proxy.lose_replies()
        peer.writer.write(b"lost")
        assert await peer.hears_nothing()
        proxy.heal()
        with pytest.raises(ConnectionResetError):
            await peer.hear(1)
    async with connected(proxy):
        pass


async def test_a_proxy_delays(proxy: Proxy):
    async with connected(proxy) as peer:
        proxy.delay_seconds = 2 * NOTHING_SECONDS
        peer.writer.write(b"late")
        assert await peer.hears_nothing()
        assert await peer.hear(4) == b"late"


@pytest.mark.parametrize("cut", Cut)
async def test_a_request_is_cut_before_it_arrives_or_after_it_was_answered(cut: Cut):
    arrived = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(100):
                arrived.append(chunk)
                writer.write(chunk)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, Proxy(server.sockets[0].getsockname()[1]) as proxy:
        proxy.on_request = lambda chunk: cut if commits(chunk) else None
        async with connected(proxy) as peer:
            commit = b"Q" + struct.pack(">i", 12) + b"COMMIT;\0"
            peer.writer.write(commit)
            with pytest.raises(ConnectionResetError):
                await peer.hear(1)
        assert arrived == [b"hello"] + ([commit] if cut is Cut.AFTER else [])


@contextlib.asynccontextmanager
async def settled(folder: Path) -> AsyncIterator[tuple[Load, Oracle, Database]]:
    """A load that is over and was good, and what judges it again."""
    async with deployment(SQLITE, folder) as d, load(d, due_seconds=2) as load_:
        await load_.until_acked(20)
        await load_.settle_and_check()
        database = Database(Settings(database_url=d.database_url).database)
        try:
            oracle = Oracle(d.database_url, load_.journal, load_.subscribers, load_.users, quiet_seconds=0)
            yield load_, oracle, database
        finally:
            await database.close()


async def test_the_oracle_sees_what_is_lost_or_doubled(tmp_path: Path):
    async with settled(tmp_path) as (load_, oracle, database):
        await oracle.check()
        acked = load_.acked[0]

        async def says(what: str) -> None:
            with pytest.raises(AssertionError, match=what):
                await oracle.check()

        async def break_and_mend(statement: str, what: str) -> None:
            (table,) = re.findall(r"^(?:DELETE FROM|UPDATE|INSERT INTO) (\w+)", statement)
            async with database.transaction() as session:
                await session.execute(sa.text(f"CREATE TABLE kept AS SELECT * FROM {table}"))
                await session.execute(sa.text(statement))
            await says(what)
            async with database.transaction() as session:
                await session.execute(sa.text(f"DELETE FROM {table}"))
                await session.execute(sa.text(f"INSERT INTO {table} SELECT * FROM kept"))
                await session.execute(sa.text("DROP TABLE kept"))

        last = "rowid = (SELECT max(rowid) FROM"
        for statement, what in (
            (
                f"DELETE FROM event_log WHERE correlation_id = '{acked.id}'",
                "acked requests not stored 1 times",
            ),
            ("DELETE FROM event_log WHERE seq = 3", "is not contiguous"),
            (f"UPDATE event_log SET published_at = NULL WHERE {last} event_log)", "never published"),
            (f"DELETE FROM inbox WHERE {last} inbox)", "never dealt with"),
            (f"UPDATE inbox SET status = 'dead' WHERE {last} inbox)", "as dead unexpectedly"),
            ("INSERT INTO test_effects SELECT * FROM test_effects LIMIT 1", "took effect twice"),
            ("DELETE FROM test_effects", "done without an effect"),
            ("UPDATE reminders SET status = 'PENDING'", "due reminders that did not ring"),
            ("UPDATE recurrences SET spawn_at = since", "series that did not spawn"),
        ):
            await break_and_mend(statement, what)

        acked.outcome = Outcome.FAILED
        await says("failed requests not stored 0 times")
        acked.outcome = Outcome.ACKED
        lost = Request("createTask", acked.user_id, str(uuid4()), outcome=Outcome.ACKED)
        load_.journal.requests.append(lost)
        await says("acked requests not stored 1 times.*" + lost.id)
        load_.journal.requests.remove(lost)
        load_.journal.surprises.append("an answer that nobody explains")
        await says("an answer that nobody explains")
        load_.journal.surprises.clear()

        subscriber = load_.subscribers[0]
        heard = list(subscriber.heard)
        for wrong, what in (
            (heard[:-1], "subscriber 0 missed"),
            ([*heard, heard[-1]], "subscriber 0 heard twice"),
            ([heard[1], heard[0], *heard[2:]], "in another order"),
            ([*heard, Heard(str(uuid4()), "", "", "", 0)], "not in the log"),
        ):
            subscriber.heard = wrong
            await says(what)
        subscriber.heard = heard
        task = next(iter(subscriber.replica.state["task"].values()))
        task["title"] += "!"
        await says(f"subscriber 0 shows tasks otherwise than they are: {task['id']}")


async def test_a_failpoint_ends_the_process_once_and_the_load_outlasts_it(tmp_path: Path):
    async with deployment(SQLITE, tmp_path) as d, load(d, due_seconds=2) as load_:
        (server,) = d.servers
        server.arm("before_commit", "kill")
        await server.ended()
        assert not server.armed("before_commit")
        await server.kill()
        await server.start()
        await load_.until_acked(20)
        await load_.settle_and_check()
        assert load_.journal.answers["unreachable"] + load_.journal.answers["cut off"]
