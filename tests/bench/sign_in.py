"""Whether the time of a sign-in tells if there is an account: wrong passwords, by turns for one and for none."""

import asyncio
import time
from pathlib import Path

from tests.bench.report import quantile
from tests.support.client import LOG_IN, Api
from tests.support.server import Server

TRIES = 200
PERCENTS = (10, 50, 90)


def measure(folder: Path) -> str:
    return "\n".join(asyncio.run(_measure(folder)))


async def _measure(folder: Path) -> list[str]:
    server = Server(folder, RATE_LIMIT="off", LOG_LEVEL="warning")
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            emails = {"known": api.email, "unknown": "nobody@example.com"}
            seconds: dict[str, list[float]] = {name: [] for name in emails}
            for turn in range(TRIES):
                # Neither always comes first.
                for name in sorted(emails, reverse=bool(turn % 2)):
                    began = time.perf_counter()
                    await api.run(LOG_IN, input={"email": emails[name], "password": "not the password"})
                    seconds[name].append(time.perf_counter() - began)
    finally:
        await server.kill()
    lines = [
        "",
        f"{TRIES} wrong passwords each for an account that is there and one that is not, by turns, SQLite.",
        "",
        "| account | " + " | ".join(f"p{percent} (ms)" for percent in PERCENTS) + " |",
        "|---" * (len(PERCENTS) + 1) + "|",
    ]
    for name, found in seconds.items():
        figures = " | ".join(f"{quantile(found, percent) * 1000:.1f}" for percent in PERCENTS)
        lines.append(f"| {name} | {figures} |")
    known, unknown = (quantile(seconds[name], 50) for name in ("known", "unknown"))
    return [*lines, "", f"Medians, unknown / known: {unknown / known:.3f}"]
