"""What is done while the server is away, and how a window finds its way back."""

from collections import Counter

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import BACK_MS, Window, api_of, two_windows
from tests.support.server import Server

pytestmark = pytest.mark.e2e

#: The app and what it shows are on the device.
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const names = await caches.keys();
  if (!names.some((name) => name.startsWith('taskflow-shell-'))) return false;
  const db = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('taskflow');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const head = await new Promise((resolve) => {
    const asking = db.transaction('head').objectStore('head').count();
    asking.onsuccess = () => resolve(asking.result);
  });
  db.close();
  return head === 1;
}"""
TASKS = "{ tasks(first: 100) { nodes { title completed priority } } }"


async def kept(page: Page) -> None:
    await page.wait_for_function(KEPT, polling=100)


async def saved(window: Window, url: str) -> Counter[str]:
    """How often the server has each title."""
    api = await api_of(window, url)
    return Counter(task["title"] for task in (await api.run(TASKS))["tasks"]["nodes"])


async def nothing_waits(*windows: Window) -> None:
    for window in windows:
        await expect(window.connection).to_have_attribute("data-waiting", "0", timeout=BACK_MS)


async def test_ten_changes_made_offline_outlive_a_reload_and_are_saved_once(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server.url)
    for title in ("Milk", "Bread", "Cheese"):
        await here.add(title)
    await nothing_waits(here)
    await expect(there.rows).to_have_count(3)
    await here.page.wait_for_timeout(1_000)
    await kept(here.page)
    await here.context.set_offline(True)

    for number in range(6):
        await here.add(f"Offline {number}")
    await here.page.get_by_role("button", name="Delete “Bread”").click()
    await here.page.get_by_role("checkbox", name="Complete “Cheese”").click()
    for title, renamed in (("Milk", "Oat milk"), ("Offline 5", "Offline, the last")):
        editor = await here.edit(title)
        await editor.get_by_label("Title").fill(renamed)
        await editor.get_by_role("button", name="Save").click()
    titles = {"Oat milk", "Cheese", "Offline, the last", *(f"Offline {number}" for number in range(5))}
    for _ in range(2):  # as it was left, and after a reload
        await expect(here.connection).to_have_attribute("data-waiting", "10")
        await expect(here.rows).to_have_count(8)
        assert set(await here.titles()) == titles
        await expect(here.page.get_by_role("checkbox", name="Reopen “Cheese”")).to_be_checked()
        await here.page.reload()
    await expect(here.connection).not_to_have_attribute("data-state", "live")

    await here.context.set_offline(False)
    await nothing_waits(here)
    await here.is_live()
    for window in (here, there):
        await expect(window.row("Offline, the last")).to_have_count(1)
        await expect(window.rows).to_have_count(8)
        assert set(await window.titles()) == titles
    assert await saved(here, server.url) == Counter(titles)
    assert there.complaints == []
