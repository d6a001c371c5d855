"""`python -m tests.fuzz --minutes 10`: made-up requests for every field of the API, to a server that must bear them.

`--seed` makes up much the same ones again. Ends at the first answer that nobody should get, and leaves the server's log
where it can be read.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from graphql import build_schema

from schema.root import export_sdl
from tests.fuzz.requests import Case, make_case
from tests.fuzz.target import Target
from tests.isolation.places import Field, root_fields
from tests.support.server import Server

#: Of a few fields at a time, so that they meet each other; then the user is a new one, whose things are all there.
CASES_A_ROUND = 300
FIELDS_A_ROUND = 12


def fuzz(server: Server, seconds: float, number: int) -> int:
    """How many requests were borne. Raises AssertionError where one was not, which then stands in its notes."""
    schema = build_schema(export_sdl())
    random_ = random.Random(number)
    ends_at = time.monotonic() + seconds
    fields: list[Field] = []
    with Target(server, schema) as target:
        while time.monotonic() < ends_at:
            if len(fields) < FIELDS_A_ROUND:
                fields = list(root_fields(schema))
                random_.shuffle(fields)
            target.begin_anew()
            chosen = [fields.pop() for _ in range(FIELDS_A_ROUND)]
            for _ in range(CASES_A_ROUND):
                if time.monotonic() > ends_at:
                    break
                send(target, make_case(random_, random_.choice(chosen), target.known))
            target.check_others_things()
        return target.asked.total()


def send(target: Target, case: Case) -> None:
    try:
        target.send(case)
    except Exception as error:
        error.add_note(f"to {case}")
        raise


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    print(f"made-up requests, seed {arguments.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="taskflow-fuzz-"))
    server = Server(folder, RATE_LIMIT="off")
    server.start_now()
    try:
        borne = fuzz(server, arguments.minutes * 60, arguments.seed)
    except BaseException:
        print(f"the server's log is {server.log_path}; seed {arguments.seed}")
        raise
    finally:
        server.end_now(signal.SIGKILL)
    print(f"{borne} requests in {arguments.minutes:g} minutes, each answered as it should be")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
