"""Those who are sent to: a mail server, and an HTTP server for webhooks and pushes, both real and on loopback."""

import asyncio
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

import http_ece
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SMTPSession  # noqa: N811 - what it is
from aiosmtpd.smtp import Envelope
from aiosmtpd.smtp import Session as SmtpPeer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.services.ports import free_port

DEADLINE_SECONDS = 30.0


class Journal[Item]:
    """What arrived, in order; others wait for it from any thread."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._more = Condition()

    def add(self, item: Item) -> None:
        with self._more:
            self._items.append(item)
            self._more.notify_all()

    @property
    def items(self) -> list[Item]:
        with self._more:
            return list(self._items)

    async def until(
        self, enough: Callable[[list[Item]], bool], seconds: float = DEADLINE_SECONDS
    ) -> list[Item]:
        """All that arrived, once that is enough. Raises TimeoutError."""
        if not await asyncio.to_thread(self._wait, enough, seconds):
            raise TimeoutError(f"only {len(self.items)} arrived")
        return self.items

    async def have(self, count: int, seconds: float = DEADLINE_SECONDS) -> list[Item]:
        return await self.until(lambda items: len(items) >= count, seconds)

    def _wait(self, enough: Callable[[list[Item]], bool], seconds: float) -> bool:
        with self._more:
            return self._more.wait_for(lambda: enough(self._items), seconds)


class Mailbox:
    """An SMTP server that takes all mail. `answer` may say otherwise, by the recipient: an SMTP reply, or None.

    options  of aiosmtpd's Controller
    """

    def __init__(self, **options: Any) -> None:
        self.mails: Journal[EmailMessage] = Journal()
        #: As they came, line by line.
        self.raw: list[bytes] = []
        self.answer: Callable[[str], str | None] = lambda _: None
        self._port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self._port, ready_timeout=DEADLINE_SECONDS, **options
        )

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SMTP_URL": f"smtp://127.0.0.1:{self._port}",
            "MAIL_FROM": "TaskFlow <reminders@tasks.example>",
        }

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTPSession, session: SmtpPeer, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (answer := self.answer(address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTPSession, session: SmtpPeer, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.mails.add(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def links_in(mail: EmailMessage) -> list[str]:
    """Those of the plain text."""
    part = mail.get_body(("plain",))
    assert part is not None
    return re.findall(r"https?://\S+", part.get_content())


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """headers: without content-length; after: how long it takes, in seconds."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: float = 0.0


class Receiver:
    """An HTTP server. `answer` says what each call gets, by the call and how many there were of its path before."""

    def __init__(self) -> None:
        self.calls: Journal[Call] = Journal()
        #: Those that were answered with 2xx, and whose answer the caller was there to read.
        self.taken: Journal[Call] = Journal()
        self.answer: Callable[[Call, int], Answer] = lambda call, before: Answer()
        self.port = free_port()
        self._seen: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(DEADLINE_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async def close() -> None:
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(DEADLINE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                request, *lines = head.decode("latin-1").rstrip().split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                await self._take(Call(request.split()[1], headers, body), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _take(self, call: Call, writer: asyncio.StreamWriter) -> None:
        before = self._seen.get(call.path, 0)
        self._seen[call.path] = before + 1
        answer = self.answer(call, before)
        self.calls.add(call)
        await asyncio.sleep(answer.after)
        headers = {"content-length": str(len(answer.body))} | answer.headers
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {answer.status} -\r\n{head}\r\n".encode() + answer.body)
        await writer.drain()
        if 200 <= answer.status < 300 and not answer.after:
            self.taken.add(call)


class Browser:
    """What a browser gives when it subscribes, and what it reads of what is pushed to it (RFC 8291)."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes!!!"

    @property
    def keys(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _base64url(point), "auth": _base64url(self._auth)}

    def read(self, call: Call) -> Any:
        return json.loads(
            http_ece.decrypt(call.body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        )


def events_in(call: Call) -> Iterator[dict[str, Any]]:
    """The CloudEvents of a call: one, or a batch."""
    content = call.json
    yield from content if isinstance(content, list) else [content]


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
