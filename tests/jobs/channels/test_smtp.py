"""What goes on between us and a mail server, from the connection to the answer that it has the mail."""

import asyncio
import dataclasses
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from jobs.channels import Notice, Parcel, Refused, SendFailed
from jobs.channels.email import EmailSender
from jobs.channels.smtp_server import SmtpServer, read_smtp_url
from tests.jobs.channels.things import a_channel, a_ring, a_task, a_user
from tests.services.certificates import make_ca, make_server_pem
from tests.services.ports import free_port
from tests.support.receivers import Mailbox

HOME = "https://tasks.example.com"
LOGIN = ("app", "s:e@c/ret")


def sender(mailbox: Mailbox, scheme: str = "smtp", login: str = "") -> EmailSender:
    url = mailbox.environment["SMTP_URL"].replace("smtp://", f"{scheme}://{login}")
    return EmailSender(read_smtp_url(url), mailbox.environment["MAIL_FROM"], HOME)


async def send(sender: EmailSender, to: str = "ana@example.com", title: str | None = None) -> None:
    user = a_user()
    task = a_task(user) if title is None else a_task(user, title=title)
    notices = [Notice(a_ring(user, task.id), task)]
    await sender.send(a_channel("EMAIL", address=to), Parcel(uuid4(), user, notices))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("550 no such mailbox", Refused), ("450 later", SendFailed), ("421 going", SendFailed)],
)
async def test_what_the_mail_server_says_of_an_address(answer: str, kind: type[SendFailed]):
    with Mailbox() as mailbox:
        mailbox.answer = lambda address: answer
        with pytest.raises(SendFailed) as failed:
            await send(sender(mailbox))
    assert type(failed.value) is kind
    assert "no such mailbox" not in failed.value.reason


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("554 looks like spam", Refused), ("451 later", SendFailed), ("452 full", SendFailed)],
)
async def test_what_the_mail_server_says_of_a_mail(answer: str, kind: type[SendFailed]):
    class Reader(Mailbox):
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
            return answer

    with Reader() as mailbox, pytest.raises(SendFailed) as failed:
        await send(sender(mailbox))
    assert type(failed.value) is kind
    assert not failed.value.may_have_arrived or kind is Refused
    assert "spam" not in failed.value.reason


