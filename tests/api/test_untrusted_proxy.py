"""Behind a proxy with HTTPS that is not among TRUSTED_PROXIES: PUBLIC_URL says which pages are the web app's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.client import PASSWORD, SIGN_UP, Api, open_socket
from tests.support.server import Server

HOST = "tasks.example.com"
PAGE = f"https://{HOST}"
REFRESH = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """What the proxy makes of a browser's requests. The server sees plain HTTP from somebody whom it does not know."""
    server = Server(tmp_path, PUBLIC_URL=f"https://{HOST.title()}/", TRUSTED_PROXIES="192.0.2.1")
    await server.start()
    async with Api(server.url) as api:
        api.http.headers.update({"Host": HOST, "X-Forwarded-Proto": "https"})
        yield api
    await server.stop()


async def cookie_of(api: Api) -> str:
    """Its name and value, as a browser at the page gets it by signing up."""
    input_ = {"email": "ana@example.com", "password": PASSWORD, "inCookie": True}
    request = {"query": SIGN_UP, "variables": {"input": input_}}
    answer = await api.http.post("/graphql", json=request, headers={"Origin": PAGE})
    cookie, *flags = answer.headers["set-cookie"].split("; ")
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(flags)
    return str(cookie)


async def refresh(api: Api, cookie: str, **headers: str) -> tuple[int, bool]:
    """The status, and whether it was taken for the browser's session."""
    request = {"query": REFRESH, "variables": {"input": {"inCookie": True}}}
    api.http.cookies.clear()
    answer = await api.http.post("/graphql", json=request, headers={"Cookie": cookie} | headers)
    payload = (answer.json().get("data") or {}).get("refreshSession") or {}
    return answer.status_code, payload.get("accessToken") is not None


async def test_the_web_app_stays_signed_in_and_opens_a_socket(api: Api):
    cookie = await cookie_of(api)
    assert cookie.startswith("__Host-")
    assert await refresh(api, cookie, Origin=PAGE) == (200, True)
    async with open_socket(api.url, additional_headers={"Origin": PAGE}):
        pass


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Host": "evil.example"}, 403),
        ({"Origin": f"{PAGE}.evil.example"}, 403),
        ({"Origin": f"{PAGE}:444"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        # A page without TLS may have been put there by somebody on the way. The cookie is not even looked for.
        ({"Origin": f"http://{HOST}"}, 200),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, 200),
    ],
    ids=str,
)
async def test_another_page_may_not_use_the_cookie(api: Api, headers: dict[str, str], status: int):
    cookie = await cookie_of(api)
    # Both names: a browser would never send the first over plain HTTP.
    both = f"{cookie}; taskflow={cookie.partition('=')[2]}" if status == 403 else cookie
    assert await refresh(api, both, **headers) == (status, False)


@pytest.mark.parametrize("origin", ["https://evil.example", f"{PAGE}.evil.example", "null"])
async def test_another_page_opens_no_socket(api: Api, origin: str):
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(api.url, additional_headers={"Origin": origin}):
            pass
    assert refused.value.response.status_code == 403
