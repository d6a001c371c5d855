"""Who is one stranger: an IPv4 address, or an IPv6 network, of which one household has a whole one."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

#: Providers give at least so much to each customer.
IPV6_PREFIX = 64
#: Of what is no address at all, which only a trusted proxy can have said.
NAME_CHARACTERS = 64


def address_of(scope: Scope) -> str:
    """Of the peer, or of whom a trusted proxy says that it speaks for: uvicorn has seen to that."""
    client = scope.get("client")
    return stranger(client[0]) if client else "unknown"


@lru_cache(4096)
def stranger(host: str) -> str:
    try:
        address = ip_address(host[:NAME_CHARACTERS])
    except ValueError:
        return host[:NAME_CHARACTERS]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), IPV6_PREFIX), strict=False))
    return str(address)
