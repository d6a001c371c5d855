"""Calls that people choose the address of: to the public internet alone, bounded in time and size."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, override
from urllib.parse import urlsplit

import httpcore

from jobs.channels import SendFailed
from jobs.channels.addresses import NotAllowed, Resolver, allowed_addresses, host_and_port, resolve
from resolvers.errors import Invalid

#: For everything: name, connection, TLS, request and answer.
CALL_SECONDS = 5.0
#: Of an answer; what lies beyond is not read.
ANSWER_BYTES = 65_536
CONNECTIONS = 64
IDLE_SECONDS = 15.0
#: However long a receiver asks to be left alone.
LONGEST_RETRY_AFTER_SECONDS = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    retry_after_seconds: float | None

    @property
    def is_maybe(self) -> bool:
        """Whether it may have been dealt with all the same: something failed, and not for want of room (503)."""
        return self.status >= 500 and self.status != 503


class PublicHTTP:
    """No redirects, proxies or cookies. The address is looked at whenever a connection is made, so that a name which
    meanwhile leads elsewhere is found out, and it is that very address which is connected to.

    private  lets plain HTTP and private addresses through: for tests and closed networks
    """

    def __init__(
        self, *, private: bool = False, resolver: Resolver = resolve, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._private = private
        self._resolver = resolver
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted or ssl.create_default_context(),
            max_connections=CONNECTIONS,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_CheckedNetwork(private=private, resolver=resolver),
        )

    async def check(self, url: str, *field: str) -> None:
        """Raises Invalid with the field where the URL must not be called."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                host, port = host_and_port(url, private=self._private)
                await allowed_addresses(host, port, private=self._private, resolver=self._resolver)
        except NotAllowed as refused:
            raise Invalid(str(refused), *field) from None
        except TimeoutError:
            raise Invalid("Its host can't be found.", *field) from None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Raises SendFailed where there is no answer."""
        began = asyncio.Event()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                host_and_port(url, private=self._private)
                return await self._post(url, body, headers, began)
        except NotAllowed as refused:
            raise SendFailed(str(refused), may_have_arrived=False) from None
        except (TimeoutError, httpcore.TimeoutException):
            raise SendFailed(
                f"It did not answer within {CALL_SECONDS:.0f} seconds.", may_have_arrived=began.is_set()
            ) from None
        except httpcore.ConnectError as error:
            secure = isinstance(error.__cause__, ssl.SSLError) or isinstance(error.__context__, ssl.SSLError)
            reason = "Its certificate is not valid." if secure else "It can't be reached."
            raise SendFailed(reason, may_have_arrived=False) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError):
            raise SendFailed("It broke the connection off.") from None

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str], began: asyncio.Event
    ) -> Answered:
        """began: set once something of it may reach the other side."""

        async def trace(step: str, _: Any) -> None:
            if step.endswith("send_request_headers.started"):
                began.set()

        sent = {
            # httpcore leaves out the brackets of an IPv6 address.
            "Host": urlsplit(url).netloc,
            "User-Agent": "TaskFlow",
            "Accept": "*/*",
            "Content-Length": str(len(body)),
            **headers,
        }
        async with self._pool.stream(
            "POST", url, headers=list(sent.items()), content=body, extensions={"trace": trace}
        ) as answer:
            received = 0
            async for chunk in answer.aiter_stream():
                received += len(chunk)
                if received > ANSWER_BYTES:
                    break  # the status is all that counts; the connection is not used again
            return Answered(answer.status, _retry_after(answer.headers))

    async def close(self) -> None:
        await self._pool.aclose()


class _CheckedNetwork(httpcore.AsyncNetworkBackend):
    def __init__(self, *, private: bool, resolver: Resolver) -> None:
        self._private = private
        self._resolver = resolver
        self._network = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self, host: str, port: int, *args: Any, **options: Any
    ) -> httpcore.AsyncNetworkStream:
        addresses = await allowed_addresses(host, port, private=self._private, resolver=self._resolver)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(str(address), port, *args, **options)
            except httpcore.ConnectError:
                continue
        return await self._network.connect_tcp(str(addresses[-1]), port, *args, **options)


def _retry_after(headers: list[tuple[bytes, bytes]]) -> float | None:
    """Seconds, from either form of the header (RFC 9110 10.2.3)."""
    value = (
        next((value for name, value in headers if name.lower() == b"retry-after"), b"")
        .decode("latin-1")
        .strip()
    )
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_SECONDS)
