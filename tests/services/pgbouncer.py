"""A throw-away PgBouncer before a PostgreSQL, started by the suite itself: as Neon and others offer it."""

import contextlib
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Self

import pytest
import sqlalchemy as sa

from tests.services.child import Child
from tests.services.ports import free_port
from tests.services.postgres import ACCOUNT

SECONDS = 20
#: So few that clients must share them, whatever they do.
CONNECTIONS = 3


class PgBouncer:
    """Lends its few connections by transaction. `url` is that of the same database through it.

    Skips the test where there is none.
    """

    def __init__(self, database_url: str) -> None:
        if (program := shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")) is None:
            pytest.skip("there is no pgbouncer")
        self._program = program
        url = sa.make_url(database_url)
        self._port = free_port()
        self.url = url.set(port=self._port).render_as_string(hide_password=False)
        self._folder = Path(tempfile.mkdtemp(prefix="taskflow-pgbouncer-"))
        self._config = self._folder / "pgbouncer.ini"
        self._config.write_text(
            "[databases]\n"
            f"* = host={url.host} port={url.port} user={url.username}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self._port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {CONNECTIONS}\n"
            "max_client_conn = 200\n"
        )
        # The database's owner may read it; PgBouncer refuses to run as root.
        for path in (self._folder, self._config):
            if os.geteuid() == 0:
                shutil.chown(path, ACCOUNT)
        self._child = Child("pgbouncer", self._folder / "log")

    def __enter__(self) -> Self:
        command = [self._program, str(self._config)]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", *command]
        self._child.start(command, cwd=self._folder)
        self._child.wait_until(self._answers, SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._child.end(signal.SIGINT), "pgbouncer did not end"
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
            return True
        return False
