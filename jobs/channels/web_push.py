"""Web push: encrypted for one browser (RFC 8291), and signed so that its push service knows its sender (RFC 8292)."""

from typing import Any

import orjson
from pywebpush import WebPusher

from jobs.channels import Gone, Parcel, Refused, SendFailed
from jobs.channels.public_http import PublicHTTP
from jobs.channels.vapid import Vapid
from jobs.channels.words import LISTED, words_of
from resolvers.log.events import EventType
from resolvers.tables import Channel

#: How long the push service keeps it for a browser that is not there, in seconds.
TTL_SECONDS = 24 * 3600


class WebPushSender:
    def __init__(self, http: PublicHTTP, vapid: Vapid, public_url: str) -> None:
        self._http = http
        self._vapid = vapid
        self._public_url = public_url

    async def send(self, channel: Channel, parcel: Parcel) -> None:
        subscription = {"endpoint": channel.address, "keys": dict(channel.keys)}
        content = payload(parcel, self._public_url)
        try:
            body = WebPusher(subscription).encode(content)["body"]
        except Exception as error:  # whatever its libraries raise of keys that are none
            raise Gone("Its keys can't be used: add it again.") from error
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(TTL_SECONDS),
            "Urgency": "high",
            # One that comes again takes the place of the one that is not shown yet.
            "Topic": parcel.key.hex,
            "Authorization": self._vapid.authorization(channel.address),
        }
        answered = await self._http.post(channel.address, body, headers)
        if 200 <= answered.status < 300:
            return
        if answered.status in (404, 410):
            raise Gone("The browser no longer takes notifications here.")
        if answered.status in (400, 413):
            raise Refused(f"The push service answered {answered.status}.")
        raise SendFailed(
            f"The push service answered {answered.status}.",
            answered.retry_after_seconds,
            may_have_arrived=answered.is_maybe,
        )


def payload(parcel: Parcel, public_url: str) -> bytes:
    """JSON for the service worker: `title`, `body`, `url`, `tag` (the same for a message that comes twice); for one
    ring its `taskId` and `reminderId`; for several, `items` of `title`, `when` and `url`, and how many there are."""
    words = words_of(parcel, public_url)
    told: dict[str, Any] = {
        "title": words.title,
        "body": words.body,
        "url": words.url,
        "tag": str(parcel.key),
    }
    if len(parcel.notices) == 1:
        (notice,) = parcel.notices
        if notice.task is not None:
            told["taskId"] = str(notice.task.id)
        if notice.event.type is EventType.REMINDER_TRIGGERED:
            told["reminderId"] = str(notice.event.aggregate_id)
    elif words.lines:
        told["count"] = len(words.lines)
        told["items"] = [
            {"title": line.name, "when": line.when, "url": line.url} for line in words.lines[:LISTED]
        ]
    body = orjson.dumps(told)
    while len(body) > 3000 and told.get("items"):
        told["items"].pop()
        body = orjson.dumps(told)
    return body
