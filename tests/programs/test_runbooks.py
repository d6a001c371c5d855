"""What `docs/operations.md` has people run, run."""

import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.support.client import Api
from tests.support.replica import Replica
from tests.support.server import Server

RUNBOOKS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


async def make(api: Api, title: str) -> None:
    payload = await api.mutate("createTask", "errors { code }", title=title)
    assert payload["errors"] == []


async def test_after_a_restore_devices_load_anew_and_nothing_is_told_under_an_old_number(tmp_path: Path):
    [backup] = re.findall(r"^python -c '(.*)' data/taskflow\.db backup\.db$", RUNBOOKS, re.MULTILINE)
    [end_cursors] = re.findall(r"```sql\n(.*?)```", RUNBOOKS, re.DOTALL)
    server = Server(tmp_path / "data")
    await server.start()
    stored = tmp_path / "data" / "taskflow.db"
    copy = tmp_path / "backup.db"
    async with Api(server.url) as api:
        await api.sign_up()
        await make(api, "before")
        await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", backup, stored, copy], check=True, timeout=60
        )
        await make(api, "lost")
        device = await Replica.load(api)
        await server.kill()
        shutil.copyfile(copy, stored)
        for behind in ("-wal", "-shm"):
            stored.with_name(stored.name + behind).unlink(missing_ok=True)
        with sqlite3.connect(stored) as database:
            database.executescript(end_cursors)
        database.close()
        await server.start()
        await make(api, "another one under the number of what was lost")
        answer = await api.post(
            "query ($after: Cursor) { events(after: $after) { nodes { id } } }", {"after": device.cursor}
        )
        assert answer["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
        titles = {task["title"] for task in (await Replica.load(api)).state["task"].values()}
        assert titles == {"before", "another one under the number of what was lost"}
    await server.kill()
