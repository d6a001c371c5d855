"""What every answer tells a browser not to do with it."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from graphql_api.doors.browser_headers import BrowserHeaders
from graphql_api.doors.web import WebFiles
from tests.support.client import Api
from tests.support.server import Server

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PUBLIC_URL = "https://tasks.example"


async def answers(api: Api) -> dict[str, httpx.Response]:
    link = (await api.run("mutation { createCalendarFeed { url errors { code } } }"))["createCalendarFeed"][
        "url"
    ]
    feed = "/" + link.split("/", 3)[3]
    query = {"query": "{ __typename }"}
    return {
        "an operation": await api.http.post("/graphql", json=query),
        "a refused one": await api.http.post("/graphql", content="{"),
        "a token in the URL": await api.http.post("/graphql?token=x", json=query),
        "GraphiQL": await api.http.get("/graphql"),
        "health": await api.http.get("/livez"),
        "metrics": await api.http.get("/metrics"),
        "keys": await api.http.get("/.well-known/jwks.json"),
        "no feed": await api.http.get("/calendar/nonsense.ics"),
        "a feed": await api.http.get(feed),
        "a link in a mail": await api.http.get("/channels/unsubscribe/nonsense"),
        "the web app": await api.http.get("/"),
        "nothing": await api.http.get("/nothing"),
        "another method": await api.http.delete("/livez"),
    }


async def test_every_answer_is_for_this_origin_alone_and_what_it_says_it_is(ana: Api):
    for name, answer in (await answers(ana)).items():
        assert {header: answer.headers.get(header) for header in ALWAYS} == ALWAYS, name
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer"), name
        assert "camera=()" in answer.headers["permissions-policy"], name
        policy = answer.headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy), name
        scripts = next((each for each in policy if each.startswith("script-src")), "")
        assert "unsafe" not in scripts, name
        assert "https:" not in " ".join(policy), name
        if not answer.headers.get("content-type", "").startswith("text/html"):
            assert set(policy) == {
                "default-src 'none'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            }, name


async def test_a_secret_address_is_told_to_no_other_page(ana: Api):
    found = await answers(ana)
    for name in ("no feed", "a feed", "a link in a mail"):
        assert found[name].headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_only_behind_tls_browsers_are_told_to_stay_there(ana: Api, scheme: str):
    """The proxy that is trusted says which it was."""
    ana.http.headers["X-Forwarded-Proto"] = scheme
    for name, answer in (await answers(ana)).items():
        told = answer.headers.get("strict-transport-security")
        assert told == ("max-age=31536000" if scheme == "https" else None), name


async def test_a_proxy_that_is_not_trusted_says_nothing_and_the_page_says_its_own_address(
    tmp_path_factory: pytest.TempPathFactory,
):
    server = Server(tmp_path_factory.mktemp("untrusted"), TRUSTED_PROXIES="10.0.0.1", PUBLIC_URL=PUBLIC_URL)
    await server.start()
    try:
        async with Api(server.url) as api:
            answer = await api.http.get("/livez", headers={"X-Forwarded-Proto": "https"})
            assert "strict-transport-security" not in answer.headers
            answer = await api.http.get("/livez", headers={"Origin": PUBLIC_URL})
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
    finally:
        await server.kill()


async def test_a_page_runs_what_was_built_and_goes_on_doing_so_when_it_is_asked_for_again(tmp_path: Path):
    """A browser takes the headers of "not modified" for those of the page that it has."""
    script, style = 'document.title = "&";', "color:red"
    page = f'<html><script>{script}</script><p style="{style}"></p><script src="/x.js"></script></html>'
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    headers = Middleware(BrowserHeaders, public_url="", web_app=tmp_path, graphiql=tmp_path / "none")
    app = Starlette(routes=[Mount("/", WebFiles(directory=tmp_path, html=True))], middleware=[headers])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        first = await http.get("/")
        again = await http.get("/", headers={"If-None-Match": first.headers["etag"]})
    policy = first.headers["content-security-policy"].split("; ")
    assert f"script-src 'self' {hash_of(script)}" in policy
    assert f"style-src-attr 'unsafe-hashes' {hash_of(style)}" in policy
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers


def hash_of(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
