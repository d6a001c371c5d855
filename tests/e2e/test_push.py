"""Notifications that come while no page is looked at: shown by the service worker, which does what is pressed."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.app import api_of
from tests.e2e.reach import OpenServer, PushedWindow, Reach, open_reach, until
from tests.support.client import Api

pytestmark = pytest.mark.e2e

STATE = "{ tasks { nodes { title completed } } reminders { nodes { status remindAt } } }"


async def ring_now(api: Api, title: str) -> str:
    """A task whose reminder rings at once; its id."""
    at = datetime.now(UTC) + timedelta(seconds=1)
    made = await api.mutate(
        "createTask", "task { id } errors { message }", title=title, reminders=[{"remindAt": at.isoformat()}]
    )
    assert made["errors"] == []
    return str(made["task"]["id"])


async def pushed_window(browser: Browser, reach: Reach) -> PushedWindow:
    window = await PushedWindow.open_on(browser, reach)
    await window.sign_up()
    await window.turn_on_push()
    await window.is_live()
    return window


async def test_a_push_shows_a_notification_that_opens_its_task_in_the_open_window(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        await window.page.get_by_role("link", name="Settings").click()
        await expect(window.page.get_by_role("heading", name="Settings")).to_be_visible()
        async with await api_of(window, reach.server.url) as api:
            # A browser asks for a newer one at each visit.
            assert (await api.http.get("/sw.js")).headers["cache-control"] == "no-cache"
            task_id = await ring_now(api, "Take the pizza out")
        told = await window.bring(1)
        notification = await window.shown("Take the pizza out")
        assert notification["body"] == told["body"] != ""
        assert notification["tag"] == told["tag"]
        assert notification["actions"] == ["done", "snooze"]
        assert notification["data"]["taskId"] == task_id == told["taskId"]
        await window.press("Take the pizza out")
        await expect(window.page.get_by_role("dialog").get_by_label("Title")).to_have_value(
            "Take the pizza out"
        )
        assert [page.url for page in window.context.pages] == [f"{reach.server.url}/"]
        assert window.complaints == []


async def test_done_and_snooze_work_while_no_page_is_open(browser: Browser, open_server: OpenServer) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        async with await api_of(window, reach.server.url) as api:
            await ring_now(api, "Take the pizza out")
            await window.bring(1)
            await window.shown("Take the pizza out")
            await ring_now(api, "Call the plumber")
            await window.bring(2)
            await window.shown("Call the plumber")
            await window.page.goto("about:blank")

            await window.press("Take the pizza out", "done")
            data = await api.run(STATE)
            assert {task["title"]: task["completed"] for task in data["tasks"]["nodes"]} == {
                "Take the pizza out": True,
                "Call the plumber": False,
            }
            before = datetime.now(UTC)
            await window.press("Call the plumber", "snooze")
            data = await api.run(STATE)
            [snoozed] = [
                reminder for reminder in data["reminders"]["nodes"] if reminder["status"] == "PENDING"
            ]
            minutes = (datetime.fromisoformat(snoozed["remindAt"]) - before) / timedelta(minutes=1)
            assert 9.9 < minutes < 11
            assert await window.shows_none()


async def test_what_did_not_go_through_is_told_and_can_be_tried_again(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        async with await api_of(window, reach.server.url) as api:
            await ring_now(api, "Take the pizza out")
            await window.bring(1)
            await window.shown("Take the pizza out")
            await window.page.goto("about:blank")
            await reach.server.kill()
            await window.press("Take the pizza out", "done")
            failed = await window.shown("Not saved: Take the pizza out")
            assert "can’t be reached" in failed["body"]
            await reach.server.start()
            await window.press("Not saved: Take the pizza out", "done")
            data = await api.run(STATE)
            assert [task["completed"] for task in data["tasks"]["nodes"]] == [True]

            await window.context.clear_cookies()
            await window.push(
                {"title": "Of somebody", "tag": "a", "taskId": "b", "reminderId": "c", "url": "/"}
            )
            await window.shown("Of somebody")
            await window.press("Of somebody", "done")
            assert "You are signed out." in (await window.shown("Not saved: Of somebody"))["body"]


async def test_several_late_ones_are_one_notification_that_lists_them(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        items = [{"title": f"Task {number}", "when": "Monday", "url": "/"} for number in range(3)]
        await window.push(
            {
                "title": "5 reminders came due",
                "body": "Late.",
                "url": "/",
                "tag": "k",
                "count": 5,
                "items": items,
            }
        )
        notification = await window.shown("5 reminders came due")
        assert notification["body"].split("\n") == [
            "Late.",
            "Task 0 · Monday",
            "Task 1 · Monday",
            "Task 2 · Monday",
            "and 2 more",
        ]
        assert notification["actions"] == []
        await window.push("no JSON at all")
        await window.shown("TaskFlow")


async def test_where_the_browser_is_pushed_to_the_page_does_not_tell_it_again(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        await window.page.evaluate(
            "() => { window.own = []; window.Notification = class { static permission = 'granted';"
            " constructor(title) { own.push(title); } close() {} }; }"
        )
        async with await api_of(window, reach.server.url) as api:
            await ring_now(api, "Take the pizza out")
            await window.bring(1)
            await window.shown("Take the pizza out")
            await expect(window.rings).to_contain_text("Take the pizza out")
            assert await window.page.evaluate("own") == []
            # Done in the page, it is gone from the system as well.
            await window.rings.get_by_role("button", name="Done").click()
            await expect(window.rings).to_have_count(0)
            await until(window.shows_none)


async def test_who_signs_out_is_not_pushed_to_any_more(browser: Browser, open_server: OpenServer) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        async with await api_of(window, reach.server.url) as api:
            assert len((await api.run("{ channels { id } }"))["channels"]) == 1
            await window.page.get_by_role("button", name="Log out").click()
            await expect(window.page.get_by_label("Email")).to_be_visible()
            assert (await api.run("{ channels { id } }"))["channels"] == []
        kept = "async () => [localStorage.getItem('subscribed'), await caches.has('taskflow-push')]"

        async def forgotten() -> bool:
            return bool(await window.page.evaluate(kept) == [None, False])

        await until(forgotten)
        assert window.complaints == []


async def test_a_browser_that_is_called_otherwise_goes_on_being_pushed_to(
    browser: Browser, open_server: OpenServer
) -> None:
    async with open_reach(open_server) as reach:
        window = await pushed_window(browser, reach)
        async with await api_of(window, reach.server.url) as api:
            [old] = (await api.run("{ channels { id label } }"))["channels"]
            await api.mutate(
                "updateChannel",
                "errors { message }",
                id=old["id"],
                types=["REMINDER_TRIGGERED", "TASK_CREATED"],
            )
            renewed = {"endpoint": f"{reach.receiver.url}/push/renewed", "keys": window.keys.keys}
            await window.worker.evaluate(
                """async (renewed) => {
                  const event = new Event('pushsubscriptionchange');
                  event.newSubscription = { toJSON: () => renewed };
                  await new Promise((resolve) => {
                    event.waitUntil = (work) => resolve(work);
                    dispatchEvent(event);
                  });
                }""",
                renewed,
            )
            [new] = (await api.run("{ channels { id label types } }"))["channels"]
            assert new["id"] != old["id"]
            assert new["label"] == old["label"] != ""
            assert new["types"] == ["TASK_CREATED", "REMINDER_TRIGGERED"]
            await ring_now(api, "Take the pizza out")
            calls = await reach.receiver.taken.have(1)
            assert {call.path for call in calls} == {"/push/renewed"}
