"""`python -m graphql_api serve`: start reading here.

settings.py reads the environment, wiring.py makes the parts, app.py opens the doors:
http.py and socket/ take operations to `schema/`, whose mutations call the acts in `resolvers/`;
what they commit goes to live/ at once, and through `jobs/` to the bus.
"""

import argparse
import asyncio
import errno
import socket
import sys

import structlog
import uvicorn

from graphql_api.app import build_app
from graphql_api.embedded import keep_private
from graphql_api.http import BODY_BYTES
from graphql_api.log_format import configure_logs
from graphql_api.reach import check_database
from graphql_api.settings import Settings, SettingsError, read_settings
from graphql_api.wiring import migrate_database, open_parts, prepare_database
from resolvers.errors import Unavailable
from schema.root import export_sdl

log = structlog.get_logger()

#: sysexits.h EX_CONFIG: started with settings that can't work.
EXIT_CONFIG = 78
EXIT_UNAVAILABLE = 69
GRACEFUL_SECONDS = 8
#: Longer than proxies and clients keep an idle connection: whoever closes first must not be the server, or a request
#: that is just being sent is lost.
KEEP_ALIVE_SECONDS = 75
#: The kernel ends a connection whose peer acknowledges nothing, or accepts nothing, for so long.
PEER_TIMEOUT_MILLISECONDS = 60_000
BACKLOG = 2048


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m graphql_api", description="TaskFlow's server.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser(
        "serve", help="serve the API and the web app (migrates an embedded database first)"
    )
    serve.add_argument("--migrate", action="store_true", help="migrate a PostgreSQL database first, too")
    commands.add_parser("migrate", help="bring the database to this release's form")
    commands.add_parser("export-schema", help="print the GraphQL schema")
    config = commands.add_parser("config", help="look at the settings")
    config.add_argument(
        "action", choices=["check"], help="check: say whether the server would start with them"
    )
    arguments = parser.parse_args()
    if arguments.command == "export-schema":
        print(export_sdl(), end="")
        return 0
    try:
        settings = read_settings()
        configure_logs(settings)
        keep_private()
        match arguments.command:
            case "serve":
                asyncio.run(_serve(settings, arguments.migrate))
            case "migrate":
                if asyncio.run(prepare_database(settings)) is None:
                    asyncio.run(migrate_database(settings))
                print("The database is in this release's form.")
            case "config":
                asyncio.run(_check(settings))
                print("The settings are good.")
    except SettingsError as error:
        print(f"taskflow: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except Unavailable:
        print("taskflow: the database that DATABASE_URL names does not answer.", file=sys.stderr)
        return EXIT_UNAVAILABLE
    return 0


async def _serve(settings: Settings, migrate_first: bool) -> None:
    listener = _listen(settings)
    lock = await prepare_database(settings)
    if lock is None and migrate_first:
        await migrate_database(settings)
    elif lock is None:
        try:
            await check_database(settings)
        except Unavailable:
            log.warning(
                "started_without_database", reason="it does not answer yet: /readyz tells when it does"
            )
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(open_parts(settings)),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.trusted_proxies,
            workers=settings.workers,
            ws="websockets-sansio",
            ws_max_size=BODY_BYTES,
            # Compression costs twice the CPU and memory per delivery; and the protocol has a ping of its own,
            # whose absence is a reason to come back, while uvicorn's closes with a code that ends clients.
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
        )
    )
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"TaskFlow is at http://{shown}:{port}/ (API and GraphiQL at /graphql)", flush=True)
    await server.serve(sockets=[listener])
    del lock  # held until here


async def _check(settings: Settings) -> None:
    """Everything but the port, which a server that runs already has. Raises SettingsError, Unavailable."""
    _resolve(settings)
    open_parts(settings)
    await check_database(settings)


def _resolve(settings: Settings) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The address to listen on. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        found = socket.getaddrinfo(settings.host, settings.port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SettingsError(f"HOST: {settings.host!r} is not an address, nor a name of one") from None
    return family, (str(found[0][4][0]), settings.port)


def _listen(settings: Settings) -> socket.socket:
    family, address = _resolve(settings)
    # With the protocol named, asyncio sends at once (TCP_NODELAY) instead of up to 40 ms later.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Accepted connections inherit it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_TIMEOUT_MILLISECONDS)
    try:
        listener.bind(address)
    except OSError as error:
        variable = "HOST" if error.errno == errno.EADDRNOTAVAIL else "PORT"
        raise SettingsError(
            f"{variable}: can't listen on {settings.host}:{settings.port} ({error.strerror})"
        ) from None
    listener.listen(BACKLOG)
    return listener


if __name__ == "__main__":
    sys.exit(main())
