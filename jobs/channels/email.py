"""E-mail through the SMTP server of SMTP_URL."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from typing import override
from uuid import UUID

import aiosmtplib
from aiosmtplib import SMTP

from jobs.channels import Parcel, Refused, SendFailed
from jobs.channels.mails import Mail, mail_of_words
from jobs.channels.smtp_server import SmtpServer
from jobs.channels.words import words_of
from resolvers.channels.links import Purpose, link_token
from resolvers.tables import Channel


class _Form(EmailPolicy):
    """Lines as SMTP has them, and links whole: one that is folded is none to mail programs."""

    @override
    def fold_binary(self, name: str, value: str) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n".encode()
        return super().fold_binary(name, value)


_FORM = _Form(linesep="\r\n")
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
        await self._deliver(message, to)

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
        began = at_rest = False
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._sign_in(client)
                options = [] if to.isascii() else ["SMTPUTF8"]
                if options and not client.supports_extension("smtputf8"):
                    raise Refused("The mail server takes no address with letters beyond ASCII.")
                began = True
                content = message.as_bytes(policy=_FORM.clone(utf8=bool(options)))
                await client.sendmail(self._address, [to], content, mail_options=options)
                at_rest = True
        except TimeoutError:
            raise SendFailed(
                f"The mail server did not answer within {SEND_SECONDS:.0f} seconds.", may_have_arrived=began
            ) from None
        except aiosmtplib.SMTPRecipientsRefused as refused:
            at_rest = True
            raise _refusal([recipient.code for recipient in refused.recipients]) from None
        except aiosmtplib.SMTPDataError as answered:
            at_rest = True
            if answered.code >= 500:
                raise Refused(f"The mail server does not take this mail ({answered.code}).") from None
            raise SendFailed(
                f"The mail server wants it later ({answered.code}).", may_have_arrived=False
            ) from None
        except aiosmtplib.SMTPResponseException as answered:
            # To whom it knows us as, or lets us send: whoever keeps the server can mend that meanwhile.
            raise SendFailed(f"The mail server answered {answered.code}.", may_have_arrived=False) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
                reason = "The mail server's certificate is not valid."
            elif began:
                reason = "The mail server broke the connection off."
            else:
                reason = "The mail server can't be reached."
            raise SendFailed(reason, may_have_arrived=began) from None
        except ValueError:
            if not began:
                raise
            raise Refused("No mail can be sent to this address.") from None
        finally:
            _hang_up(client, at_rest=at_rest)

    async def _sign_in(self, client: SMTP) -> None:
        """Raises what aiosmtplib does, and SendFailed where the server would be talked to in the clear."""
        server = self._server
        await client.connect()
        await client.ehlo()
        if not server.implicit_tls:
            if client.supports_extension("starttls"):
                await client.starttls()
            elif not server.is_local:
                raise SendFailed("The mail server offers no encryption.", may_have_arrived=False)
        if server.username is not None:
            await client.login(server.username, server.password or "")


def _refusal(codes: Sequence[int]) -> SendFailed:
    if all(code >= 500 for code in codes):
        return Refused(f"The mail server does not take mail for this address ({max(codes)}).")
    return SendFailed(f"The mail server wants it later ({min(codes)}).", may_have_arrived=False)


def _hang_up(client: SMTP, *, at_rest: bool) -> None:
    """Without waiting for a goodbye: whatever becomes of that, what was taken is sent.

    at_rest  False where a mail may be half sent: the rest of it must not follow, since it is told of as not sent
    """
    if isinstance(client.transport, asyncio.WriteTransport) and not client.transport.is_closing():
        if at_rest:
            client.transport.write(b"QUIT\r\n")
        else:
            client.transport.abort()
    client.close()
