"""Whether somebody listens where the settings say that a broker, Redis or a mail server is.

A server starts without them and waits for them: so it is asked by `config check` alone, and nothing is said to them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from graphql_api.settings import Settings
from jobs.channels.smtp_server import read_smtp_url

CONNECT_SECONDS = 3.0
REDIS_PORT = 6379


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of `places`, host and port, is enough."""

    variable: str
    places: Sequence[tuple[str, int]]


async def unreachable(settings: Settings) -> list[str]:
    """A sentence for each that is not there, with the variable's name."""
    neighbours = list(_neighbours(settings))
    reached = await asyncio.gather(*(_is_reached(each) for each in neighbours))
    return [
        f"{each.variable}: nobody answers at {', '.join(f'{host}:{port}' for host, port in each.places)}"
        for each, there in zip(neighbours, reached, strict=True)
        if not there
    ]


def _neighbours(settings: Settings) -> Iterator[Neighbour]:
    # Dapr's sidecar is not among them: it comes with the server, and may come after it.
    if settings.kafka_bootstrap_servers:
        servers = [server.rpartition(":") for server in settings.kafka_bootstrap_servers]
        yield Neighbour(
            "KAFKA_BOOTSTRAP_SERVERS", [(host.strip("[]"), int(port)) for host, _, port in servers]
        )
    if settings.broadcast != "memory://":
        url = urlsplit(settings.broadcast)
        variable = "BROADCAST_URL" if settings.broadcast_url else "REDIS_URL"
        yield Neighbour(variable, [(url.hostname or "", url.port or REDIS_PORT)])
    if smtp_url := settings.smtp_url.get_secret_value():
        server = read_smtp_url(smtp_url)
        yield Neighbour("SMTP_URL", [(server.host, server.port)])


async def _is_reached(neighbour: Neighbour) -> bool:
    async def connect(host: str, port: int) -> bool:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError, UnicodeError):
            return False
        writer.close()
        return True

    return any(await asyncio.gather(*(connect(host, port) for host, port in neighbour.places)))
