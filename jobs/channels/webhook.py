"""Webhooks: events as CloudEvents, signed in the form of Standard Webhooks (standardwebhooks.com, 1.0)."""

import binascii
import hmac
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import orjson

from jobs.bus.message import CONTENT_TYPE, SOURCE, encode
from jobs.channels import Gone, Parcel, SendFailed
from jobs.channels.public_http import Answered, PublicHTTP
from resolvers.instants import instant_text
from resolvers.tables import Channel

BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
SECRET_PREFIX = "whsec_"
TEST_TYPE = "taskflow.test"


class WebhookSender:
    def __init__(self, http: PublicHTTP) -> None:
        self._http = http

    async def send(self, channel: Channel, parcel: Parcel) -> None:
        """One event is one CloudEvent; several that are late are a batch (CloudEvents JSON, 4)."""
        content_type, body = content(channel, parcel)
        id_, timestamp = str(parcel.key), int(time.time())
        headers = {
            "Content-Type": content_type,
            "webhook-id": id_,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(channel.keys["secret"], id_, timestamp, body),
        }
        _judge(await self._http.post(channel.address, body, headers))


def content(channel: Channel, parcel: Parcel) -> tuple[str, bytes]:
    """The media type and the body."""
    if not parcel.notices:
        test = {
            "specversion": "1.0",
            "id": str(parcel.key),
            "source": SOURCE,
            "type": TEST_TYPE,
            "subject": str(channel.id),
            "time": instant_text(datetime.now(UTC)),
            "datacontenttype": "application/json",
            "data": {"channelId": str(channel.id)},
        }
        return CONTENT_TYPE, orjson.dumps(test)
    events = [encode(notice.event).body for notice in parcel.notices]
    if len(events) == 1:
        return CONTENT_TYPE, events[0]
    return BATCH_CONTENT_TYPE, b"[" + b",".join(events) + b"]"


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """secret: as its owner was shown it. Raises SendFailed where that is none."""
    try:
        key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise SendFailed("Its secret can't be read.", may_have_arrived=False) from None
    signed = b".".join((id_.encode(), str(timestamp).encode(), body))
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def _judge(answered: Answered) -> None:
    if 200 <= answered.status < 300:
        return
    if answered.status == 410:
        raise Gone("It answered 410: it wants nothing more.")
    moved = " and redirects are not followed" if 300 <= answered.status < 400 else ""
    raise SendFailed(
        f"It answered {answered.status}{moved}.",
        answered.retry_after_seconds,
        may_have_arrived=answered.is_maybe,
    )
