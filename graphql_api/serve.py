"""Listens, and serves until it is told to stop: in this process, or in WORKERS processes of its own."""

import asyncio
import ctypes
import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from graphql_api.app import build_app
from graphql_api.doors.body import BODY_BYTES
from graphql_api.doors.patience import PatientProtocol, raise_file_limit
from graphql_api.embedded import DatabaseLock
from graphql_api.log_format import configure_logs
from graphql_api.memory import give_back_what_is_large
from graphql_api.reach import check_database
from graphql_api.settings import Settings, SettingsError, read_settings
from graphql_api.socket.protocol import PatientSocketProtocol
from graphql_api.stopping import Workers
from graphql_api.wiring import migrate_database, open_parts, prepare_database
from resolvers.errors import Unavailable

log = structlog.get_logger()

GRACEFUL_SECONDS = 8
#: So long is a database that does not answer waited for, where it is to be migrated first, and so often asked.
MIGRATION_PATIENCE_SECONDS = 300
MIGRATION_RETRY_SECONDS = 2
#: Longer than proxies and clients keep an idle connection: whoever closes first must not be the server, or a request
#: that is just being sent is lost.
KEEP_ALIVE_SECONDS = 75
#: The kernel ends a connection whose peer acknowledges nothing, or accepts nothing, for so long.
PEER_TIMEOUT_MILLISECONDS = 60_000
#: The kernel takes so much more than what is on its way to a peer. By itself it would take megabytes for each that does
#: not read, and one that reads slowly would take minutes to make room again: it would seem to be dead.
UNSENT_BYTES = 131_072
BACKLOG = 2048
#: Linux's prctl: the signal that this process gets when its parent ends, however that is.
PR_SET_PDEATHSIG = 1


def serve(settings: Settings, *, migrate_first: bool) -> None:
    """Returns after the stop. Raises SettingsError, and Unavailable where it is to migrate and can't."""
    raise_file_limit()
    listener = _listen(settings)
    lock = asyncio.run(_prepare(settings, migrate_first))
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    if settings.workers == 1:
        server = uvicorn.Server(_config(settings, _build(settings)))
        _say(settings, f"http://{shown}:{port}/")
        asyncio.run(server.serve(sockets=[listener]))
    else:
        open_parts(settings)  # what is wrong with them is said here, once
        with TemporaryDirectory(prefix="taskflow-", ignore_cleanup_errors=True) as folder:
            app = partial(app_of_worker, Path(folder))
            config = _config(settings, app, factory=True, workers=settings.workers)
            _say(settings, f"http://{shown}:{port}/")
            Workers(config, sockets=[listener]).run()
    del lock  # held until here


def app_of_worker(folder: Path) -> FastAPI:
    """The app of one of several processes, which all listen on the same socket and meet in this folder."""
    if sys.platform == "linux":
        # Should the parent be killed outright, nobody would stop this one.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    settings = read_settings()
    configure_logs(settings)
    return _build(settings, folder)


def resolve_address(settings: Settings) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The address to listen on. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        found = socket.getaddrinfo(settings.host, settings.port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SettingsError(f"HOST: {settings.host!r} is not an address, nor a name of one") from None
    return family, (str(found[0][4][0]), settings.port)


def _build(settings: Settings, workers: Path | None = None) -> FastAPI:
    give_back_what_is_large()
    app = build_app(open_parts(settings, workers))
    # What is there by now stays: every full collection would walk through all of it again, and make clients wait.
    gc.collect()
    gc.freeze()
    return app


async def _prepare(settings: Settings, migrate_first: bool) -> DatabaseLock | None:
    lock = await prepare_database(settings)
    if lock is None and migrate_first:
        await _migrate_once_it_answers(settings)
    elif lock is None:
        try:
            await check_database(settings)
        except Unavailable:
            log.warning(
                "started_without_database", reason="it does not answer yet: /readyz tells when it does"
            )
    return lock


async def _migrate_once_it_answers(settings: Settings) -> None:
    """A host that starts at once whoever ends would start this process over and over until the database is back."""
    now = asyncio.get_running_loop().time
    deadline = now() + MIGRATION_PATIENCE_SECONDS
    told = False
    while True:
        try:
            return await migrate_database(settings)
        except Unavailable:
            if now() >= deadline:
                raise
            if not told:
                reason = "the database that DATABASE_URL names does not answer yet: it is asked until it does"
                log.warning("waiting_to_migrate", reason=reason, seconds=MIGRATION_PATIENCE_SECONDS)
                told = True
            await asyncio.sleep(MIGRATION_RETRY_SECONDS)


def _config(settings: Settings, app: FastAPI | Callable[[], FastAPI], **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        ws=PatientSocketProtocol,
        ws_max_size=BODY_BYTES,
        # Compression costs twice the CPU and memory per delivery; and the protocol has a ping of its own,
        # whose absence is a reason to come back, while uvicorn's closes with a code that ends clients.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        **options,
    )


def _say(settings: Settings, url: str) -> None:
    what = "API and GraphiQL at /graphql" if settings.serves_clients else "a worker: health and metrics alone"
    print(f"TaskFlow is at {url} ({what})", flush=True)


def _listen(settings: Settings) -> socket.socket:
    family, address = resolve_address(settings)
    # With the protocol named, asyncio sends at once (TCP_NODELAY) instead of up to 40 ms later.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Accepted connections inherit these.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_TIMEOUT_MILLISECONDS)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    try:
        listener.bind(address)
    except OSError as error:
        variable = "HOST" if error.errno == errno.EADDRNOTAVAIL else "PORT"
        raise SettingsError(
            f"{variable}: can't listen on {settings.host}:{settings.port} ({error.strerror})"
        ) from None
    listener.listen(BACKLOG)
    return listener
