"""How many sockets and messages there may be, against a server that counts them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from websockets.exceptions import ConnectionClosed

from graphql_api.socket.registry import UNKNOWN_PER_ADDRESS
from tests.live.test_protocol import closing, init
from tests.support.client import Api, open_socket
from tests.support.server import Server


@pytest.fixture
def server(limited_server: Server) -> Server:
    return limited_server


@pytest.fixture
async def ana(server: Server) -> AsyncIterator[Api]:
    async with Api(server.url) as api:
        await api.sign_up()
        yield api


async def test_the_twenty_first_socket_of_a_user_is_closed_with_1013_until_another_leaves(
    server: Server, ana: Api
):
    async with contextlib.AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(open_socket(server.url, ana.token)) for _ in range(20)]
        assert (await closing(server, init(ana.token)))[0] == 1013
        await sockets[0].connection.close()
        async with asyncio.timeout(10):
            while (await closing_or_ack(server, ana)) != "connection_ack":
                pass


async def closing_or_ack(server: Server, ana: Api) -> str | None:
    async with open_socket(server.url) as socket:
        await socket.connection.send(init(ana.token))
        try:
            return str((await socket.receive())["type"])
        except ConnectionClosed:
            return None


async def test_more_than_sixty_messages_in_a_second_close_with_1008(server: Server, ana: Api):
    assert (await closing(server, *['{"type":"pong"}'] * 70, token=ana.token))[0] == 1008


async def test_of_one_address_so_many_sockets_may_not_have_said_who_they_are(server: Server, ana: Api):
    crowd = {"X-Forwarded-For": "192.0.2.200"}
    async with contextlib.AsyncExitStack() as stack:
        silent = [
            await stack.enter_async_context(open_socket(server.url, additional_headers=crowd))
            for _ in range(UNKNOWN_PER_ADDRESS)
        ]
        async with open_socket(server.url, additional_headers=crowd) as socket:
            assert await socket.close_code() == 1013
        async with open_socket(server.url, ana.token):
            pass  # from elsewhere
        await silent[0].connection.send(init(ana.token))
        assert await silent[0].receive() == {"type": "connection_ack"}
        async with open_socket(server.url, ana.token, additional_headers=crowd):
            pass
