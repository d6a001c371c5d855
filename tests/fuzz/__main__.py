"""`python -m tests.fuzz --minutes 10`: made-up requests for every field of the API, to a server that must bear them.

`--seed` makes up much the same ones again. Ends at the first answer that nobody should get, and leaves the server's log
where it can be read.
"""

import argparse
import itertools
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from graphql import build_schema
from hypothesis import HealthCheck, Phase, given, seed, settings

from schema.root import export_sdl
from tests.fuzz.requests import Case, cases
from tests.fuzz.target import Target
from tests.isolation.places import Field, root_fields
from tests.support.server import Server

#: Of a few fields, which are then tried in all that they do.
CASES_A_ROUND = 80
FIELDS_A_ROUND = 4
#: After so many the user is a new one, whose things are all there.
ROUNDS_A_USER = 5


def fuzz(server: Server, seconds: float, number: int) -> int:
    """How many requests were borne. Raises AssertionError where one was not, which then stands in its notes."""
    schema = build_schema(export_sdl())
    random_ = random.Random(number)
    ends_at = time.monotonic() + seconds
    fields: list[Field] = []
    with Target(server, schema) as target:
        for round_ in itertools.count():
            if time.monotonic() > ends_at:
                break
            if len(fields) < FIELDS_A_ROUND:
                fields = list(root_fields(schema))
                random_.shuffle(fields)
            if round_ % ROUNDS_A_USER == 0:
                target.check_others_things()
                target.begin_anew()
            one_round(target, [fields.pop() for _ in range(FIELDS_A_ROUND)], number + round_, ends_at)
        target.check_others_things()
        return target.asked.total()


def one_round(target: Target, fields: list[Field], number: int, ends_at: float) -> None:
    print(", ".join(str(field) for field in fields), flush=True)

    @seed(number)
    @settings(
        max_examples=CASES_A_ROUND,
        deadline=None,
        database=None,
        # The server remembers: a shorter request would meet another one.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(fields, target.known))
    def send(case: Case) -> None:
        if time.monotonic() > ends_at or wrong:
            return
        try:
            target.send(case)
        except Exception as error:
            wrong.append(error)
            error.add_note(f"to {case}")

    wrong: list[Exception] = []
    send()
    if wrong:
        raise wrong[0]


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
