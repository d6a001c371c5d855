"""The web app in a real browser, served as it ships: what its user waits for."""

import asyncio
import os
from pathlib import Path
from signal import SIGTERM

from playwright.async_api import async_playwright

from tests.bench.post import BenchFailed
from tests.bench.report import frames_table, quantile
from tests.bench.web_lighthouse import lighthouse
from tests.bench.web_long_list import TASKS, fill, long_list
from tests.bench.web_windows import CLICKS, two_windows
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.test_first_load import scripts
from tests.support.client import Api
from tests.support.server import Server

LIMIT_SECONDS = 900


def measure(folder: Path) -> str:
    if CHROMIUM is None:
        raise BenchFailed("the web app is measured in Chromium, which is not on PATH")
    server = Server(folder, RATE_LIMIT="off", LOG_LEVEL="warning")
    try:
        server.start_now()
        return asyncio.run(asyncio.wait_for(_measure(server.url, folder / "profile"), LIMIT_SECONDS))
    finally:
        server.end_now(SIGTERM)


async def _measure(url: str, profile: Path) -> str:
    lines = [
        "",
        f"The web app in Chromium, {os.cpu_count()} cores shared with the server.",
        f"Load average {os.getloadavg()[0]:.1f} before.",
    ]
    lines += ["", f"script of the first load, by gzip: {sum((await scripts(url)).values()) / 1000:.0f} KB"]
    async with Api(url) as api, async_playwright() as playwright:
        await api.sign_up()
        await fill(api)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        delays = await two_windows(browser, url)
        lines += ["", f"a click, {CLICKS} times [ms]"]
        for what, values in (("on its own screen", delays.own), ("in the other window", delays.other)):
            lines.append(f"  {what:<50}{quantile(values, 50):>8.0f} p50 {quantile(values, 95):>8.0f} p95")
        lines += ["", f"{TASKS:,} tasks", frames_table(await long_list(browser, url, api.email))]
        await browser.close()
        lines += ["", "Lighthouse, desktop, unthrottled", *await lighthouse(playwright, url, profile)]
    lines.append(f"load average {os.getloadavg()[0]:.1f} after")
    return "\n".join(lines)
