"""Hashing is done by so many threads at once and no more, and as much of it whether there is an account or not."""

import asyncio
import threading

import pytest

from resolvers.errors import Unavailable
from resolvers.passwords import NO_PASSWORD, NOBODYS_HASH, Turns, hash_password, is_outdated, password_matches


class Work:
    """What goes on in a thread until it is let go."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.ended = False
        self._go_on = threading.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> str:
        self._loop.call_soon_threadsafe(self.began.set)
        assert self._go_on.wait(20)
        self.ended = True
        return "done"

    def go_on(self) -> None:
        self._go_on.set()


async def test_a_place_is_held_until_its_thread_has_ended_though_nobody_waits_for_it():
    turns, work = Turns(at_once=1, waiting_most=10), Work()
    ends: list[bool] = []
    turns.on_end = lambda waited, worked: ends.append(work.ended)
    first = asyncio.create_task(turns.take(work))
    await work.began.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(turns.take(lambda: work.ended))
    # Were there a place, this would be in its thread by now.
    done, _ = await asyncio.wait({second}, timeout=0.1)
    assert not done
    assert turns.waiting == 1
    work.go_on()
    assert await second is True
    assert ends == [True, True]


async def test_who_gives_up_waiting_leaves_no_place_behind():
    turns, work = Turns(at_once=1, waiting_most=1), Work()
    first = asyncio.create_task(turns.take(work))
    await work.began.wait()
    second = asyncio.create_task(turns.take(str))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await turns.take(str)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert turns.waiting == 0
    work.go_on()
    assert await first == "done"
    assert await turns.take(str) == ""


async def test_what_fails_gives_its_place_back():
    turns = Turns(at_once=1, waiting_most=1)
    with pytest.raises(ZeroDivisionError):
        await turns.take(lambda: 1 / 0)
    assert await turns.take(str) == ""


async def test_what_is_checked_where_there_is_no_account_takes_as_long_as_a_real_one():
    real = await hash_password("a password")
    # The same algorithm, memory, passes and lanes, salt and length: all that the time depends on.
    assert NOBODYS_HASH.split("$")[:4] == real.split("$")[:4]
    assert [len(part) for part in NOBODYS_HASH.split("$")] == [len(part) for part in real.split("$")]
    assert not is_outdated(NOBODYS_HASH)
    for known in (None, NO_PASSWORD):
        assert not await password_matches(known, "a password")
    assert await password_matches(real, "a password")


async def test_where_no_thread_can_be_started_the_place_is_given_back(monkeypatch: pytest.MonkeyPatch):
    turns = Turns(at_once=1, waiting_most=1)

    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "run_in_executor", no_thread, raising=False)
        with pytest.raises(RuntimeError):
            await turns.take(str)
    async with asyncio.timeout(5):
        assert await turns.take(str) == ""