async def test_who_may_not_send_yet_tries_again():
    """Whoever keeps the mail server can mend that; the mail itself was not refused."""

    class Guarded(Mailbox):
        async def handle_MAIL(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
            return "530 sign in first"

    with Guarded() as mailbox, pytest.raises(SendFailed) as failed:
        await send(sender(mailbox))
    assert (type(failed.value), failed.value.may_have_arrived) == (SendFailed, False)


async def test_a_mail_that_was_taken_is_sent_however_the_server_parts():
    """Were the goodbye waited for, a mail would be sent again and again by a server that is slow to say it."""

    class Silent(Mailbox):
        async def handle_QUIT(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
            await asyncio.Event().wait()
            return "221 bye"

    with Silent() as mailbox:
        async with asyncio.timeout(10):
            await send(sender(mailbox))
        assert len(mailbox.mails.items) == 1


async def test_what_is_known_of_a_mail_that_was_not_taken():
    away = EmailSender(read_smtp_url(f"smtp://127.0.0.1:{free_port()}"), "a@b.example", HOME)
    with pytest.raises(SendFailed, match="can't be reached") as failed:
        await send(away)
    assert not failed.value.may_have_arrived

    class Breaking(Mailbox):
        async def handle_DATA(self, server: Any, *_: object) -> str:  # noqa: N802
            server.transport.abort()
            return "250 OK"

    with Breaking() as mailbox, pytest.raises(SendFailed, match="broke the connection off") as failed:
        await send(sender(mailbox))
    assert failed.value.may_have_arrived


class Elsewhere(SmtpServer):
    is_local = False


async def test_a_server_elsewhere_gets_neither_password_nor_mail_in_the_clear():
    with Mailbox() as mailbox:
        server = read_smtp_url(mailbox.environment["SMTP_URL"].replace("//", "//user:password@"))
        elsewhere = EmailSender(Elsewhere(**dataclasses.asdict(server)), "a@b.example", HOME)
        with pytest.raises(SendFailed, match="no encryption"):
            await send(elsewhere)
        assert mailbox.mails.items == []


@pytest.fixture(params=["smtp", "smtps"])
def encrypted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Mailbox, str, Path]]:
    """A mail server with a certificate and a password, the scheme of its URL, and the authority."""
    authority = make_ca(tmp_path)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(make_server_pem(tmp_path, authority))

    def check(_: object, __: object, ___: object, ____: object, data: LoginPassword) -> AuthResult:
        known = (data.login.decode(), data.password.decode()) == LOGIN
        # Where it is not "handled", aiosmtpd says no itself.
        return AuthResult(success=known, handled=known)

    tls = (
        {"tls_context": serving, "require_starttls": True}
        if request.param == "smtp"
        else {"ssl_context": serving}
    )
    login = {"authenticator": check, "auth_required": True, "auth_require_tls": request.param == "smtp"}
    with Mailbox(**tls, **login) as mailbox:
        yield mailbox, request.param, authority


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_the_way_to_the_server_is_encrypted_and_the_password_is_decoded(
    encrypted: tuple[Mailbox, str, Path], monkeypatch: pytest.MonkeyPatch
):
    mailbox, scheme, authority = encrypted
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    await send(sender(mailbox, scheme, "app:s%3Ae%40c%2Fret@"))
    assert len(mailbox.mails.items) == 1
    with pytest.raises(SendFailed, match="answered 535"):
        await send(sender(mailbox, scheme, "app:wrong@"))
    assert len(mailbox.mails.items) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    encrypted: tuple[Mailbox, str, Path],
):
    mailbox, scheme, _ = encrypted
    with pytest.raises(SendFailed, match="certificate"):
        await send(sender(mailbox, scheme, "app:s%3Ae%40c%2Fret@"))
    assert mailbox.mails.items == []


async def test_an_address_beyond_ascii_stands_in_the_mail_as_it_is():
    with Mailbox(enable_SMTPUTF8=True) as mailbox:
        await send(sender(mailbox), to="\u00fcna@ex\u00e4mple.com")
        (raw,) = mailbox.raw
    assert "\r\nTo: \u00fcna@ex\u00e4mple.com\r\n".encode() in raw
    with Mailbox(enable_SMTPUTF8=False) as mailbox:
        with pytest.raises(Refused, match="beyond ASCII"):
            await send(sender(mailbox), to="\u00fcna@example.com")
        await send(sender(mailbox))


@pytest.mark.parametrize(
    "address", ["ana@example.com>", "ana@example.com>,<bob@example.com", "a,b@example.com"]
)
async def test_an_address_that_is_none_is_refused_and_reaches_nobody(address: str):
    with Mailbox() as mailbox:
        with pytest.raises(Refused):
            await send(sender(mailbox), to=address)
        assert mailbox.mails.items == []


@pytest.mark.parametrize("title", ["\U0001f600" * 120, "\u00e9" * 60 + " x" * 20, "a" * 120, ".\n."])
async def test_headers_are_folded_as_mail_has_them_and_links_are_whole(title: str):
    with Mailbox() as mailbox:
        await send(sender(mailbox), title=title)
        (mail,), (raw,) = mailbox.mails.items, mailbox.raw
    assert mail["subject"] == " ".join(title.split())
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    # 78 at most (RFC 5322 2.1.1), and 76 with an encoded word (RFC 2047 2).
    assert all(len(line) <= 78 for line in lines if not line.startswith(b"List-Unsubscribe: "))
    (link,) = [line for line in lines if line.startswith(b"List-Unsubscribe: ")]
    assert link.decode().removeprefix("List-Unsubscribe: ") == message_from_bytes(raw)["list-unsubscribe"]
