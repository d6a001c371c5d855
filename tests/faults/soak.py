"""`python -m tests.faults.soak --minutes 20`: one fault after another under load, and the books checked after each.

Which fault, and for how long, is drawn at random; `--seed` draws the same ones again. Where there are several
processes of a kind, the first of them is never killed: what its memory does over all that time is told at the end.
Ends at the first thing that is wrong, says what, and leaves what the processes wrote where it can be read.
"""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression

from tests.faults.kinds import AWAY_SECONDS, Fault, faults_of, links_of
from tests.faults.matrix.looking import errors_in, rss_mib
from tests.support.deployment import KAFKA_REDIS, SHAPES, Deployment, Shape, deployment
from tests.support.load import Load, load
from tests.support.server import Server

#: The load goes on after a fault until so many requests are done, within so long.
ACKED, RECOVERED_SECONDS = 20, 40.0
#: Of a process over the second half of its life, where that is long enough to tell: more is a leak.
GROWTH_MIB, TOLD_SECONDS = 25.0, 600.0


class Memory:
    """How much each process held, over its life."""

    def __init__(self) -> None:
        self._lives: dict[tuple[str, int], list[tuple[float, float]]] = {}

    def look(self, servers: Sequence[Server]) -> None:
        for server in servers:
            life = self._lives.setdefault((server.data_dir.name, server.pid), [])
            life.append((time.monotonic(), rss_mib(server)))

    def report(self) -> list[str]:
        """What has grown as it should not."""
        wrong = []
        for (name, pid), life in self._lives.items():
            seconds, held = life[-1][0] - life[0][0], [mib for _, mib in life]
            said = f"{name} ({pid}): {held[0]:.1f} MiB at first, {held[-1]:.1f} MiB after {seconds:.0f} s"
            if seconds > TOLD_SECONDS:
                # Before that, caches fill.
                late = life[len(life) // 2 :]
                slope = linear_regression(*zip(*late, strict=True)).slope
                said += f", {slope * 3600:+.1f} MiB an hour in the second half"
                if slope * (late[-1][0] - late[0][0]) > GROWTH_MIB:
                    wrong.append(f"{said}: more than {GROWTH_MIB:g} MiB there")
            print(said)
        return wrong


async def one_round(d: Deployment, fault: Fault, random_: random.Random) -> None:
    async with load(d, due_seconds=AWAY_SECONDS[1]) as load_:
        try:
            await fault(d, random_)
        except Exception as error:
            raise AssertionError(f"the fault itself failed: {error!r}") from error
        await recovered(load_)
        await load_.settle_and_check()
    found = [line for server in d.servers for line in errors_in(server)]
    assert not found, "\n".join(found[:5])


async def recovered(load_: Load) -> None:
    try:
        await load_.until_acked(ACKED, RECOVERED_SECONDS)
        await load_.until_connected(RECOVERED_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not back to work within {RECOVERED_SECONDS:g} s") from None


async def soak(shape: Shape, folder: Path, minutes: float, random_: random.Random) -> list[str]:
    """Returns what was wrong."""
    memory = Memory()
    # The longest there is: people who load it do not refresh what they signed in with.
    async with deployment(shape, folder, proxied=links_of(shape), ACCESS_TOKEN_MINUTES="60") as d:
        ends_at = time.monotonic() + minutes * 60
        faults = faults_of(d)
        memory.look(d.servers)
        number = 0
        while time.monotonic() < ends_at:
            if number % len(faults) == 0:
                random_.shuffle(faults)  # all of them come before one comes again
            fault = faults[number % len(faults)]
            number += 1
            print(f"{number}. {fault.__name__}", flush=True)
            try:
                await one_round(d, fault, random_)
            except Exception as error:
                return [f"after {fault.__name__} ({number}.): {error!s}" if str(error) else repr(error)]
            memory.look(d.servers)
        print(f"{number} faults in {minutes:g} minutes, and the books are right")
        return memory.report()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    names = {shape.name: shape for shape in SHAPES}
    parser.add_argument("--deployment", choices=names, default=KAFKA_REDIS.name)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"{arguments.deployment}, seed {arguments.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="taskflow-soak-"))
    random_ = random.Random(arguments.seed)
    wrong = asyncio.run(soak(names[arguments.deployment], folder, arguments.minutes, random_))
    if wrong:
        print("\n".join([*wrong, f"what the processes wrote is in {folder}; seed {arguments.seed}"]))
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
