"""Webhooks, as a receiver that goes by the Standard Webhooks text reads them."""

import base64
import hashlib
import hmac
import json
from uuid import uuid4

import pytest

from jobs.bus.message import encode
from jobs.channels import Gone, Notice, Parcel, SendFailed
from jobs.channels.public_http import PublicHTTP
from jobs.channels.webhook import WebhookSender, signature
from resolvers.instants import instant_text
from tests.jobs.channels.things import a_channel, a_ring, a_task, a_user
from tests.support.receivers import Answer, Call, Receiver

#: The example of the reference implementations.
REFERENCE = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    1614265330,
    b'{"test": 2432232314}',
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
)


def is_genuine(call: Call, secret: str, body: bytes | None = None) -> bool:
    """Written from the text of Standard Webhooks, and on nothing of ours."""
    key = base64.b64decode(secret[len("whsec_") :])
    content = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode()
    expected = base64.b64encode(
        hmac.new(key, content + (call.body if body is None else body), hashlib.sha256).digest()
    )
    given = [each.split(",", 1) for each in call.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value.encode(), expected) for version, value in given)


def test_the_reference_example_is_signed_alike():
    secret, id_, timestamp, body, expected = REFERENCE
    assert signature(secret, id_, timestamp, body) == expected


async def test_a_call_is_signed_and_a_changed_byte_is_noticed():
    user, channel, parcel = a_user(), a_channel("WEBHOOK"), None
    with Receiver() as receiver:
        channel.address = f"{receiver.url}/hook?token=1"
        http = PublicHTTP(private=True)
        event = a_ring(user)
        parcel = Parcel(uuid4(), user, [Notice(event, a_task(user))])
        await WebhookSender(http).send(channel, parcel)
        (call,) = receiver.calls.items
        await http.close()
    secret = channel.keys["secret"]
    assert is_genuine(call, secret)
    for place in range(len(call.body)):
        changed = bytearray(call.body)
        changed[place] ^= 1
        assert not is_genuine(call, secret, bytes(changed))
    assert not is_genuine(call, "whsec_" + base64.b64encode(b"another secret").decode())
    assert call.path == "/hook?token=1"
    assert call.headers["webhook-id"] == str(parcel.key)
    assert call.headers["content-type"] == "application/cloudevents+json"
    assert call.body == encode(event).body


async def test_several_late_ones_are_a_batch_and_a_test_says_that_it_is_one():
    user, channel = a_user(), a_channel("WEBHOOK")
    with Receiver() as receiver:
        channel.address = receiver.url
        http = PublicHTTP(private=True)
        events = [a_ring(user, seq=seq) for seq in (3, 4)]
        await WebhookSender(http).send(
            channel, Parcel(uuid4(), user, [Notice(event, None) for event in events])
        )
        await WebhookSender(http).send(channel, Parcel(uuid4(), user))
        batch, test = receiver.calls.items
        await http.close()
    assert batch.headers["content-type"] == "application/cloudevents-batch+json"
    assert [each["id"] for each in batch.json] == [str(event.event_id) for event in events]
    assert is_genuine(batch, channel.keys["secret"])
    assert json.loads(test.body)["type"] == "taskflow.test"
    assert json.loads(test.body)["time"] != instant_text(channel.created_at)


@pytest.mark.parametrize(
    ("answer", "kind", "words", "retry_after"),
    [
        (Answer(500), SendFailed, "It answered 500.", None),
        (Answer(404), SendFailed, "It answered 404.", None),
        (Answer(429, {"retry-after": "3"}), SendFailed, "It answered 429.", 3.0),
        (Answer(302, {"location": "/"}), SendFailed, "redirects are not followed", None),
        (Answer(410), Gone, "wants nothing more", None),
    ],
)
async def test_what_it_answers_is_told_in_words(
    answer: Answer, kind: type[SendFailed], words: str, retry_after: float | None
):
    with Receiver() as receiver:
        receiver.answer = lambda call, before: answer
        channel, http = a_channel("WEBHOOK"), PublicHTTP(private=True)
        channel.address = receiver.url
        with pytest.raises(SendFailed, match=words) as failed:
            await WebhookSender(http).send(channel, Parcel(uuid4(), a_user()))
        await http.close()
    assert type(failed.value) is kind
    assert failed.value.retry_after_seconds == retry_after
