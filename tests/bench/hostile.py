"""A user's p95 beside each attack, over the same user's without it, in one run."""

import asyncio
from pathlib import Path

from tests.bench.post import BenchFailed
from tests.hostile import attacks
from tests.hostile.neighbour import Neighbour, hostile_server, memory
from tests.support.client import Api
from tests.support.load import p95

#: Times as long is what the others may at most feel of an attack.
MOST = 3.0
ALONE_SECONDS = 10
ATTACKS = [
    ("500 half-sent headers", attacks.slow_heads),
    ("500 half-sent bodies", attacks.slow_bodies),
    ("10,000 aliases, fragment bombs, 200,000 brackets, 50,000 deep", attacks.monsters),
    ("2,000 sign-in guesses", attacks.guesses),
    ("500 sockets that never read", attacks.deaf_sockets),
    ("50 answers of 10 and 40 MB that nobody reads", attacks.unread_answers),
    ("400 answers of 10 MB on 20 sockets that nobody reads", attacks.unread_socket_answers),
]


def measure(folder: Path) -> str:
    """Raises BenchFailed where an attack is felt too much."""
    lines, felt = asyncio.run(_measure(folder))
    text = "\n".join(lines)
    if felt:
        print(text, flush=True)
        raise BenchFailed(f"{MOST:g} times as long, or longer, beside {', '.join(felt)}")
    return text


async def _measure(folder: Path) -> tuple[list[str], list[str]]:
    server = hostile_server(folder)
    await server.start()
    felt = []
    lines = [
        "",
        "One user who changes and reads 8 times a second, alone and beside each attack, one process, SQLite.",
        "",
        "| attack | p95 alone (ms) | p95 beside (ms) | ratio | memory after (MiB) | what became of it |",
        "|---|---|---|---|---|---|",
    ]
    try:
        for name, attack in ATTACKS:
            async with Api(server.url) as api, Api(server.url) as other:
                await api.sign_up()
                await other.sign_up()
                neighbour = Neighbour(api)
                async with neighbour.at_work():
                    # Before and after, so that what else the machine does meets both.
                    alone = await _alone(neighbour)
                    neighbour.seconds.clear()
                    outcomes = await attacks.from_elsewhere(attack, other)
                    beside = list(neighbour.seconds)
                    alone += await _alone(neighbour)
            ratio = p95(beside) / p95(alone)
            if ratio >= MOST:
                felt.append(name)
            became = ", ".join(f"{count} {what}" for what, count in outcomes.most_common())
            lines.append(
                f"| {name} | {p95(alone) * 1000:.1f} | {p95(beside) * 1000:.1f} | {ratio:.2f} | {memory(server):.0f} "
                f"| {became} |"
            )
    finally:
        await server.kill()
    return lines, felt


async def _alone(neighbour: Neighbour) -> list[float]:
    neighbour.seconds.clear()
    await asyncio.sleep(ALONE_SECONDS)
    return list(neighbour.seconds)
