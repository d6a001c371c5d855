"""A list of thousands: the longest frame while it is scrolled through, searched, changed and seen in other ways."""

import asyncio
from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, Page, expect

from tests.bench.web_probe import Frames, Probe, probed
from tests.e2e.test_offline import kept
from tests.support.client import Api

TASKS = 5_000
TIMES = 5
AT_ONCE = 8
WORDS = ("report", "garden", "invoice", "call", "travel", "reading", "kitchen", "letter")
SEARCHED = "report 42"
#: Turns of a wheel, each of a hundred pixels, as fast as somebody can.
TURNS = 60
WHEEL_PX = 100
#: A screen in a frame, down to the end of the list: faster than anybody scrolls.
SCROLL = """() => new Promise((resolve) => {
  const step = () => {
    const before = scrollY;
    scrollBy(0, innerHeight * 0.7);
    if (scrollY > before) requestAnimationFrame(step);
    else resolve();
  };
  step();
})"""

type Found = dict[str, Frames]


async def fill(api: Api) -> None:
    """Tasks as people have them: many with a day, some with a time, a project or a priority, some done."""
    projects = [
        (await api.mutate("createProject", "project { id }", name=name))["project"]["id"]
        for name in ("Home", "Work", "Club")
    ]
    turns = asyncio.Semaphore(AT_ONCE)

    async def make(number: int) -> None:
        day = datetime.now(UTC).date() + timedelta(days=number * 7 % 400 - 20)
        due = {0: {"dueOn": str(day)}, 1: {"dueDate": f"{day}T09:30:00Z"}}.get(number % 4, {})
        async with turns:
            await api.mutate(
                "createTask",
                "errors { message }",
                title=f"Task {number}: {WORDS[number % len(WORDS)]} {number % 100}",
                priority=("NONE", "NONE", "HIGH")[number % 3],
                **({"projectId": projects[number % 3]} if number % 2 else {}),
                **due,
            )

    await asyncio.gather(*(make(number) for number in range(TASKS)))


async def long_list(browser: Browser, url: str, email: str) -> Found:
    found: Found = {}

    def into(what: str) -> Frames:
        return found.setdefault(what, Frames())

    window = await probed(browser, url)
    page = window.page
    async with Probe(page, into("signing in, until all is loaded and kept")):
        await window.log_in(email)
        await expect(window.rows.first).to_be_visible(timeout=120_000)
        await window.is_live()
        await kept(page)
    for _ in range(TIMES):
        await page.reload()
        async with Probe(page, into("opening the app again")):
            await expect(window.rows.first).to_be_visible(timeout=120_000)
            await window.is_live()

    await page.mouse.move(640, 500)
    for _ in range(TIMES):
        async with Probe(page, into(f"scrolling by {TURNS} turns of the wheel")):
            for _ in range(TURNS):
                await page.mouse.wheel(0, WHEEL_PX)
        await page.evaluate("scrollTo(0, 0)")
    for _ in range(2):
        async with Probe(page, into("scrolling a screen in each frame, to the end")):
            await page.evaluate(SCROLL)
        await page.evaluate("scrollTo(0, 0)")
    await _searching(page, into("typing a letter of a search"))
    for _ in range(TIMES):
        await expect(window.rows.first).to_be_visible()
        async with Probe(page, into("ticking a task off")):
            await window.rows.first.get_by_role("checkbox").click()
        async with Probe(page, into("typing a letter of a new task")):
            await window.new_task.press("a")
        async with Probe(page, into("adding a task")):
            await window.new_task.press("Enter")
    views = page.get_by_role("navigation", name="Views and lists")
    for _ in range(TIMES):
        for view in ("Upcoming", "Calendar", "All tasks"):
            async with Probe(page, into(f"opening {view}")):
                await views.get_by_role("button", name=view).click()
                await expect(page.get_by_role("heading", level=1)).to_have_text(view)
    await window.context.close()
    return found


async def _searching(page: Page, into: Frames) -> None:
    search = page.get_by_label("Search tasks")
    for _ in range(TIMES):
        await search.focus()
        for letter in SEARCHED:
            async with Probe(page, into):
                await page.keyboard.press("Space" if letter == " " else letter)
        await search.fill("")
