"""`python -m graphql_api canary`: uses TaskFlow as a person would, and says whether it did what it should."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter, time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from graphql_api.programs.common import say
from graphql_api.settings import Settings, SettingsError

if TYPE_CHECKING:
    from graphql_api.programs.canary_round import Report

SHORTEST_EVERY_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, type=_url, help="such as https://tasks.example.com")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=10.0,
        help="longest wait for each answer and event, in seconds (10)",
    )
    parser.add_argument("--every", type=_every, help="go on, a round every so many seconds, at least 10")
    parser.add_argument(
        "--textfile", type=Path, help="write the figures there after each round, for node_exporter"
    )


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit status: 0 where the last round went well, else 1. Raises SettingsError."""
    email, password = settings.canary_email, settings.canary_password.get_secret_value()
    if not email or not password:
        missing = "CANARY_EMAIL" if not email else "CANARY_PASSWORD"
        raise SettingsError(f"{missing}: the canary needs an account of its own to sign in with")
    figures = Figures()
    rounds = asyncio.create_task(_rounds(arguments, email, password, figures))
    # What it has begun is tidied up, also where it is told to stop.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, rounds.cancel)
    with suppress(asyncio.CancelledError):
        await rounds
    return 0 if figures.well else 1


async def _rounds(arguments: argparse.Namespace, email: str, password: str, figures: "Figures") -> None:
    from graphql_api.programs.canary_round import probe  # its HTTP client takes a while to load

    while True:
        began = perf_counter()
        report = await probe(arguments.url, email, password, arguments.timeout)
        figures.take(report)
        if arguments.textfile is not None:
            await asyncio.to_thread(figures.write, arguments.textfile)
        say(orjson.dumps(report.line(arguments.url)).decode())
        sys.stdout.flush()
        if arguments.every is None:
            return
        await asyncio.sleep(max(0.0, arguments.every - (perf_counter() - began)))


class Figures:
    """For Prometheus; apart from the server's own."""

    def __init__(self) -> None:
        self.well = True
        self._registry = CollectorRegistry()
        self._up = Gauge("taskflow_canary_up", "Whether the last round went well.", registry=self._registry)
        self._at = Gauge(
            "taskflow_canary_last_round_timestamp_seconds", "When it ended.", registry=self._registry
        )
        self._seconds = Gauge(
            "taskflow_canary_seconds",
            "Of the last round: to the answer, and to the event on the socket.",
            ["step", "until"],
            registry=self._registry,
        )

    def take(self, report: "Report") -> None:
        self.well = report.failed is None
        self._up.set(self.well)
        self._at.set(time())
        self._seconds.clear()
        for step, taken in report.seconds.items():
            for until, seconds in taken.items():
                self._seconds.labels(step, until).set(seconds)

    def write(self, path: Path) -> None:
        """Whoever reads it finds all of it, and may be another account."""
        aside = path.with_name(f"{path.name}.{os.getpid()}")
        aside.write_bytes(generate_latest(self._registry))
        aside.chmod(0o644)
        aside.replace(path)


def _url(text: str) -> str:
    text = text.rstrip("/")
    try:
        parts = urlsplit(text)
        usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.path and parts.port != 0
        )
    except ValueError:
        usable = False
    if not usable:
        raise argparse.ArgumentTypeError("is a URL without a path, such as https://tasks.example.com")
    return text


def _seconds(text: str, least: float = 0.1) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not least <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"is a number of seconds from {least:g} to 3600")
    return seconds


def _every(text: str) -> float:
    return _seconds(text, SHORTEST_EVERY_SECONDS)
