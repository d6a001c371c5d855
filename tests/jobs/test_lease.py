"""One holder at a time, by the database's clock; and who was away believes nothing old."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from graphql_api.migrate import migrate
from graphql_api.settings import Settings
from jobs.lease import Lease, LeaseLost, SoleLease
from resolvers.database import Database
from tests.jobs.people import Hands
from tests.live.inside import until
from tests.support.server import ROOT

SECONDS = 15.0


class Holder(Lease):
    """A process of its own, as far as the lease goes. Its clock is the test's, as the database's is."""

    def __init__(self, database: Database, hands: Hands) -> None:
        self._hands = hands
        super().__init__(database, "sweep", SECONDS, clock=self._now)

    def _now(self) -> float:
        return self._hands.now.timestamp()


@asynccontextmanager
async def kept(*leases: Lease) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(lease.keep()) for lease in leases]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_comes_first_has_it_and_the_next_one_when_it_runs_out(database: Database, hands: Hands):
    first, second = Holder(database, hands), Holder(database, hands)
    assert first.held is None
    await first.renew()
    await second.renew()
    assert (first.held, second.held) == (1, None)
    assert REGISTRY.get_sample_value("taskflow_lease_held", {"name": "sweep"}) == 0  # of the one made last
    hands.go(seconds=SECONDS - 1)
    await second.renew()
    assert (first.held, second.held) == (1, None)
    hands.go(seconds=1)
    # It knows by itself, before anybody else has taken it.
    assert first.held is None
    await second.renew()
    await first.renew()
    assert (first.held, second.held) == (None, 2)
    assert REGISTRY.get_sample_value("taskflow_lease_held", {"name": "sweep"}) == 1


async def test_who_renews_it_keeps_it_under_the_same_number(database: Database, hands: Hands):
    first, second = Holder(database, hands), Holder(database, hands)
    for _ in range(10):
        await first.renew()
        await second.renew()
        hands.go(seconds=SECONDS / 3)
    assert (first.held, second.held) == (1, None)
    # Nobody took it while it had run out, so nobody did anything in between.
    hands.go(seconds=10 * SECONDS)
    assert first.held is None
    await first.renew()
    assert first.held == 1


async def test_what_is_given_up_is_had_at_once_by_the_next(database: Database, hands: Hands):
    first, second = Holder(database, hands), Holder(database, hands)
    await first.renew()
    # It is not the second one's to give up.
    await second.release()
    await second.renew()
    assert (first.held, second.held) == (1, None)
    await first.release()
    assert first.held is None
    await second.renew()
    assert second.held == 2
    await first.renew()
    assert first.held is None


async def test_who_passes_it_on_has_it_again_only_where_nobody_else_reached_for_it(
    database: Database, hands: Hands
):
    first, second = Holder(database, hands), Holder(database, hands)
    await first.renew()
    await first.pass_on()
    hands.go(seconds=SECONDS / 3)
    await first.renew()
    assert first.held is None
    hands.go(seconds=SECONDS / 3)
    await first.renew()
    assert first.held == 1
    await first.pass_on()
    hands.go(seconds=SECONDS / 3)
    await second.renew()
    hands.go(seconds=SECONDS / 3)
    await first.renew()
    assert (first.held, second.held) == (None, 2)


async def test_leases_of_other_names_have_nothing_to_do_with_each_other(database: Database):
    one, other = Lease(database, "one", SECONDS), Lease(database, "other", SECONDS)
    await one.renew()
    await other.renew()
    assert (one.held, other.held) == (1, 1)


async def test_of_many_that_reach_for_it_at_once_one_has_it(database: Database):
    for number in range(1, 6):
        leases = [Lease(database, "sweep", SECONDS) for _ in range(20)]
        await asyncio.gather(*(lease.renew() for lease in leases))
        assert [lease.held for lease in leases if lease.held] == [number]
        await asyncio.gather(*(lease.release() for lease in leases))


async def test_there_is_never_more_than_one_while_all_come_and_go(database: Database):
    """Each holds on while it can, gives it up now and then, and fails to come back in time now and then."""
    held: list[int] = []
    seconds = 0.3

    async def come_and_go(number: int) -> None:
        for turn in range(6):
            lease = Lease(database, "sweep", seconds)
            async with kept(lease):
                await until(lambda lease=lease: lease.held)
                for _ in range(5):
                    fencing = lease.held
                    if fencing is None:
                        break
                    with contextlib.suppress(LeaseLost):  # it ran out just now
                        async with database.transaction() as session:
                            await lease.fenced(session, fencing)
                            held.append(fencing)
            if (number + turn) % 2:
                await lease.release()

    await asyncio.gather(*(come_and_go(number) for number in range(4)))
    # In the order in which the transactions held it, the number never goes back.
    assert held == sorted(held)
    assert len(set(held)) > 12


async def test_what_is_written_by_who_lost_it_is_refused(database: Database, hands: Hands):
    first, second = Holder(database, hands), Holder(database, hands)
    await first.renew()
    async with database.transaction() as session:
        await first.fenced(session, 1)
    hands.go(seconds=SECONDS)
    await second.renew()
    for lease, fencing in ((first, 1), (first, 2), (second, 1)):
        with pytest.raises(LeaseLost):
            async with database.transaction() as session:
                await lease.fenced(session, fencing)
    await second.release()
    await first.renew()
    # It has it once more, and what it began before that is void all the same.
    assert first.held == 3
    with pytest.raises(LeaseLost):
        async with database.transaction() as session:
            await first.fenced(session, 1)


async def waiters(database: Database) -> int:
    """For a lock. A transaction would see the same ones for as long as it lasts."""
    async with database.read() as session:
        waits = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int((await session.execute(waits)).scalar_one())


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.services)], indirect=True)
async def test_nobody_takes_it_before_the_holders_transaction_has_ended(database: Database, hands: Hands):
    first, second = Holder(database, hands), Holder(database, hands)
    await first.renew()
    async with database.transaction() as session:
        await first.fenced(session, 1)
        hands.go(seconds=SECONDS)
        taking = asyncio.create_task(second.renew())
        async with asyncio.timeout(20):
            while not await waiters(database):
                pass
        assert not taking.done()
    await taking
    assert second.held == 2


async def test_it_outlasts_a_database_that_is_away_for_its_time_and_no_longer(tmp_path: Path):
    database = Database(Settings(data_dir=tmp_path).database)
    await migrate(database)
    database.clock = hands = Hands()
    lease = Holder(database, hands)
    await lease.renew()
    async with database.writer.connect() as connection:
        await connection.exec_driver_sql("PRAGMA query_only=1")
    hands.go(seconds=SECONDS - 1)
    await lease.renew()
    assert lease.held == 1
    hands.go(seconds=1)
    await lease.renew()
    assert lease.held is None
    await lease.release()  # which can't be noted either, and holds up no stop
    await database.writer.dispose()  # the next connection may write again
    await lease.renew()
    assert lease.held == 1
    await database.close()


async def test_a_database_that_hangs_does_not_hold_up_a_stop(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("jobs.lease.RELEASE_SECONDS", 0.1)
    lease = Lease(database, "sweep", 0.5)
    await lease.renew()
    async with database.transaction() as session:
        # Somebody else is at the row; on SQLite, at the file.
        await session.execute(sa.text("UPDATE leases SET owner = owner"))
        async with asyncio.timeout(3):
            await lease.renew()
            await lease.release()
    assert lease.held is None


async def test_where_there_is_one_process_it_has_it_and_nothing_is_written(database: Database):
    lease = SoleLease(database, "sweep", SECONDS)
    async with kept(lease):
        assert lease.held
        async with database.transaction() as session:
            await lease.fenced(session, lease.held)
            assert (await session.execute(sa.text("SELECT count(*) FROM leases"))).scalar_one() == 0
    await lease.pass_on()
    assert lease.held
    await lease.release()


#: Keeps the lease, and answers each line with what it believes, and whether it may write as the holder of number 1.
PROGRAM = """
import asyncio, sys
import sqlalchemy as sa
import structlog
from jobs.lease import Lease, LeaseLost
from resolvers.database import Database

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

