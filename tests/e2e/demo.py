"""`python -m tests.e2e.demo FILE.webp`: the product on two devices, as it really is, recorded while it is used.

A line that is understood, a change that arrives, a reminder that rings and is answered, and a server that is killed and
comes back, each seen in both windows.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Browser, CDPSession, async_playwright, expect

from tests.e2e.app import BACK_MS, Window, api_of
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.test_reminders import ring_soon
from tests.support.server import Server

WIDTH, HEIGHT, BAR, GAP = 460, 640, 44, 12
SIZE = (2 * WIDTH + 3 * GAP, HEIGHT + BAR + GAP)
BACKGROUND, INK = "#0f172a", "#f8fafc"
FRAMES_PER_SECOND = 8
#: So long a look at each step, in seconds.
LOOK_SECONDS = 1.2
KEY_MS = 45


class Recording:
    """What two windows showed, and a caption, over time."""

    def __init__(self) -> None:
        self._shown: list[Image.Image] = [Image.new("RGB", (WIDTH, HEIGHT), "white")] * 2
        self._caption = ""
        self._frames: list[tuple[float, Image.Image]] = []
        self._font = ImageFont.load_default(size=21)
        self._sessions: list[CDPSession] = []

    async def watch(self, side: int, window: Window) -> None:
        session = await window.context.new_cdp_session(window.page)
        self._sessions.append(session)

        def note(frame: dict[str, Any]) -> None:
            self._shown[side] = Image.open(BytesIO(b64decode(frame["data"]))).convert("RGB")
            self._keep()
            seen = session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})
            self._acknowledging = asyncio.ensure_future(seen)

        session.on("Page.screencastFrame", note)
        await session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})

    async def stop(self) -> None:
        for session in self._sessions:
            await session.send("Page.stopScreencast")
            await session.detach()

    async def say(self, caption: str) -> None:
        self._caption = caption
        self._keep()
        await asyncio.sleep(LOOK_SECONDS)

    def _keep(self) -> None:
        now = time.monotonic()
        image = Image.new("RGB", SIZE, BACKGROUND)
        ImageDraw.Draw(image).text((SIZE[0] / 2, BAR / 2), self._caption, INK, self._font, anchor="mm")
        for side, shown in enumerate(self._shown):
            image.paste(shown.resize((WIDTH, HEIGHT)), (GAP + side * (WIDTH + GAP), BAR))
        if self._frames and now - self._frames[-1][0] < 1 / FRAMES_PER_SECOND:
            self._frames[-1] = (self._frames[-1][0], image)
        else:
            self._frames.append((now, image))

    def save(self, path: Path) -> None:
        begins = [at for at, _ in self._frames] + [time.monotonic()]
        durations = [round((end - begin) * 1000) for begin, end in itertools.pairwise(begins)]
        first, *others = [image for _, image in self._frames]
        first.save(
            path, save_all=True, append_images=others, duration=durations, loop=0, quality=60, method=4
        )


async def record(browser: Browser, server: Server) -> Recording:
    options: dict[str, Any] = {
        "viewport": {"width": WIDTH, "height": HEIGHT},
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }
    left = await Window.open(browser, server.url, **options)
    email = await left.sign_up()
    for title in ("Water the plants every 3 days #home", "Book flights tomorrow !high", "Buy oat milk"):
        await left.add(title)
    right = await Window.open(browser, server.url, **options)
    await right.log_in(email)
    await right.is_live()
    await expect(right.rows).to_have_count(3)
    await right.is_live()
    recording = Recording()
    await recording.watch(0, left)
    await recording.watch(1, right)

    await recording.say("One account on two devices")
    await left.new_task.press_sequentially("Pay rent every month on the 1st at 9 #home", delay=KEY_MS)
    await recording.say("A line says what, when, and how often")
    await left.new_task.press("Enter")
    await expect(right.row("Pay rent")).to_be_visible()
    await recording.say("What changes on one is on the other a moment later")
    await right.page.get_by_role("checkbox", name="Complete “Buy oat milk”").click()
    await expect(left.page.get_by_role("checkbox", name="Reopen “Buy oat milk”")).to_be_checked()
    await asyncio.sleep(LOOK_SECONDS)

    async with await api_of(left, server.url) as api:
        await ring_soon(api, "Take the pizza out", 2)
        await recording.say("A reminder rings on both")
        await expect(left.rings).to_contain_text("Take the pizza out")
        await expect(right.rings).to_contain_text("Take the pizza out")
        await recording.say("… and answered on one, it is gone from both")
        await right.rings.get_by_role("button", name="Done").click()
        await expect(left.rings).to_have_count(0)
        await asyncio.sleep(LOOK_SECONDS)

    await server.kill()
    await recording.say("The server is killed: kill -9")
    await left.new_task.press_sequentially("Written without a server", delay=KEY_MS)
    await left.new_task.press("Enter")
    await right.new_task.press_sequentially("And so is this", delay=KEY_MS)
    await right.new_task.press("Enter")
    await recording.say("Both go on without it")
    await server.start()
    for window in (left, right):
        await expect(window.row("Written without a server")).to_be_visible(timeout=BACK_MS)
        await expect(window.row("And so is this")).to_be_visible(timeout=BACK_MS)
        await window.is_live()
    await recording.say("It is back: nothing lost, nothing twice")
    await asyncio.sleep(LOOK_SECONDS)
    await recording.stop()
    return recording


async def main(path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="taskflow-demo-") as folder:
        server = Server(Path(folder), RATE_LIMIT="on")
        await server.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                recording = await record(browser, server)
                recording.save(path)
                await browser.close()
        finally:
            await server.kill()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
