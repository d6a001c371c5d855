"""Mails and pushes, as a mail program and a browser read them."""

import time
from datetime import UTC, date, datetime
from email.message import EmailMessage
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from jobs.channels import Gone, Notice, Parcel, Refused, SendFailed
from jobs.channels.email import EmailSender
from jobs.channels.public_http import PublicHTTP
from jobs.channels.smtp_server import read_smtp_url
from jobs.channels.vapid import Vapid, new_private_key
from jobs.channels.web_push import WebPushSender, payload
from jobs.channels.words import words_of
from resolvers.tables import Channel
from tests.jobs.channels.things import a_channel, a_ring, a_task, a_user
from tests.support.receivers import Answer, Browser, Mailbox, Receiver

HOME = "https://tasks.example.com"
HOSTILE = 'Pay\r\nBcc: everybody@example.com\r\n\r\n<script>alert("1")</script> \u202e \U0001f600'


def sender(mailbox: Mailbox) -> EmailSender:
    server = read_smtp_url(mailbox.environment["SMTP_URL"])
    return EmailSender(server, mailbox.environment["MAIL_FROM"], HOME)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


async def test_a_reminder_by_mail():
    user = a_user()
    task = a_task(user)
    parcel = Parcel(uuid4(), user, [Notice(a_ring(user, task.id), task)])
    with Mailbox() as mailbox:
        await sender(mailbox).send(a_channel("EMAIL"), parcel)
        (mail,), (raw,) = mailbox.mails.items, mailbox.raw
    assert mail["subject"] == "Pay the rent"
    assert mail["to"] == "ana@example.com"
    assert mail["message-id"] == f"<{parcel.key}@tasks.example>"
    for kind in ("plain", "html"):
        assert "Due Monday, 2 March, 09:30" in part(mail, kind)
        assert f"{HOME}/?task={task.id}" in part(mail, kind)
    # One click, without a page (RFC 8058): neither folded nor encoded.
    (line,) = [line for line in raw.splitlines() if line.lower().startswith(b"list-unsubscribe:")]
    assert line.startswith(f"List-Unsubscribe: <{HOME}/channels/unsubscribe/".encode())
    assert line.endswith(b">")
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


async def test_nothing_in_a_title_leaves_its_place():
    user = a_user()
    task = a_task(user, title=HOSTILE)
    with Mailbox() as mailbox:
        await sender(mailbox).send(
            a_channel("EMAIL"), Parcel(uuid4(), user, [Notice(a_ring(user, task.id), task)])
        )
        (mail,) = mailbox.mails.items
    assert mail["bcc"] is None
    assert mail["subject"].startswith("Pay Bcc: everybody@example.com <script>")
    assert "<script>" not in part(mail, "html")
    assert "&lt;script&gt;" in part(mail, "html")


async def test_many_late_ones_are_one_mail_that_lists_them():
    user = a_user()
    tasks = [a_task(user, title=f"Task {number}") for number in range(40)]
    notices = [Notice(a_ring(user, task.id, seq), task) for seq, task in enumerate(tasks)]
    with Mailbox() as mailbox:
        await sender(mailbox).send(a_channel("EMAIL"), Parcel(uuid4(), user, notices))
        (mail,) = mailbox.mails.items
    assert mail["subject"] == "40 reminders came due"
    for task in tasks:
        assert part(mail, "plain").count(f"- {task.title} (Monday, 2 March, 09:30)\n") == 1
        assert part(mail, "html").count(f"?task={task.id}") == 1


@pytest.mark.parametrize(
    ("columns", "zone", "body"),
    [
        ({"due_at": datetime(2026, 3, 2, 8, 30, tzinfo=UTC)}, "Europe/Vienna", "Due Monday, 2 March, 09:30"),
        ({"due_at": datetime(2026, 3, 2, 8, 30, tzinfo=UTC)}, "Asia/Tokyo", "Due Monday, 2 March, 17:30"),
        (
            {"due_at": datetime(2026, 3, 1, 23, tzinfo=UTC), "due_on": date(2026, 3, 2)},
            "Europe/Vienna",
            "Due Monday, 2 March",
        ),
        ({"due_at": None}, "Europe/Vienna", "You asked to be reminded of this."),
    ],
)
def test_when_it_is_due_is_told_in_the_users_zone(columns: dict[str, object], zone: str, body: str):
    user = a_user()
    user.time_zone = zone
    task = a_task(user, **columns)
    assert words_of(Parcel(uuid4(), user, [Notice(a_ring(user, task.id), task)]), HOME).body == body


class Pushed:
    def __init__(self, receiver: Receiver) -> None:
        self.vapid = Vapid(new_private_key(), "mailto:admin@tasks.example")
        self.browser = Browser(f"{receiver.url}/push/abc")
        self.channel: Channel = a_channel("WEB_PUSH", address=self.browser.endpoint, keys=self.browser.keys)
        self.http = PublicHTTP(private=True)
        self.sender = WebPushSender(self.http, self.vapid, HOME)


async def test_a_push_is_read_by_the_browser_alone_and_signed_by_this_server():
    user = a_user()
    task = a_task(user)
    event = a_ring(user, task.id)
    parcel = Parcel(uuid4(), user, [Notice(event, task)])
    with Receiver() as receiver:
        pushed = Pushed(receiver)
        await pushed.sender.send(pushed.channel, parcel)
        (call,) = receiver.calls.items
        await pushed.http.close()
    assert pushed.browser.read(call) == {
        "title": "Pay the rent",
        "body": "Due Monday, 2 March, 09:30",
        "url": f"{HOME}/?task={task.id}",
        "tag": str(parcel.key),
        "taskId": str(task.id),
        "reminderId": str(event.aggregate_id),
    }
    assert b"rent" not in call.body
    assert call.headers["topic"] == parcel.key.hex
    scheme, _, values = call.headers["authorization"].partition(" ")
    token, key = (value.partition("=")[2] for value in values.split(","))
    assert (scheme, key) == ("vapid", pushed.vapid.public_key)
    assert is_signed(token, key, audience=receiver.url)
    # No service takes more than 24 hours (RFC 8292 2), by its own clock.
    claims = jwt.decode(token, options={"verify_signature": False})
    assert 0 < claims["exp"] - time.time() < 23 * 3600
    assert not is_signed(
        token, Vapid(new_private_key(), "mailto:x@y.example").public_key, audience=receiver.url
    )


def is_signed(token: str, key: str, audience: str) -> bool:
    from base64 import urlsafe_b64decode

    point = urlsafe_b64decode(key + "=" * (-len(key) % 4))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    try:
        return bool(jwt.decode(token, public, algorithms=["ES256"], audience=audience)["sub"])
    except jwt.InvalidSignatureError:
        return False


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Gone), (410, Gone), (413, Refused), (429, SendFailed), (500, SendFailed)]
)
async def test_what_a_push_service_answers(status: int, kind: type[SendFailed]):
    with Receiver() as receiver:
        receiver.answer = lambda call, before: Answer(status)
        pushed = Pushed(receiver)
        with pytest.raises(SendFailed) as failed:
            await pushed.sender.send(pushed.channel, Parcel(uuid4(), a_user()))
        await pushed.http.close()
    assert type(failed.value) is kind


def test_a_push_of_very_many_stays_small():
    user = a_user()
    tasks = [a_task(user, title="\U0001f600" * 120) for _ in range(200)]
    notices = [Notice(a_ring(user, task.id, seq), task) for seq, task in enumerate(tasks)]
    assert len(payload(Parcel(uuid4(), user, notices), HOME)) < 3100
