"""What the documents show of the API, run as a reader would run it."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.support.client import DEADLINE_SECONDS, PASSWORD, Api
from tests.support.server import Server

API_GUIDE = ROOT / "docs" / "api.md"


def examples(document: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document.read_text("utf-8"), re.DOTALL)


def python_client(folder: Path) -> list[str | Path]:
    [source] = examples(ROOT / "README.md", "python")
    script = folder / "follow.py"
    script.write_text(source, encoding="utf-8")
    return [sys.executable, script]


def typescript_client(folder: Path) -> list[str | Path]:
    [source] = examples(API_GUIDE, "ts")
    (folder / "follow.ts").write_text(source, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "node_modules").symlink_to(ROOT / "frontend" / "node_modules")
    options = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--types", "node"]
    compiler = ["node_modules/.bin/tsc", *options, "follow.ts"]
    compiled = subprocess.run(compiler, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert compiled.returncode == 0, compiled.stdout
    return ["node", folder / "follow.js"]


@pytest.mark.parametrize("client", [python_client, typescript_client])
async def test_a_client_of_the_documents_follows_through_a_kill_without_a_gap_or_a_double(
    client, tmp_path: Path
):
    program = client(tmp_path)
    server = Server(tmp_path / "data", RATE_LIMIT="on")
    await server.start()
    async with Api(server.url) as api:
        await api.sign_up()
        process = await asyncio.create_subprocess_exec(
            *program, server.url, api.email, PASSWORD, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            # Nothing tells from outside when it has begun to follow: the first line that it prints does.
            heard = asyncio.create_task(process.stdout.readline())
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
                    lines.append(await process.stdout.readline())
            assert lines == [f"TASK_CREATED task {number}\n".encode() for number in range(first, written)]
        finally:
            process.kill()
            await process.wait()
            await server.kill()


async def create(api: Api, number: int) -> None:
    payload = await api.mutate("createTask", "errors { code }", title=f"task {number}")
    assert payload["errors"] == []


async def test_the_guides_calls_sign_in_make_a_task_and_page_through_the_log(ana: Api):
    log_in, create_task, page = examples(API_GUIDE, "sh")

    async def call(example: str) -> dict:
        environment = {"URL": ana.url, "EMAIL": ana.email, "PASSWORD": PASSWORD, "TOKEN": ana.token or ""}
        process = await asyncio.create_subprocess_exec(
            "bash", "-ec", example, env=os.environ | environment, stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await process.communicate()
        return json.loads(answer)["data"]

    assert (await call(log_in))["logIn"]["accessToken"]
    made = (await call(create_task))["createTask"]
    assert (made["task"]["title"], made["errors"]) == ("Pay rent", [])
    happened = (await call(page))["events"]["nodes"]
    assert {"type": "TASK_CREATED", "task": {"title": "Pay rent"}} in happened
