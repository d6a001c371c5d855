"""What a browser has to load before the app is there."""

import re

import httpx
import pytest

from tests.support.server import Server

pytestmark = pytest.mark.e2e

MOST_BYTES = 300_000
SCRIPT = re.compile(r'<script src="([^"]+)"([^>]*)>')


async def scripts(url: str) -> dict[str, int]:
    """The scripts that the page names, and how many bytes of each are sent."""
    # Browsers take brotli as well, which is smaller, but not over plain HTTP.
    async with httpx.AsyncClient(base_url=url, headers={"Accept-Encoding": "gzip"}) as http:
        page = (await http.get("/")).text
        paths = [path for path, how in SCRIPT.findall(page) if "noModule" not in how]
        return {path: (await http.get(path)).num_bytes_downloaded for path in paths}


async def test_the_script_of_the_first_load_is_small(server: Server) -> None:
    sizes = await scripts(server.url)
    assert len(sizes) > 5
    assert 100_000 < sum(sizes.values()) < MOST_BYTES, sizes


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)])
async def test_pages_come_compressed_as_the_browser_takes_them(
    server: Server, accepted: str, encoding: str | None
) -> None:
    async with (
        httpx.AsyncClient(base_url=server.url) as http,
        http.stream("GET", "/", headers={"Accept-Encoding": accepted}) as answer,
    ):
        size = sum([len(part) async for part in answer.aiter_raw()])
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert (size < 4_000) == (encoding is not None)
