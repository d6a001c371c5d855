"""Signing in, leaving, and who comes next."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Route, expect

from tests.e2e.app import BACK_MS, NEW_HERE, Window
from tests.support.server import Server

pytestmark = pytest.mark.e2e


async def test_one_stays_signed_in_until_one_logs_out(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    email = await window.sign_up()
    await window.add("Still here")
    await expect(window.row("Still here")).to_have_count(1)
    await window.page.reload()
    await expect(window.row("Still here")).to_have_count(1)

    tab = await window.context.new_page()  # two tabs refresh one session at the same time
    await asyncio.gather(window.page.reload(), tab.goto(server.url))
    await expect(window.row("Still here")).to_have_count(1)
    await expect(tab.get_by_test_id("task-row")).to_have_count(1)

    await window.page.get_by_role("button", name="Log out").click()
    await expect(window.page.get_by_role("button", name="Log in")).to_be_visible()
    await window.page.reload()
    await expect(window.page.get_by_role("button", name="Log in")).to_be_visible()
    await window.log_in(email, "not the password")
    await expect(window.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    await window.log_in(email)
    await expect(window.row("Still here")).to_have_count(1)
    assert await window.page.evaluate("Object.keys(localStorage).concat(document.cookie)") == [""]
    assert window.complaints == []


async def test_a_refused_sign_up_says_why_at_its_field(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.page.get_by_role("button", name=NEW_HERE).click()
    await window.page.get_by_label("Email").fill("ana@example.com")
    await window.page.get_by_label("Password").fill("short")
    await window.page.get_by_role("button", name="Sign up").click()
    password = window.page.get_by_label("Password")
    await expect(password).to_have_attribute("aria-invalid", "true")
    await expect(password).to_have_accessible_description(re.compile("8"))
    assert window.complaints == []


async def test_what_waits_here_never_lands_with_whoever_logs_in_next(
    browser: Browser, server: Server
) -> None:
    ana = await Window.open(browser, server.url)
    await ana.sign_up("Ana")
    cut = re.compile("/graphql$")

    async def hold(route: Route) -> None:  # this tab's requests, and what is new from all of them
        mine = "CreateTask" in (route.request.post_data or "") or route.request.frame.page == ana.page
        await (route.abort("connectionfailed") if mine else route.continue_())

    await ana.context.route(cut, hold)
    await ana.add("For nobody but me")
    await expect(ana.connection).to_contain_text("1 unsaved")

    bob = Window(ana.context, await ana.context.new_page())
    await bob.page.goto(server.url)
    await expect(bob.row("For nobody but me")).to_have_count(1)
    await bob.page.get_by_role("button", name="Log out").click()
    await bob.page.get_by_role("button", name="Log out anyway").click()
    await bob.sign_up("Bob")
    await ana.context.unroute(cut)
    await expect(ana.page.get_by_text("Signed out before the last changes were saved")).to_be_visible(
        timeout=BACK_MS
    )
    await ana.is_live()  # as Bob, whose cookie it is
    await ana.add("Of Bob")
    for window in (ana, bob):
        await expect(window.row("Of Bob")).to_have_count(1)
        await expect(window.rows).to_have_count(1)
    assert ana.complaints == bob.complaints == []


async def test_who_logs_out_with_unsaved_changes_is_asked_and_who_closes_the_tab_need_not_be(
    browser: Browser, server: Server
) -> None:
    window = await Window.open(browser, server.url)
    await window.sign_up()
    await server.kill()
    await window.add("Not yet saved")
    await window.page.get_by_role("button", name="Log out").click()
    question = window.page.get_by_role("dialog")
    await expect(question).to_contain_text("not on the server yet")
    await question.get_by_role("button", name="Stay").click()
    await window.page.close(run_before_unload=True)  # which asks nothing: it waits on the device
    await server.start()
    window = Window(window.context, await window.context.new_page())
    await window.page.goto(server.url)
    await expect(window.connection).to_have_attribute("data-waiting", "0", timeout=BACK_MS)
    await expect(window.row("Not yet saved")).to_have_count(1)
    assert window.complaints == []


async def test_a_fresh_token_takes_a_new_socket_and_nobody_is_told(browser: Browser, server: Server) -> None:
    window = await Window.open(browser, server.url)
    await window.page.clock.install()
    await window.page.reload()
    sockets: list[str] = []
    window.page.on("websocket", lambda socket: sockets.append(socket.url))
    await window.sign_up()
    await window.connection.evaluate(
        "element => { window.states = []; new MutationObserver(() => states.push(element.dataset.state))"
        ".observe(element, { attributes: true, childList: true, characterData: true, subtree: true }) }"
    )
    async with window.page.expect_websocket():
        await window.page.clock.fast_forward("12:30")
    await window.add("After the hand-over")
    await expect(window.row("After the hand-over")).to_have_count(1)
    await window.is_live()
    assert len(sockets) == 2
    assert set(await window.page.evaluate("states")) <= {"live"}
    assert window.complaints == []
