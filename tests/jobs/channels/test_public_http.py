"""What people have us call is on the public internet, when it is added and at each connect, and is bounded."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from jobs.channels import SendFailed
from jobs.channels.addresses import Address, Resolver, is_public, resolve
from jobs.channels.public_http import ANSWER_BYTES, PublicHTTP
from resolvers.channels.adding import CHANNELS
from resolvers.errors import Invalid
from tests.services.certificates import make_ca, make_server_pem
from tests.services.ports import free_port
from tests.support.receivers import Answer, Receiver

NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.8",
    "168.63.129.16",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]


def leads_to(*answers: list[str]) -> Resolver:
    """A name server that gives these in turn, and the last one from then on."""
    left = list(answers)

    async def resolve(host: str, port: int) -> list[Address]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [ip_address(each) for each in found]

    return resolve


@pytest.fixture
async def http() -> AsyncIterator[PublicHTTP]:
    http = PublicHTTP()
    yield http
    await http.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.mark.parametrize("address", NOT_PUBLIC)
async def test_an_address_that_is_not_public_is_refused_when_added_and_when_called(address: str):
    for addresses in ([address], ["1.1.1.1", address]):
        http = PublicHTTP(resolver=leads_to(addresses))
        with pytest.raises(Invalid) as refused:
            await http.check("https://hooks.example.com/x", "url")
        assert refused.value.field == ("url",)
        with pytest.raises(SendFailed, match="not on the public internet"):
            await http.post("https://hooks.example.com/x", b"", {})
        await http.close()


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://example.com/",
        "ftp://example.com/",
        "gopher://example.com/",
        "https://",
        "https:///x",
        "//example.com/",
        "example.com",
        "",
        "https://user:password@example.com/",
        "https://user@example.com/",
        "https://example.com:0/",
        "https://example.com:22/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nX-Injected: 1",
        "https://ex\u00e4mple.com/",
        "https://[::1/",
        # By the system's own resolver, whatever it makes of them.
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://localhost/",
        "https://localhost./",
        "https://LOCALHOST/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://0/",
        "https://no.such.host.invalid/",
    ],
)
async def test_a_url_that_must_not_be_called_is_refused_when_added_and_when_called(
    http: PublicHTTP, url: str
):
    with pytest.raises(Invalid) as refused:
        await http.check(url, "url")
    assert refused.value.field == ("url",)
    with pytest.raises(SendFailed):
        await http.post(url, b"", {})


async def test_a_name_that_leads_elsewhere_once_it_was_checked_is_found_out(receiver: Receiver):
    http = PublicHTTP(resolver=leads_to(["1.1.1.1"], ["127.0.0.1"]))
    url = f"https://rebinding.example.com:{receiver.port}/"
    await http.check(url, "url")
    with pytest.raises(SendFailed, match="not on the public internet"):
        await http.post(url, b"{}", {})
    assert receiver.calls.items == []
    await http.close()


async def test_what_is_connected_to_is_the_address_that_was_checked(tmp_path: Path):
    """Were the name looked up once more for the connection, it could lead elsewhere by then. TLS is for the name."""
    authority = make_ca(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(make_server_pem(tmp_path, authority))
    names: list[str | None] = []
    serving.sni_callback = lambda _, name, __: names.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 -\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(authority))
    http = PublicHTTP(private=True, resolver=leads_to(["127.0.0.1"]), trusted=trusting)
    async with server:
        assert (await http.post(f"https://localhost:{port}/", b"", {})).status == 204
        assert names == ["localhost"]
        with pytest.raises(SendFailed, match="certificate"):
            await http.post(f"https://other.example.com:{port}/", b"", {})
        await http.close()


async def test_who_is_not_there_was_sent_nothing():
    http = PublicHTTP(private=True)
    with pytest.raises(SendFailed, match="can't be reached") as failed:
        await http.post(f"http://127.0.0.1:{free_port()}/", b"", {})
    assert not failed.value.may_have_arrived
    await http.close()


async def test_an_address_is_named_as_its_url_does(receiver: Receiver):
    http = PublicHTTP(private=True, resolver=leads_to(["127.0.0.1"]))
    for host in ("hooks.example.com", "[2606:4700::1111]"):
        await http.post(f"http://{host}:{receiver.port}/", b"", {})
        assert receiver.calls.items[-1].headers["host"] == f"{host}:{receiver.port}"
    await http.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(receiver: Receiver, status: int):
    receiver.answer = lambda call, before: Answer(status, {"location": f"{receiver.url}/elsewhere"})
    http = PublicHTTP(private=True)
    assert (await http.post(f"{receiver.url}/hook", b"", {})).status == status
    assert [call.path for call in receiver.calls.items] == ["/hook"]
    await http.close()


async def test_who_does_not_answer_is_waited_for_5_seconds(receiver: Receiver):
    receiver.answer = lambda call, before: Answer(after=60)
    http = PublicHTTP(private=True)
    async with asyncio.timeout(8):
        with pytest.raises(SendFailed, match="5 seconds") as failed:
            await http.post(receiver.url, b"", {})
    assert failed.value.may_have_arrived
    await http.close()


async def test_a_name_server_that_does_not_answer_is_waited_for_no_longer():
    async def resolve(host: str, port: int) -> list[Address]:
        await asyncio.sleep(60)
        return []

    http = PublicHTTP(resolver=resolve)
    async with asyncio.timeout(8):
        with pytest.raises(SendFailed, match="5 seconds") as failed:
            await http.post("https://example.com/", b"", {})
    assert not failed.value.may_have_arrived
    async with asyncio.timeout(8):
        with pytest.raises(Invalid):
            await http.check("https://example.com/", "url")
    await http.close()


async def test_silent_name_servers_of_one_user_hold_up_nobody_else(monkeypatch: pytest.MonkeyPatch):
    system, over = socket.getaddrinfo, threading.Event()

    def look_up(host: str, *arguments: Any, **options: Any) -> Any:
        if host == "silent.example.com":
            over.wait(30)
        return system("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    waiting = [asyncio.create_task(resolve("silent.example.com", 443)) for _ in range(CHANNELS)]
    try:
        await asyncio.sleep(0)  # all of them were handed to threads
        async with asyncio.timeout(10):
            assert await resolve("hooks.example.com", 443) == [ip_address("127.0.0.1")]
        assert not any(task.done() for task in waiting)
    finally:
        over.set()
    await asyncio.gather(*waiting)


async def test_an_answer_without_end_is_not_read_to_its_end():
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 -\r\ncontent-length: 1000000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
                sent += 65536
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    http = PublicHTTP(private=True)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert (await http.post(f"http://127.0.0.1:{port}/", b"", {})).status == 200
        await http.close()
    # What the kernel holds of it comes on top of what was read.
    assert sent < 200 * ANSWER_BYTES


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("9999999", 6 * 3600.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 +99999999999", None),
    ],
)
async def test_how_long_a_receiver_asks_to_be_left_alone(
    receiver: Receiver, header: str, seconds: float | None
):
    receiver.answer = lambda call, before: Answer(429, {"retry-after": header})
    http = PublicHTTP(private=True)
    assert (await http.post(receiver.url, b"", {})).retry_after_seconds == seconds
    await http.close()


async def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    http = PublicHTTP(private=True)
    assert (await http.post(receiver.url, b"", {})).status == 200
    await http.close()
