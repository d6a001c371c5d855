"""axe on every page and dialog, in both colours and on a phone: nothing that it knows to be in somebody's way."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import NEW_HERE, Window, api_of
from tests.e2e.touch import phone
from tests.support.server import Server

pytestmark = pytest.mark.e2e

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
  const { violations, passes } = await axe.run(document, { resultTypes: ["violations"] });
  return {
    passes: passes.length,
    violations: violations.map(({ id, nodes }) => [id, nodes.map((node) => [node.html, node.failureSummary])]),
  };
}"""


async def check(page: Page) -> None:
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text())
    found = await page.evaluate(RUN)
    assert found["violations"] == [], page.url
    assert found["passes"] > 10


async def fill(window: Window, server: Server) -> None:
    """A task of each kind that looks different."""
    async with await api_of(window, server.url) as api:
        project = await api.mutate("createProject", "project { id }", name="Home", color="#0369a1")
        await api.mutate(
            "createTask",
            "errors { message }",
            title="Pay the rent",
            priority="URGENT",
            projectId=project["project"]["id"],
            dueOn="2026-01-01",
            recurrence={"rule": "FREQ=MONTHLY"},
        )
        done = await api.mutate("createTask", "task { id }", title="Buy milk", description="Two pints")
        await api.mutate("completeTask", "errors { message }", id=done["task"]["id"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_in_anybodys_way(browser: Browser, server: Server, scheme: str) -> None:
    # What fades in is of no colour yet, and news fade in whenever they come.
    window = await Window.open(browser, server.url, color_scheme=scheme, reduced_motion="reduce")
    page = window.page
    await expect(page.get_by_role("button", name=NEW_HERE)).to_be_visible()
    await check(page)
    await page.get_by_role("button", name=NEW_HERE).click()
    await check(page)
    await page.get_by_role("button", name="I have an account").click()
    await page.get_by_role("button", name="Forgot your password?").click()
    await expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    await check(page)
    await page.goto(f"{server.url}/reset-password/#token=x")
    await expect(page.get_by_label("New password")).to_be_visible()
    await check(page)

    await page.goto(server.url)
    await expect(page.get_by_role("button", name=NEW_HERE)).to_be_visible()
    await window.sign_up()
    await check(page)
    await fill(window, server)
    await expect(window.rows.filter(has_text="Pay the rent")).to_be_visible()
    await expect(page.locator("[data-sonner-toast]").first).to_be_visible()
    await check(page)
    await window.rows.filter(has_text="Pay the rent").get_by_role("button", name="Edit").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await check(page)
    await page.keyboard.press("Escape")
    for view in ("Today", "Upcoming", "Calendar", "Trash"):
        await page.get_by_role("navigation").get_by_role("button", name=view).first.click()
        await expect(page.get_by_role("heading", name=view, level=1)).to_be_visible()
        await check(page)
    for key in ("Control+k", "?"):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await check(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_test_id("session").first).to_be_visible()
    await check(page)
    await page.get_by_role("button", name="Delete the account").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_in_anybodys_way_on_a_phone(browser: Browser, server: Server, scheme: str) -> None:
    window = await phone(browser, server.url, color_scheme=scheme, reduced_motion="reduce")
    page = window.page
    await expect(page.get_by_role("button", name=NEW_HERE)).to_be_visible()
    await check(page)
    await window.sign_up()
    await check(page)
    await fill(window, server)
    await expect(page.locator("[data-sonner-toast]")).to_be_visible()
    await check(page)
    dialog = await window.edit("Pay the rent")
    await check(page)
    await dialog.get_by_role("button", name="Close").click()
    bar = page.get_by_role("navigation")
    for view in ("Today", "Upcoming", "Calendar"):
        await bar.get_by_role("button", name=view).first.click()
        await expect(page.get_by_role("heading", name=view, level=1)).to_be_visible()
        await check(page)
    await bar.get_by_role("button", name="Lists").click()
    await check(page)
    await page.get_by_role("dialog").get_by_role("button", name="Trash").click()
    await expect(page.get_by_role("heading", name="Trash", level=1)).to_be_visible()
    await check(page)
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await check(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Settings").click()
    await expect(page.get_by_test_id("session").first).to_be_visible()
    await check(page)
