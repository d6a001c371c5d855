import pytest

from tests.support.server import Server


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server
