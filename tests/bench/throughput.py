"""Events at a rate, from a process that writes, over the bus, to devices at all API processes."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

from tests.bench.deployed import Replicas
from tests.bench.device import Device
from tests.bench.feeder import Change, Order
from tests.bench.feeding import Feeding, feeding
from tests.bench.load import Load, numbers, under_load
from tests.bench.post import BenchFailed
from tests.bench.report import quantile

WARM_RATE, WARM_SECONDS = 100, 3.0
#: From the last commit to the last arrival.
ARRIVAL_SECONDS = 60.0
#: A rate is kept where so much of it was made, and p95 is below.
KEPT_SHARE, KEPT_SECONDS = 0.97, 0.5
MISSED = "taskflow_live_wakeups_missed_total"


@dataclass(slots=True)
class Flow:
    """What one rate, in events a second, came to."""

    rate: float
    #: So long it was to be kept.
    seconds: float
    made: int = 0
    #: From each event's commit to its arrival, in seconds.
    delays: list[float] = field(default_factory=list)
    #: Times that a user's new events were found by the poll of the log alone.
    polled: float = 0
    #: From the first event to the last one's arrival: of that time is the CPU's.
    lasted: float = 0
    #: By process, in seconds.
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        return self.made >= KEPT_SHARE * self.rate * self.seconds and quantile(self.delays, 95) < KEPT_SECONDS


async def climb(
    target: Replicas, rates: Iterable[tuple[float, float]], beyond: Iterable[float]
) -> list[Flow]:
    """One device of each user; each rate for so many seconds, then those `beyond` until one is not kept.

    Raises BenchFailed where an event is missing, comes twice, or comes before an earlier one of its user.
    """
    target = replace(target, by_user=True)
    flows: list[Flow] = []
    async with under_load(target) as load, feeding(target.deployment) as feeder:
        for user in range(len(target.accounts)):
            await load.connect(user, 1)
        await _flow(load, target, feeder, Flow(WARM_RATE, WARM_SECONDS))
        for rate, seconds in rates:
            flows.append(await _flow(load, target, feeder, Flow(rate, seconds)))
        for rate in beyond:
            if not flows[-1].kept:
                break
            flows.append(await _flow(load, target, feeder, Flow(rate, flows[0].seconds)))
    return flows


async def _flow(load: Load, target: Replicas, feeder: Feeding, flow: Flow) -> Flow:
    count = round(flow.rate * flow.seconds)
    reserved = list(islice(numbers, count))
    users = [account.user_id for account in target.accounts]
    arrived_at: dict[int, float] = {}

    def heard(device: Device, number: int) -> None:
        arrived_at[number] = time.monotonic()

    load.heard = heard
    polled, used, begin = target.count(MISSED), target.used(feeder=feeder.pid), time.monotonic()
    changes = await feeder.make(Order(users, reserved[0], count, flow.seconds))
    committed_at = _expect(load, users, changes)
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            await load.all_delivered()
    except TimeoutError:
        raise BenchFailed(f"{len(committed_at) - len(arrived_at)} events never arrived") from None
    flow.lasted = time.monotonic() - begin
    flow.cpu = {name: seconds - used[name] for name, seconds in target.used(feeder=feeder.pid).items()}
    flow.polled = target.count(MISSED) - polled
    _check(load)
    flow.made = len(committed_at)
    flow.delays = [arrived_at[number] - at for number, at in committed_at.items()]
    return flow


def _expect(load: Load, users: list[str], changes: list[Change]) -> dict[int, float]:
    """By number, when it was committed; the load is told what its devices are to be told, and in which order."""
    committed_at = {}
    user_of = {user: number for number, user in enumerate(users)}
    for change in sorted(changes, key=lambda change: (change.user, change.seq)):
        told = range(change.first, change.first + change.count)
        load.made[user_of[change.user]] += told
        committed_at.update(dict.fromkeys(told, change.at))
    return committed_at


def _check(load: Load) -> None:
    load.check_failure()
    for user, (device,) in load.devices.items():
        if device.numbers == load.made[user]:
            continue
        told, made = Counter(device.numbers), Counter(load.made[user])
        raise BenchFailed(
            f"of the events of one user {(made - told).total()} are missing, {(told - made).total()} came "
            "twice, and the others may be out of order"
        )
