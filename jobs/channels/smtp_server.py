"""SMTP_URL, read."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """implicit_tls: from the first byte (smtps). Otherwise STARTTLS, which only a server on this host may lack."""

    host: str
    port: int
    implicit_tls: bool
    username: str | None
    password: str | None

    @property
    def is_local(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_smtp_url(url: str) -> SmtpServer:
    """Raises ValueError, whose words never hold the password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("can't be read: is its port a number, and its password percent-encoded?") from None
    if parts.scheme not in PORTS or not host or parts.path.strip("/") or parts.query:
        raise ValueError("is smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465")
    return SmtpServer(
        host=host,
        port=port or PORTS[parts.scheme],
        implicit_tls=parts.scheme == "smtps",
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
