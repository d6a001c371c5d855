"""Loopback ports for servers that the suite starts, and starts again at the same address."""

import random
import socket

#: Below those that Linux gives to outgoing connections. One of them could be taken while its server is down, even by a
#: client of that very server, which would then be connected to itself.
PORTS = range(15_000, 32_000)
TRIES = 100


def free_port() -> int:
    for _ in range(TRIES):
        port = random.choice(PORTS)
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("there is no free port on the loopback interface")


def free_ports(count: int) -> list[int]:
    """As many, no two alike."""
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return list(ports)
