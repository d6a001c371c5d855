"""Where people's webhooks and push endpoints may lead to: public addresses, and never what only this server sees."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

type Address = IPv4Address | IPv6Address
#: All addresses of a host's name. Raises OSError.
type Resolver = Callable[[str, int], Awaitable[list[Address]]]

#: Threads of their own: name servers that do not answer must not keep those that passwords are hashed in. As many as
#: messages are sent at once, so that the silent ones of some do not hold up the others.
_RESOLVING = ThreadPoolExecutor(max_workers=64, thread_name_prefix="resolve")
#: A translator of the network's (RFC 6052) leads from these to the IPv4 address in the last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")
#: Addresses that only look like IPv4 (RFC 4291 2.5.5.1).
_COMPATIBLE = IPv6Network("::/96")
#: Public by its number, and yet a service that is in each machine of Azure, for that machine alone.
_AZURE = IPv4Address("168.63.129.16")
#: HTTPS, and where programs serve it that may not take a low port. Below lies what speaks other protocols.
HTTPS_PORT, LOWEST_OTHER_PORT = 443, 1024


class NotAllowed(Exception):
    """The message says why, in words for whoever gave the address."""


async def resolve(host: str, port: int) -> list[Address]:
    """By the system's resolver, in a thread. Raises OSError, also for names that are none."""
    try:
        found = await asyncio.get_running_loop().run_in_executor(
            _RESOLVING, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
    except UnicodeError as error:
        raise OSError(str(error)) from error
    # A link-local address may carry a zone behind %.
    return list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))


def is_public(address: Address) -> bool:
    """Whether it is reached through the internet alone; where an IPv4 address is wrapped in it, whether that one is."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is None and address.teredo is not None:
            wrapped = address.teredo[1]
        if wrapped is None and (address in _NAT64 or address in _COMPATIBLE):
            wrapped = IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and address != _AZURE


async def allowed_addresses(
    host: str, port: int, *, private: bool, resolver: Resolver = resolve
) -> list[Address]:
    """Where the host may be called. Every one of its addresses must be public, unless `private` ones are let through.

    Raises NotAllowed, also where the name leads nowhere.
    """
    try:
        addresses = await resolver(host, port)
    except OSError:
        addresses = []
    if not addresses:
        raise NotAllowed("Its host can't be found.")
    if not private and not all(map(is_public, addresses)):
        raise NotAllowed("Its host is not on the public internet.")
    return addresses


def host_and_port(url: str, *, private: bool) -> tuple[str, int]:
    """Raises NotAllowed where the URL must not be called whatever its host is."""
    schemes = ("https", "http") if private else ("https",)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NotAllowed("This is not a URL.") from None
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise NotAllowed(
            "A URL is of printable ASCII characters: percent-encode others, and write names in Punycode."
        )
    if parts.scheme not in schemes or not host:
        raise NotAllowed("This must be an https:// URL.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("A URL must not hold a user or password.")
    port = (HTTPS_PORT if parts.scheme == "https" else 80) if port is None else port
    if not private and port != HTTPS_PORT and port < LOWEST_OTHER_PORT:
        raise NotAllowed(f"Its port must be {HTTPS_PORT}, or {LOWEST_OTHER_PORT} and above.")
    if port == 0:
        raise NotAllowed("Its port can't be 0.")
    return host, port
