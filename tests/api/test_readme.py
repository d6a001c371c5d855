"""The client that the README shows, run as a reader would run it."""

import asyncio
import re
import sys
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.support.client import DEADLINE_SECONDS, PASSWORD, Api
from tests.support.server import Server


async def test_the_readmes_client_follows_an_account_through_a_kill_without_a_gap_or_a_double(tmp_path: Path):
    [source] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    script = tmp_path / "follow.py"
    script.write_text(source, encoding="utf-8")
    server = Server(tmp_path / "data")
    await server.start()
    async with Api(server.url) as api:
        await api.sign_up()
        client = await asyncio.create_subprocess_exec(
            sys.executable, script, server.url, api.email, PASSWORD, stdout=asyncio.subprocess.PIPE
        )
        assert client.stdout is not None
        try:
            # Nothing tells from outside when it has begun to follow: the first line that it prints does.
            heard = asyncio.create_task(client.stdout.readline())
            written = 0
            while not heard.done():
                await create(api, written)
                written += 1
                await asyncio.wait([heard], timeout=0.1)
            lines = [await heard]
            first = int(lines[0].rsplit(b" ", 1)[1])
            for round_ in range(2):
                for _ in range(20):
                    await create(api, written)
                    written += 1
                if round_ == 0:
                    await server.kill()
                    await server.start()
            async with asyncio.timeout(DEADLINE_SECONDS):
                while len(lines) < written - first:
                    lines.append(await client.stdout.readline())
            assert lines == [f"TASK_CREATED task {number}\n".encode() for number in range(first, written)]
        finally:
            client.kill()
            await client.wait()
            await server.kill()


async def create(api: Api, number: int) -> None:
    payload = await api.mutate("createTask", "errors { code }", title=f"task {number}")
    assert payload["errors"] == []
