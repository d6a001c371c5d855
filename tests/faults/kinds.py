"""What can happen to a deployment, each drawn at random in its details, and over when the call returns."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from tests.faults.matrix.looking import until, until_passed
from tests.support.deployment import Deployment, Link, Shape
from tests.support.server import Server

AWAY_SECONDS = 2.0, 12.0
#: Where a process that serves clients can be killed, and one that does the work.
AT_APIS = ("before_commit", "after_commit", "after_publish")
AT_WORKERS = ("in_ring", "in_effect")

type Fault = Callable[[Deployment, random.Random], Awaitable[None]]


class Service(Protocol):
    def pause(self) -> None: ...

    def resume(self) -> None: ...


async def some_time(random_: random.Random) -> None:
    await asyncio.sleep(random_.uniform(*AWAY_SECONDS))


def mortal(d: Deployment) -> list[Server]:
    """Those whose lives may end: the first of each kind lives on, where it has others beside it."""
    return d.apis[min(1, len(d.apis) - 1) :] + d.workers[1:]


async def process_killed(d: Deployment, random_: random.Random) -> None:
    server = random_.choice(mortal(d))
    await server.kill()
    await some_time(random_)
    await server.start()


async def killed_at(servers: Sequence[Server], place: str) -> bool:
    """Whichever of them comes there first, and it is started again. False where nobody came."""
    for server in servers:
        server.arm(place, "kill")

    async def somebody_came() -> bool:
        return not all(server.armed(place) for server in servers)

    with contextlib.suppress(AssertionError):
        await until(f"somebody came to {place}", somebody_came)
    dead = [server for server in servers if not server.disarm(place)]
    for server in dead:
        await server.ended()
        await server.kill()
        await server.start()
    return bool(dead)


async def process_killed_at_a_place(d: Deployment, random_: random.Random) -> None:
    # There may be nothing for this one of the workers to do: then nothing happens.
    apis, workers = d.apis[-1:], d.workers[1:] or d.apis
    place = random_.choice(AT_APIS + AT_WORKERS)
    await killed_at(workers if place in AT_WORKERS else apis, place)


async def process_restarted(d: Deployment, random_: random.Random) -> None:
    server = random_.choice(mortal(d))
    await server.stop()
    await server.start()


async def process_hung(d: Deployment, random_: random.Random) -> None:
    with paused(random_.choice(d.servers)):
        await some_time(random_)


async def loop_blocked(d: Deployment, random_: random.Random) -> None:
    server = random_.choice(d.servers)
    server.arm("loop", "block 3")
    await until_passed(server, "loop")


async def database_killed(d: Deployment, random_: random.Random) -> None:
    assert d.postgresql
    await asyncio.to_thread(d.postgresql.kill)
    await some_time(random_)
    await asyncio.to_thread(d.postgresql.start)


async def database_hung(d: Deployment, random_: random.Random) -> None:
    assert d.postgresql
    with paused(d.postgresql):
        await some_time(random_)


async def kafka_killed(d: Deployment, random_: random.Random) -> None:
    assert d.kafka
    await d.kafka.kill()
    await some_time(random_)
    await d.kafka.start()


async def kafka_wiped(d: Deployment, random_: random.Random) -> None:
    assert d.kafka
    await d.kafka.kill()
    d.kafka.wipe()
    await some_time(random_)
    await d.kafka.start()


async def kafka_hung(d: Deployment, random_: random.Random) -> None:
    assert d.kafka
    with paused(d.kafka):
        await some_time(random_)


async def redis_killed(d: Deployment, random_: random.Random) -> None:
    assert d.redis
    d.redis.kill()
    await some_time(random_)
    d.redis.start()


async def redis_hung(d: Deployment, random_: random.Random) -> None:
    assert d.redis
    with paused(d.redis):
        await some_time(random_)


async def sidecar_killed(d: Deployment, random_: random.Random) -> None:
    sidecar = random_.choice(d.sidecars)
    await sidecar.kill()
    await some_time(random_)
    await sidecar.start()


async def sidecar_hung(d: Deployment, random_: random.Random) -> None:
    with paused(random_.choice(d.sidecars)):
        await some_time(random_)


async def link_cut(d: Deployment, random_: random.Random) -> None:
    """All connections of one process to one of its services end, several times."""
    proxies = d.proxies[random_.choice(list(d.proxies))]
    proxy = random_.choice(proxies)
    for _ in range(5):
        proxy.cut(reset=random_.random() < 0.5)
        await asyncio.sleep(random_.uniform(0.1, 1))


async def link_held(d: Deployment, random_: random.Random) -> None:
    proxy = random_.choice(d.proxies[random_.choice(list(d.proxies))])
    proxy.hold()
    await some_time(random_)
    proxy.heal()


async def answers_lost(d: Deployment, random_: random.Random) -> None:
    proxy = random_.choice(d.proxies[random_.choice(list(d.proxies))])
    proxy.lose_replies()
    await some_time(random_)
    proxy.heal()


@contextmanager
def paused(service: Service) -> Iterator[None]:
    service.pause()
    try:
        yield
    finally:
        service.resume()


def faults_of(d: Deployment) -> list[Fault]:
    faults: list[Fault] = [process_killed, process_killed_at_a_place, process_restarted]
    faults += [process_hung, loop_blocked]
    if d.postgresql:
        faults += [database_killed, database_hung]
    if d.kafka:
        faults += [kafka_killed, kafka_wiped, kafka_hung]
    if d.redis:
        faults += [redis_killed, redis_hung]
    if d.sidecars:
        faults += [sidecar_killed, sidecar_hung]
    if d.proxies:
        faults += [link_cut, link_held, answers_lost]
    return faults


def links_of(shape: Shape) -> list[Link]:
    present: dict[Link, bool] = {
        "database": shape.postgresql,
        "kafka": shape.bus == "kafka",
        "redis": shape.redis,
    }
    return [link for link, there in present.items() if there]
