"""What `docs/operations.md` has people run, run."""

import asyncio
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.support.client import Api
from tests.support.replica import Replica
from tests.support.server import Server

RUNBOOKS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BACKUP, CHECK, RESTORE = re.findall(
    r"^python -m graphql_api ((?:backup|restore) backup\.zip.*?)(?: +#.*)?$", RUNBOOKS, re.MULTILINE
)
[BY_HAND] = re.findall(r"```sql\n(.*?)```", RUNBOOKS, re.DOTALL)


async def make(api: Api, title: str) -> None:
    payload = await api.mutate("createTask", "errors { code }", title=title)
    assert payload["errors"] == []


async def follow(line: str, folder: Path) -> None:
    """In a folder with the data in `data`, as a user's is."""
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "graphql_api", *shlex.split(line)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=60,
        capture_output=True,
    )


@pytest.mark.parametrize("by_hand", [False, True])
async def test_after_a_restore_devices_load_anew_and_nothing_is_told_under_an_old_number(
    tmp_path: Path, by_hand: bool
):
    server = Server(tmp_path / "data")
    stored, copy = tmp_path / "data" / "taskflow.db", tmp_path / "copy.db"
    await server.start()
    async with Api(server.url) as api:
        await api.sign_up()
        await make(api, "before")
        await follow(BACKUP, tmp_path)
        await follow(CHECK, tmp_path)
        with sqlite3.connect(stored) as database, sqlite3.connect(copy) as snapshot:
            database.backup(snapshot)
        await make(api, "lost")
        device = await Replica.load(api)
        await server.kill()
        if by_hand:
            for behind in ("-wal", "-shm"):
                stored.with_name(stored.name + behind).unlink(missing_ok=True)
            copy.replace(stored)
            with sqlite3.connect(stored) as database:
                database.executescript(BY_HAND)
        else:
            await follow(RESTORE, tmp_path)
        await server.start()
        again = await api.another_device()
        await make(again, "another one under the number of what was lost")
        answer = await again.post(
            "query ($after: Cursor) { events(after: $after) { nodes { id } } }", {"after": device.cursor}
        )
        assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
        titles = {task["title"] for task in (await Replica.load(again)).state["task"].values()}
        assert titles == {"before", "another one under the number of what was lost"}
        await again.http.aclose()
    await server.kill()
