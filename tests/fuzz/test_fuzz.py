"""A minute of made-up requests; `make soak` makes ten of them. FUZZ_SECONDS says another time."""

import os
import random
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from tests.conftest import BOTH
from tests.fuzz.__main__ import fuzz
from tests.services.postgres import make_database
from tests.support.server import Server

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))


@pytest.mark.parametrize("kind", BOTH)
def test_no_request_brings_the_server_down_or_shows_what_is_not_ones_own(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    environment = {"RATE_LIMIT": "off"}
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        environment["DATABASE_URL"] = make_database(url, f"t{uuid4().hex}")
    server = Server(tmp_path, **environment)
    server.start_now()
    try:
        assert fuzz(server, SECONDS, seed) > 0
    finally:
        server.end_now(signal.SIGKILL)