async def main(url, seconds):
    database = Database(sa.make_url(url))
    lease = Lease(database, "sweep", float(seconds))
    keeping = asyncio.create_task(lease.keep())
    while await asyncio.to_thread(sys.stdin.readline):
        believed = lease.held
        try:
            async with database.transaction() as session:
                await lease.fenced(session, 1)
            print(believed, "may", flush=True)
        except LeaseLost:
            print(believed, "may not", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_process_that_was_paused_wakes_and_believes_nothing_old(database: Database):
    seconds = 1.0
    url = database.url.render_as_string(hide_password=False)
    pipes: Any = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, url, str(seconds), cwd=ROOT, **pipes
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers = process.stdout

    async def ask() -> str:
        assert process.stdin is not None
        process.stdin.write(b"?\n")
        return (await answers.readline()).decode().strip()

    try:
        async with asyncio.timeout(30):
            while await ask() != "1 may":
                pass
            process.send_signal(signal.SIGSTOP)
            lease = Lease(database, "sweep", seconds)
            async with kept(lease):
                await until(lambda: lease.held)
                assert lease.held == 2
                process.stdin.write(b"?\n")
                process.send_signal(signal.SIGCONT)
                assert (await answers.readline()).decode().strip() == "None may not"
                assert await ask() == "None may not"
    finally:
        process.kill()
        await process.wait()
