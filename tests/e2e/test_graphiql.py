import json
import re
from contextlib import suppress
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.client import Api
from tests.support.server import Server

pytestmark = pytest.mark.e2e

EDITOR = ".graphiql-editor-tool .graphiql-editor:not(.hidden) .monaco-editor"
RESULT = ".result-window .view-lines"
#: Resolves when the page has stored which operation ran last. (The policy forbids Playwright's own polling.)
TASKS_IS_KEPT = """() => new Promise((resolve) => {
  const kept = () => JSON.parse(localStorage['graphiql:tabState'] ?? '{}').tabs?.[0]?.operationName;
  const look = () => (kept() === 'Tasks' ? resolve() : requestAnimationFrame(look));
  look();
})"""


class GraphiQL:
    """The page, what it asked for, and what the browser held against it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.addresses: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("websocket", lambda socket: self.addresses.append(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        # Chromium reports what the content security policy stopped as an error of the console.
        if message.type == "error":
            self.complaints.append(message.text)

    async def open(self, url: str) -> None:
        await self.page.goto(f"{url}/graphql")
        await expect(self.page.locator(".graphiql-query-editor .view-lines")).to_contain_text("Welcome")

    async def run(self, operation: str) -> None:
        await self.page.click(".graphiql-execute-button")
        await self.page.get_by_role("menuitem", name=operation, exact=True).click()

    async def type_headers(self, headers: dict[str, str]) -> None:
        await self.page.click("button:text-is('Headers')")
        await self.page.click(EDITOR)
        await self.page.keyboard.insert_text(json.dumps(headers))

    async def sign_up(self) -> str:
        """The account of the examples, which may be there from another test."""
        payload = await self._enter("SignUp")
        if [error["code"] for error in payload["errors"]] == ["EMAIL_TAKEN"]:
            payload = await self._enter("LogIn")
        assert payload["errors"] == []
        return str(payload["accessToken"])

    async def _enter(self, operation: str) -> dict[str, Any]:
        async with self.page.expect_response(
            lambda answer: "accessToken" in (answer.request.post_data or "")
        ) as sent:
            await self.run(operation)
        [payload] = (await (await sent.value).json())["data"].values()
        return dict(payload)


@pytest.fixture
async def graphiql(browser: Browser, server: Server) -> GraphiQL:
    graphiql = GraphiQL(await browser.new_page())
    await graphiql.open(server.url)
    return graphiql


async def test_graphiql_signs_in_through_its_headers_and_shows_an_event_of_another_device(
    graphiql: GraphiQL, server: Server
) -> None:
    token = await graphiql.sign_up()
    await graphiql.type_headers({"Authorization": f"Bearer {token}"})
    await graphiql.run("Follow")
    result = graphiql.page.locator(RESULT)
    async with Api(server.url, token) as device:
        # When the subscription has begun can't be seen on the page: what came before is not shown.
        for attempt in range(20):
            await device.mutate("createTask", "task { id }", title=f"made-elsewhere-{attempt}")
            with suppress(AssertionError):
                await expect(result).to_contain_text(f"made-elsewhere-{attempt}", timeout=1_000)
                return
    raise AssertionError(await result.inner_text())


async def test_graphiql_asks_no_other_host_and_breaks_no_content_security_policy(
    graphiql: GraphiQL, server: Server
) -> None:
    token = await graphiql.sign_up()
    await graphiql.type_headers({"Authorization": f"Bearer {token}"})
    await graphiql.run("Tasks")
    await expect(graphiql.page.locator(RESULT)).to_contain_text("totalCount")
    host = re.compile(rf"^(?:(?:https?|wss?)://127\.0\.0\.1:{server.port}/|blob:|data:)")
    assert [address for address in graphiql.addresses if not host.match(address)] == []
    assert graphiql.complaints == []


async def test_graphiql_keeps_no_token_unless_told_to(graphiql: GraphiQL) -> None:
    token = await graphiql.sign_up()
    await graphiql.type_headers({"Authorization": f"Bearer {token}"})
    await graphiql.run("Tasks")
    await expect(graphiql.page.locator(RESULT)).to_contain_text("totalCount")
    # The page writes what it keeps a moment after the last change: the header was typed before this run.
    await graphiql.page.evaluate(TASKS_IS_KEPT)
    kept = await graphiql.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert token not in kept


async def test_graphiql_says_why_the_server_closed_its_socket(graphiql: GraphiQL) -> None:
    await graphiql.run("Follow")
    await expect(graphiql.page.locator(RESULT)).to_contain_text("4403")
