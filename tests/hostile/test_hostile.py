"""A stranger with a script: everything is refused, the others are served, and what it took is given back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.matrix.looking import errors_in, until
from tests.hostile import attacks
from tests.hostile.neighbour import Neighbour, files, hostile_server, memory
from tests.support.client import Api
from tests.support.server import Server

#: They take their time, so they run with what takes long.
pytestmark = pytest.mark.services

#: Of each thing that the neighbour does, on a machine that does much else.
ANSWERED_SECONDS = 10.0
#: What may be kept: caches, and what Python's allocator does not give back.
KEPT_MIB = 60
#: What may be held meanwhile.
HELD_MIB = 250
LOOK_SECONDS = 0.05
#: Connections that the database's pools and the test itself keep.
KEPT_FILES = 15


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = hostile_server(tmp_path)
    await server.start()
    yield server
    await server.kill()


async def beside_a_neighbour(server: Server, attack: attacks.Attack) -> Counter[str]:
    """What became of the attack, while somebody else was served."""
    most = 0.0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, memory(server))
            await asyncio.sleep(LOOK_SECONDS)

    async with Api(server.url) as api, Api(server.url) as other:
        await api.sign_up()
        await other.sign_up()
        neighbour = Neighbour(api)
        async with neighbour.at_work():
            await until("the neighbour is at work", lambda: _worked(neighbour))
            files_before, memory_before = files(server), memory(server)
            looking = asyncio.create_task(look())
            try:
                outcomes = await attacks.from_elsewhere(attack, other)
            finally:
                looking.cancel()

            async def given_back() -> bool:
                return files(server) <= files_before + KEPT_FILES

            await until("descriptors are given back", given_back)
        assert max(neighbour.seconds) < ANSWERED_SECONDS
        assert most - memory_before < HELD_MIB
        assert memory(server) - memory_before < KEPT_MIB
    assert errors_in(server) == []
    return outcomes


async def _worked(neighbour: Neighbour) -> bool:
    return len(neighbour.seconds) > 10


async def test_half_sent_headers(server: Server):
    assert await beside_a_neighbour(server, attacks.slow_heads) == {"ended": 500}


async def test_half_sent_bodies(server: Server):
    outcomes = await beside_a_neighbour(server, attacks.slow_bodies)
    assert outcomes.keys() <= {"ended", "408"}
    assert 200 < outcomes["408"] <= 256


async def test_texts_that_are_too_much(server: Server):
    outcomes = await beside_a_neighbour(server, attacks.monsters)
    assert outcomes.keys() <= {"QUERY_TOO_COMPLEX", "INVALID_INPUT"}


async def test_two_thousand_guesses(server: Server):
    outcomes = await beside_a_neighbour(server, attacks.guesses)
    assert outcomes.keys() == {"BAD_CREDENTIALS", "RATE_LIMITED"}
    # Two minutes' worth, should it take as long.
    assert outcomes["BAD_CREDENTIALS"] <= 240


async def test_five_hundred_sockets_that_never_read(server: Server):
    outcomes = await beside_a_neighbour(server, attacks.deaf_sockets)
    assert outcomes.keys() <= {"1013", "4408", "subscribed", "ended"}
    assert outcomes["subscribed"] <= 20
    assert outcomes["4408"] <= 100


async def test_answers_that_nobody_reads(server: Server):
    outcomes = await beside_a_neighbour(server, attacks.unread_answers)
    assert outcomes.keys() <= {"let go", "RATE_LIMITED", "QUERY_TOO_COMPLEX"}
    assert 1 <= outcomes["let go"] <= 10


async def test_answers_on_sockets_that_nobody_reads(server: Server):
    outcomes = await beside_a_neighbour(server, attacks.unread_socket_answers)
    # Whose last word finds no room there either does not hear of the end.
    assert outcomes.keys() <= {"let go", "held"}
    assert outcomes["let go"] >= 1
