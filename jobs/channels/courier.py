"""All that this server can send through, by the kind of channel."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from jobs.channels import Parcel, Refused, Sender, SendFailed
from jobs.channels.email import EmailSender
from jobs.channels.mails import confirmation, password_reset
from jobs.channels.public_http import PublicHTTP
from jobs.channels.vapid import Vapid
from jobs.channels.web_push import WebPushSender
from jobs.channels.webhook import WebhookSender
from resolvers.channels.kinds import Kind
from resolvers.channels.links import Purpose, link_token
from resolvers.tables import Channel, User


class Courier:
    """email, vapid  None where the server is not set up for it.

    public_url  where people reach the web app, without a slash at the end
    """

    def __init__(
        self, http: PublicHTTP, public_url: str, email: EmailSender | None, vapid: Vapid | None
    ) -> None:
        self._http = http
        self._public_url = public_url
        self._email = email
        senders: dict[str, Sender] = {Kind.WEBHOOK: WebhookSender(http)}
        if email is not None:
            senders[Kind.EMAIL] = email
        if vapid is not None:
            senders[Kind.WEB_PUSH] = WebPushSender(http, vapid, public_url)
        self.senders: Mapping[str, Sender] = senders
        self.vapid_public_key = None if vapid is None else vapid.public_key
        #: Called when there is something new to send. Must not wait.
        self.on_wake: list[Callable[[], None]] = []

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.senders)

    async def check(self, url: str, *field: str) -> None:
        await self._http.check(url, *field)

    async def send(self, channel: Channel, parcel: Parcel) -> None:
        """Raises SendFailed, Refused, Gone."""
        sender = self.senders.get(channel.kind)
        if sender is None:
            raise SendFailed("This server is not set up to send this any more.", may_have_arrived=False)
        await sender.send(channel, parcel)

    async def try_out(self, channel: Channel, user: User) -> str | None:
        try:
            await self.send(channel, Parcel(uuid4(), user))
        except SendFailed as failed:
            return failed.reason
        return None

    async def send_letter(
        self, key: UUID, letter: Mapping[str, Any], channel: Channel | None, user: User
    ) -> None:
        """A mail of our own. Raises SendFailed, Refused."""
        if self._email is None:
            raise SendFailed("This server is not set up to send mail any more.", may_have_arrived=False)
        if letter["kind"] == "confirm" and channel is not None:
            url = f"{self._public_url}/channels/confirm/{link_token(channel, Purpose.CONFIRM)}"
            await self._email.send_mail(key, channel.address, confirmation(url))
        elif letter["kind"] == "reset":
            url = f"{self._public_url}/reset-password#token={letter['token']}"
            await self._email.send_mail(key, user.email, password_reset(url))
        else:
            raise Refused("Nothing is known of such a letter.")

    def wake(self) -> None:
        for listener in self.on_wake:
            listener()

    async def close(self) -> None:
        await self._http.close()
