"""A minute of made-up requests; `make soak` makes ten of them. FUZZ_SECONDS says another time."""

import os
import random
import signal
from pathlib import Path

from tests.fuzz.__main__ import fuzz
from tests.support.server import Server

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))


def test_no_request_brings_the_server_down_or_shows_what_is_not_ones_own(tmp_path: Path):
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    server = Server(tmp_path, RATE_LIMIT="off")
    server.start_now()
    try:
        assert fuzz(server, SECONDS, seed) > 0
    finally:
        server.end_now(signal.SIGKILL)
