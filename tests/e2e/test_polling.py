"""Where something on the way lets no WebSocket through, as some offices' proxies do."""

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.e2e.app import BACK_MS, Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_without_websockets_it_is_live_all_the_same(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    email = await window.sign_up()
    blocked = True

    async def on_the_way(socket: WebSocketRoute) -> None:
        if blocked:
            await socket.close(code=1011)
        else:
            socket.connect_to_server()

    context = await browser.new_context()
    office = Window(context, await context.new_page())
    await office.page.route_web_socket("**/graphql", on_the_way)
    await office.page.goto(server.url)
    await office.log_in(email)
    await expect(office.connection).to_have_attribute("data-state", "polling", timeout=BACK_MS)

    for number in range(3):
        await window.add(f"From elsewhere {number}")
        await expect(office.rows.filter(has_text=f"From elsewhere {number}")).to_be_visible()
    await office.add("From the office")
    await expect(window.rows.filter(has_text="From the office")).to_be_visible()
    await expect(office.connection).to_have_attribute("data-state", "polling")

    blocked = False
    await expect(office.connection).to_have_attribute("data-state", "live", timeout=BACK_MS)
    await window.add("At once")
    await expect(office.rows.filter(has_text="At once")).to_be_visible()
    await expect(office.rows).to_have_count(5)
    assert window.complaints == []
