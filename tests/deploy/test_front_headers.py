"""compose.yaml's front server, and what Vercel builds alike: as strict with a browser as the API is."""

import signal
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from playwright.async_api import Browser, async_playwright, expect

from graphql_api.doors.browser_headers import HEADERS, NOTHING, web_app_policy
from tests.deploy.front import FRONTEND, Front, loopback_addresses
from tests.e2e.app import Window
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.test_content_policy import STOPPED, WATCH, assert_nothing_runs
from tests.support.server import Server

pytestmark = pytest.mark.deploy

API_PORT = 8000


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    [host] = loopback_addresses(1)
    front = Front(folder, [host])
    server = Server(folder, port=API_PORT, HOST=host, PUBLIC_URL=front.url)
    server.start_now()
    try:
        front.open()
        yield front
    finally:
        front.end(signal.SIGKILL)
        server.end_now(signal.SIGKILL)


@pytest.fixture
async def http(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=front.url, trust_env=False) as http:
        yield http


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


def directives(policy: str) -> dict[str, set[str]]:
    return {name: set(values) for name, *values in (each.split() for each in policy.split("; "))}


async def test_it_says_what_the_api_says_where_that_serves_the_app(http: httpx.AsyncClient):
    built = [page.read_text("utf-8") for page in (FRONTEND / ".next" / "server" / "app").rglob("*.html")]
    expected = directives(web_app_policy(built))
    for path in ("/", "/settings/", "/reset-password/", "/nowhere/"):
        answer = await http.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert directives(answer.headers["content-security-policy"]) == expected, path


async def test_what_the_api_says_of_its_own_answers_stays(http: httpx.AsyncClient):
    operation = await http.post("/graphql", json={"query": "{ __typename }"})
    assert operation.headers.get_list("content-security-policy") == [NOTHING]
    link = await http.get("/channels/unsubscribe/nonsense")
    assert link.headers.get_list("referrer-policy") == ["no-referrer"]
    assert "script-src" not in link.headers["content-security-policy"]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_only_behind_tls_browsers_are_told_to_stay_there(http: httpx.AsyncClient, scheme: str):
    answer = await http.get("/", headers={"X-Forwarded-Proto": scheme})
    told = answer.headers.get("strict-transport-security")
    assert told == ("max-age=31536000" if scheme == "https" else None)


async def test_the_app_lives_with_it_and_runs_nothing_that_was_put_into_it(front: Front, browser: Browser):
    window = await Window.open(browser, front.url)
    await window.page.add_init_script(WATCH)
    await window.sign_up()
    await window.page.reload()
    await expect(window.new_task).to_be_visible()
    assert window.complaints == []
    await assert_nothing_runs(window.page, STOPPED | {"style-src-attr inline"})
