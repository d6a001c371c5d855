"""Lighthouse's scores of the front page and of the signed-in board, as Chromium on this machine has them."""

import asyncio
import json
import shutil
import socket
from pathlib import Path

from playwright.async_api import Playwright

from tests.e2e.app import Window
from tests.e2e.conftest import CHROMIUM, FLAGS

#: The newest that runs on Node 20.
PACKAGE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
INSTALL_SECONDS = 300
RUN_SECONDS = 240


async def lighthouse(playwright: Playwright, url: str, folder: Path) -> list[str]:
    """A line for each page, or one that says why there is none."""
    if (program := await _installed()) is None:
        return [f"  not to be had: npm could not install {PACKAGE}"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = await playwright.chromium.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, args=[*FLAGS, f"--remote-debugging-port={port}"]
    )
    try:
        window = Window(context, await context.new_page())
        lines = [await _scores(program, port, url, "front page")]
        await window.page.goto(url)
        await window.sign_up()
        await window.add("Buy milk tomorrow")
        return [*lines, await _scores(program, port, url, "signed-in board")]
    finally:
        await context.close()


async def _installed() -> Path | None:
    folder = Path.home() / ".cache" / "taskflow" / "lighthouse"
    program = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    npm = shutil.which("npm")
    if not program.exists() and npm is not None:
        folder.mkdir(parents=True, exist_ok=True)
        await _run(
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(folder),
            PACKAGE,
            seconds=INSTALL_SECONDS,
        )
    return program if program.exists() else None


async def _scores(program: Path, port: int, url: str, page: str) -> str:
    # Unthrottled: what is simulated from a machine that does other things as well says nothing.
    how = ("--preset=desktop", "--throttling-method=provided", "--disable-storage-reset")
    out, err = await _run(
        *("node", str(program), url, f"--port={port}", *how, "--quiet", "--output=json"),
        f"--only-categories={','.join(CATEGORIES)}",
        seconds=RUN_SECONDS,
    )
    if not out:
        return f"  {page}: no report: {err.decode().strip()[-200:]}"
    report = json.loads(out)
    scores = ", ".join(f"{name} {report['categories'][name]['score']}" for name in CATEGORIES)
    audits = report["audits"]
    faults = [
        audit["id"]
        for name in CATEGORIES
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"] and ((audit := audits[ref["id"]])["score"] or 0) < 1 and audit["score"] is not None
    ]
    return f"  {page:<24}{scores}{'; below 1: ' + ', '.join(faults) if faults else ''}"


async def _run(*command: str, seconds: float) -> tuple[bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        return await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        return await process.communicate()
