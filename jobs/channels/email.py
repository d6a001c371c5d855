"""E-mail through the SMTP server of SMTP_URL."""

import asyncio
import ssl
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from uuid import UUID

import aiosmtplib
from aiosmtplib import SMTP

from jobs.channels import Parcel, Refused, SendFailed
from jobs.channels.mails import Mail, mail_of_words
from jobs.channels.smtp_server import SmtpServer
from jobs.channels.words import words_of
from resolvers.channels.links import Purpose, link_token
from resolvers.tables import Channel

#: Lines as SMTP has them, and long ones whole: a link that is folded or encoded is none to mail programs.
_FORM = policy.SMTP.clone(max_line_length=900)
#: From the connection to the answer that it was taken.
SEND_SECONDS = 15.0


class EmailSender:
    """mail_from: `name <address>` or an address."""

    def __init__(self, server: SmtpServer, mail_from: str, public_url: str) -> None:
        self._server = server
        self._name, self._address = parseaddr(mail_from)
        self._domain = self._address.rpartition("@")[2]
        self._public_url = public_url

    async def send(self, channel: Channel, parcel: Parcel) -> None:
        url = f"{self._public_url}/channels/unsubscribe/{link_token(channel, Purpose.UNSUBSCRIBE)}"
        mail = mail_of_words(words_of(parcel, self._public_url), url)
        one_click = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        await self.send_mail(parcel.key, channel.address, mail, one_click)

    async def send_mail(self, key: UUID, to: str, mail: Mail, headers: dict[str, str] | None = None) -> None:
        """key: its Message-ID, by which a mailbox tells that it has it. Raises SendFailed, Refused."""
        message = EmailMessage()
        message["From"] = formataddr((self._name or "TaskFlow", self._address))
        message["To"] = to
        # Nothing of a user's may end the header.
        message["Subject"] = " ".join(mail.subject.split())
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{key}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        for name, value in (headers or {}).items():
            message[name] = value
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._deliver(message, to)
        except TimeoutError:
            raise SendFailed(f"The mail server did not answer within {SEND_SECONDS:.0f} seconds.") from None
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = {recipient.code for recipient in refused.recipients}
            if all(code >= 500 for code in codes):
                raise Refused(
                    f"The mail server does not take mail for this address ({max(codes)})."
                ) from None
            raise SendFailed(
                f"The mail server wants it later ({min(codes)}).", may_have_arrived=False
            ) from None
        except aiosmtplib.SMTPResponseException as answered:
            raise SendFailed(f"The mail server answered {answered.code}.", may_have_arrived=False) from None
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError):
            raise SendFailed("The mail server can't be reached.") from None

    async def _deliver(self, message: EmailMessage, to: str) -> None:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            # By hand, so that a server that no longer offers it is refused, and not talked to in the clear.
            start_tls=False,
            timeout=SEND_SECONDS,
        )
        async with client:
            await client.ehlo()
            if not server.implicit_tls and (client.supports_extension("starttls") or not server.is_local):
                await client.starttls()
            if server.username is not None:
                await client.login(server.username, server.password or "")
            options = []
            if not to.isascii():
                if not client.supports_extension("smtputf8"):
                    raise Refused("The mail server takes no address with letters beyond ASCII.")
                options.append("SMTPUTF8")
            await client.sendmail(self._address, [to], message.as_bytes(policy=_FORM), mail_options=options)
