from collections.abc import AsyncIterator

import pytest

from tests.support.client import Api
from tests.support.server import Server


@pytest.fixture
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
async def ana(server: Server) -> AsyncIterator[Api]:
    async with Api(server.url) as api:
        await api.sign_up()
        yield api
