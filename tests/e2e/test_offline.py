"""What is done while the server is away, and how a window finds its way back."""

import asyncio
from collections import Counter

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

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
#: Five seconds, and what a busy machine takes to draw it.
LIVE_AGAIN_MS = 8_000
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
    here, there = await two_windows(browser, server)
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


async def test_what_is_loaded_later_opens_offline_as_well(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await window.add("Milk")
    await nothing_waits(window)
    await kept(window.page)
    await window.page.wait_for_timeout(1_000)
    await window.context.set_offline(True)
    await window.page.reload()

    editor = await window.edit("Milk")
    await expect(editor.get_by_label("Title")).to_have_value("Milk")
    await editor.get_by_role("button", name="Cancel").click()
    await window.page.keyboard.press("Control+k")
    await expect(window.page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    await window.page.keyboard.press("Escape")
    await window.page.get_by_role("button", name="Filter").click()
    await expect(window.page.get_by_role("dialog", name="Filter")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(window.page.get_by_role("button", name="Filter")).to_be_focused()
    await window.page.get_by_role("button", name="Calendar").click()
    await expect(window.page.get_by_role("table")).to_be_visible()


async def test_where_sockets_are_blocked_changes_come_all_the_same_and_live_is_found_again(
    browser: Browser, server: Server
) -> None:
    there = await Window.open(browser, server.url)
    email = await there.sign_up()
    here = await Window.open(browser, server.url)
    blocked = True

    async def proxy(socket: WebSocketRoute) -> None:
        if blocked:
            await socket.close(code=1011)
        else:
            socket.connect_to_server()

    await here.page.route_web_socket("**/graphql", proxy)
    await here.log_in(email)
    await expect(here.connection).to_have_attribute("data-state", "polling", timeout=BACK_MS)
    await there.add("Over HTTP")
    await expect(here.row("Over HTTP")).to_have_count(1)
    await here.add("And back")
    await expect(there.row("And back")).to_have_count(1)

    blocked = False
    await here.is_live()
    await there.add("Over a socket")
    await expect(here.row("Over a socket")).to_have_count(1, timeout=2_000)
    assert there.complaints == []


async def test_windows_are_live_again_soon_after_the_server_is(browser: Browser, server: Server) -> None:
    here, there = await two_windows(browser, server)
    for window in (here, there):
        await window.heighten()
    await server.kill()
    started = asyncio.get_running_loop().time()
    expected: list[str] = []
    while asyncio.get_running_loop().time() < started + 10:
        for window, place in ((here, "here"), (there, "there")):
            expected.append(f"{len(expected)} from {place}")
            await window.add(expected[-1])
        await asyncio.sleep(0.5)
    await server.start()
    for window in (here, there):
        await expect(window.connection).to_have_attribute("data-state", "live", timeout=LIVE_AGAIN_MS)
    await nothing_waits(here, there)
    for window in (here, there):
        await expect(window.rows).to_have_count(len(expected))
        assert Counter(await window.titles()) == Counter(expected)
    assert await saved(here, server.url) == Counter(expected)
    assert here.complaints == there.complaints == []


async def test_two_tabs_share_what_waits_and_save_each_change_once(browser: Browser, server: Server) -> None:
    one = await Window.open(browser, server.url)
    await one.sign_up()
    other = Window(one.context, await one.context.new_page())
    await other.page.goto(server.url)
    await other.is_live()
    other.email = one.email
    await one.context.set_offline(True)
    for number in range(3):
        await one.add(f"One {number}")
        await other.add(f"Other {number}")
    for tab in (one, other):
        await expect(tab.connection).to_have_attribute("data-waiting", "6")
        await expect(tab.rows).to_have_count(6)

    await one.context.set_offline(False)
    await nothing_waits(one, other)
    titles = [f"{tab} {number}" for tab in ("One", "Other") for number in range(3)]
    for tab in (one, other):
        await expect(tab.rows).to_have_count(6)
        assert sorted(await tab.titles()) == titles
    assert await saved(one, server.url) == Counter(titles)


async def test_a_tab_that_is_closed_leaves_its_changes_to_the_other(browser: Browser, server: Server) -> None:
    one = await Window.open(browser, server.url)
    await one.sign_up()
    other = Window(one.context, await one.context.new_page())
    await other.page.goto(server.url)
    await other.is_live()
    await one.context.set_offline(True)
    await one.add("Left behind")
    await expect(other.connection).to_have_attribute("data-waiting", "1")
    await one.page.close()
    await one.context.set_offline(False)
    await nothing_waits(other)
    assert await saved(one, server.url) == Counter(["Left behind"])


async def test_an_offline_edit_that_clashes_shows_both_values_until_it_is_decided(
    browser: Browser, server: Server
) -> None:
    here, there = await two_windows(browser, server)
    await here.add("Buy milk")
    await expect(there.row("Buy milk")).to_have_count(1)
    await kept(here.page)
    await here.page.wait_for_timeout(1_000)
    await here.context.set_offline(True)
    editor = await here.edit("Buy milk")
    await editor.get_by_label("Title").fill("Buy oat milk")
    await editor.get_by_role("button", name="Save").click()
    await expect(here.row("Buy oat milk")).to_have_count(1)
    await here.page.reload()
    await expect(here.row("Buy oat milk")).to_have_count(1)
    other = await there.edit("Buy milk")
    await other.get_by_label("Title").fill("Buy soy milk")
    await other.get_by_role("button", name="Save").click()
    await expect(there.row("Buy soy milk")).to_have_count(1)
    await nothing_waits(there)

    await here.context.set_offline(False)
    refused = here.page.get_by_test_id("refused")
    for _ in range(2):  # as the answer comes, and after another reload
        await expect(refused).to_contain_text("Buy oat milk", timeout=BACK_MS)
        await expect(refused).to_contain_text("Buy soy milk")
        await expect(here.row("Buy soy milk")).to_have_count(1)
        await here.page.reload()

    await refused.get_by_role("button", name="Choose").click()
    await expect(editor.get_by_label("Title")).to_have_value("Buy oat milk")
    await expect(editor.get_by_role("alert")).to_contain_text("Buy soy milk")
    await editor.get_by_role("button", name="Keep mine").click()
    await editor.get_by_role("button", name="Save").click()
    await expect(there.row("Buy oat milk")).to_have_count(1)
    await expect(refused).to_have_count(0)
    await here.page.reload()
    await expect(here.row("Buy oat milk")).to_have_count(1)
    await expect(refused).to_have_count(0)
