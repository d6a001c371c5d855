"""What is counted and for how long, in memory and in Redis, by a clock of the test's."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from graphql_api.rates import rates as counted
from graphql_api.rates.addresses import stranger
from graphql_api.rates.rates import Rates, open_rates
from graphql_api.rates.shared_windows import ANSWER_SECONDS, RETRY_SECONDS, SharedWindows
from graphql_api.rates.windows import Limit, MemoryWindows, Windows
from resolvers.errors import BadCredentials, EmailTaken, Invalid, RateLimited
from tests.services.redis import Redis

FEW = Limit("few", 3, 60)
HOME = "203.0.113.7"


class Clock:
    def __init__(self) -> None:
        self.time = time.time()

    def __call__(self) -> float:
        return self.time


type Open = Callable[[Clock], Windows]


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with Redis() as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.services)])
async def open_windows(request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    opened: list[Windows] = []

    def open_(clock: Clock) -> Windows:
        if request.param == "memory":
            opened.append(MemoryWindows(clock))
        else:
            redis: Redis = request.getfixturevalue("redis")
            redis.cli("FLUSHALL")
            opened.append(SharedWindows(redis.url, clock))
        return opened[-1]

    yield open_
    for windows in opened:
        await windows.close()


async def wrong(rates: Rates, email: str = "ana@example.com", address: str = HOME) -> None:
    with pytest.raises(BadCredentials):
        async with rates.password(email, address):
            raise BadCredentials("wrong")


async def refused(rates: Rates, email: str = "ana@example.com", address: str = HOME) -> int:
    """In how many seconds the right password is taken again."""
    with pytest.raises(RateLimited) as limited:
        async with rates.password(email, address):
            pass
    return limited.value.retry_after


async def test_the_window_slides_and_says_when_there_is_room(open_windows: Open):
    clock = Clock()
    windows = open_windows(clock)
    for _ in range(3):
        assert await windows.take(FEW, "ana") == 0
        clock.time += 10
    assert await windows.take(FEW, "ana") == pytest.approx(30, abs=0.01)
    assert await windows.take(FEW, "ben") == 0
    clock.time += 29
    assert await windows.take(FEW, "ana") == pytest.approx(1, abs=0.01)
    clock.time += 1.1
    assert await windows.take(FEW, "ana") == 0
    assert await windows.take(FEW, "ana") == pytest.approx(9.9, abs=0.01)


async def test_what_is_given_back_or_cleared_leaves_room(open_windows: Open):
    windows = open_windows(Clock())
    for _ in range(3):
        assert await windows.take(FEW, "ana") == 0
    await windows.give_back(FEW, "ana")
    assert await windows.take(FEW, "ana") == 0
    assert await windows.take(FEW, "ana") > 0
    await windows.clear(FEW, "ana")
    for _ in range(3):
        assert await windows.take(FEW, "ana") == 0
    assert await windows.take(FEW, "ana") > 0
    await windows.give_back(FEW, "nobody")
    await windows.clear(FEW, "nobody")


async def test_a_clock_that_is_set_back_shuts_nobody_out_for_longer(open_windows: Open):
    clock = Clock()
    windows = open_windows(clock)
    for _ in range(3):
        await windows.take(FEW, "ana")
    clock.time -= 3600
    assert await windows.take(FEW, "ana") == pytest.approx(60, abs=0.01)


async def test_after_five_wrong_passwords_the_right_one_is_refused_for_a_quarter_of_an_hour(
    open_windows: Open,
):
    clock = Clock()
    rates = Rates(open_windows(clock))
    for number in range(5):
        await wrong(rates, address=f"203.0.113.{number}")
        clock.time += 60
    assert await refused(rates, address="203.0.113.99") == 10 * 60
    assert await refused(rates, "  ANA@Example.com ") == 10 * 60
    async with rates.password("ben@example.com", HOME):
        pass
    clock.time += 10 * 60 + 1
    async with rates.password("ana@example.com", HOME):
        pass
    await wrong(rates)
    assert await refused(rates) == 59


async def test_right_passwords_and_our_own_faults_are_not_counted(open_windows: Open):
    rates = Rates(open_windows(Clock()))
    for _ in range(10):
        async with rates.password("ana@example.com", HOME):
            pass
        with pytest.raises(RuntimeError):
            async with rates.password("ana@example.com", HOME):
                raise RuntimeError("ours")
    for _ in range(5):
        await wrong(rates)
    await refused(rates)


async def test_many_guesses_at_once_are_as_many_as_one_after_another(open_windows: Open):
    rates = Rates(open_windows(Clock()))
    tried = 0

    async def guess() -> None:
        nonlocal tried
        async with rates.password("ana@example.com", HOME):
            tried += 1
            await asyncio.sleep(0)
            raise BadCredentials("wrong")

    outcomes = await asyncio.gather(*(guess() for _ in range(50)), return_exceptions=True)
    assert tried == 5
    assert sum(isinstance(outcome, RateLimited) for outcome in outcomes) == 45


async def test_many_right_passwords_at_once_are_all_taken(open_windows: Open):
    rates = Rates(open_windows(Clock()))

    async def sign_in() -> None:
        async with rates.password("ana@example.com", HOME):
            await asyncio.sleep(0)

    await asyncio.gather(*(sign_in() for _ in range(50)))


async def test_one_password_tried_on_many_accounts_is_bounded_by_address(open_windows: Open):
    clock = Clock()
    rates = Rates(open_windows(clock))
    for number in range(100):
        await wrong(rates, f"{number}@example.com")
    assert await refused(rates, "101@example.com") == 3600
    async with rates.password("101@example.com", "203.0.113.8"):
        pass
    # What was refused by address is no wrong password of the account.
    for _ in range(4):
        await wrong(rates, "101@example.com", "203.0.113.8")
    async with rates.password("101@example.com", "203.0.113.8"):
        pass


async def test_a_new_password_by_mail_forgives_the_wrong_ones(open_windows: Open):
    rates = Rates(open_windows(Clock()))
    for _ in range(5):
        await wrong(rates)
    await rates.forgive("Ana@example.com")
    async with rates.password("ana@example.com", HOME):
        pass


async def test_twenty_accounts_an_hour_are_made_from_one_address(open_windows: Open):
    clock = Clock()
    rates = Rates(open_windows(clock))
    for _ in range(30):
        with pytest.raises(Invalid):
            async with rates.sign_up(HOME):
                raise Invalid("too short", "password")
    for number in range(20):
        try:
            async with rates.sign_up(HOME):
                if number % 2:
                    raise EmailTaken("taken", "email")  # it would tell which accounts there are
        except EmailTaken:
            pass
    with pytest.raises(RateLimited) as limited:
        async with rates.sign_up(HOME):
            pass
    assert limited.value.retry_after == 3600
    clock.time += 3601
    async with rates.sign_up(HOME):
        pass


async def test_operations_are_counted_by_user_and_without_one_by_address(open_windows: Open):
    clock = Clock()
    rates = Rates(open_windows(clock))
    ana = uuid4()
    for _ in range(600):
        await rates.operation(ana, HOME)
    for _ in range(120):
        await rates.operation(None, HOME)
    for who in (ana, None):
        with pytest.raises(RateLimited) as limited:
            await rates.operation(who, HOME)
        assert limited.value.retry_after == 60
    await rates.operation(uuid4(), HOME)
    await rates.operation(None, "203.0.113.8")
    clock.time += 61
    await rates.operation(ana, HOME)


async def test_a_refusal_is_told_once_a_window_without_saying_whose_it_is(open_windows: Open):
    rates = Rates(open_windows(Clock()))
    with capture_logs() as logs:
        for _ in range(5):
            await wrong(rates, "ana.secret@example.com")
        for _ in range(20):
            await refused(rates, "ana.secret@example.com")
    assert [(line["event"], line["kind"], line["whose"]) for line in logs] == [
        ("rate_limited", "account_passwords", "a…@example.com")
    ]
    with capture_logs() as logs:
        for number in range(200):
            rates.refuse(counted.OF_ADDRESS, f"203.0.{number}.…")
    assert len(logs) <= 60


async def test_memory_is_bounded_and_what_is_over_goes():
    clock = Clock()
    windows = MemoryWindows(clock, keys=1000)
    for number in range(5000):
        await windows.take(FEW, str(number))
    assert len(windows) == 1000
    clock.time += 61
    for number in range(600):
        await windows.take(FEW, str(number))
    assert len(windows) == 600


async def test_nothing_is_counted_where_rates_are_off():
    rates = open_rates(on=False, broadcast="memory://")
    for _ in range(1000):
        await rates.operation(None, HOME)
    for _ in range(10):
        await wrong(rates)


def test_a_stranger_is_an_address_or_a_household_of_ipv6():
    assert stranger("203.0.113.7") == "203.0.113.7"
    assert stranger("::ffff:203.0.113.7") == "203.0.113.7"
    assert stranger("2001:db8:1:2:3::4") == stranger("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert stranger("2001:db8:1:3::1") != stranger("2001:db8:1:2::1")
    assert stranger("x" * 10_000) == "x" * 64


@pytest.mark.services
async def test_two_processes_count_together(redis: Redis):
    redis.cli("FLUSHALL")
    clock = Clock()
    first, second = Rates(SharedWindows(redis.url, clock)), Rates(SharedWindows(redis.url, clock))
    for rates in (first, second, first, second, first):
        await wrong(rates)
    assert await refused(first) == await refused(second) == 15 * 60
    assert "ana" not in redis.cli("KEYS", "*")
    await second.forgive("ana@example.com")
    for rates in (first, second):
        async with rates.password("ana@example.com", HOME):
            pass
        await rates.close()


@pytest.mark.services
async def test_of_many_at_once_redis_counts_each(redis: Redis):
    windows = SharedWindows(redis.url)
    limit = Limit("many", 50, 60)
    waits = await asyncio.gather(*(windows.take(limit, "burst") for _ in range(200)))
    other = SharedWindows(redis.url)
    assert (sum(wait == 0 for wait in waits), await other.take(limit, "burst") > 0) == (50, True)
    await windows.close()
    await other.close()


@pytest.mark.services
async def test_keys_go_by_themselves(redis: Redis):
    redis.cli("FLUSHALL")
    windows = SharedWindows(redis.url)
    await windows.take(FEW, "ana")
    assert 59_000 < int(redis.cli("PTTL", "taskflow:rate:few:ana")) <= 60_000
    await windows.close()


@pytest.mark.services
@pytest.mark.parametrize("hangs", [False, True], ids=["killed", "hung"])
async def test_without_redis_each_counts_by_itself_at_once_and_together_again_later(hangs: bool):
    with Redis() as redis:
        steady = Clock()
        windows = SharedWindows(redis.url, Clock(), steady)
        rates = Rates(windows)
        await wrong(rates)
        if hangs:
            redis.pause()
        else:
            redis.kill()
        with capture_logs() as logs:
            began = time.monotonic()
            for _ in range(4):
                await wrong(rates)
            assert await refused(rates) == 15 * 60
            # One waits for an answer; those that follow do not ask.
            assert time.monotonic() - began < 4 * ANSWER_SECONDS
        assert [line["event"] for line in logs if line["event"] != "rate_limited"] == ["rates_counted_alone"]
        if hangs:
            redis.resume()
        else:
            redis.start()
        steady.time += RETRY_SECONDS + 1
        with capture_logs() as logs:
            async with asyncio.timeout(10):
                # Until it has read what was sent to it while it hung.
                while not logs:
                    await windows.take(FEW, "ben")
                    steady.time += RETRY_SECONDS + 1
        assert logs[0]["event"] == "rates_counted_together"
        await rates.close()
