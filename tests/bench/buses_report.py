"""The tables of `buses.py`."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from tests.bench.deployed import CLIENT, OTHERS
from tests.bench.report import number, quantile
from tests.bench.scenarios import Measured
from tests.bench.throughput import KEPT_SECONDS, Flow

FIRST_WIDTH, WIDTH = 46, 14
#: As soon after its answer, in seconds, a change is to be on the topic.
SOON_SECONDS = 0.1
#: Of a core, or of all of them: it is what holds everything up.
FULL = 0.9


@dataclass(slots=True)
class Way:
    """How changes fared on one deployment."""

    name: str
    sync: Measured = field(default_factory=Measured)
    #: Cores of the machine that were neither the deployment's nor the client's meanwhile, in each round.
    others: list[float] = field(default_factory=list)
    #: From the answer to the CloudEvent on the topic, in seconds; empty where there is no topic.
    topic: list[float] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    #: Why there are no figures.
    skipped: str = ""


def sync_table(ways: Sequence[Way]) -> list[str]:
    """The first is what the others are compared with."""
    base = ways[0].sync.delays
    lines = []
    for percent in (50, 95, 99):
        at_base = quantile(base, percent)
        found = [quantile(way.sync.delays, percent) for way in ways]
        lines.append(_line(f"p{percent} [ms]", [1e3 * each for each in found]))
        lines.append(_line("  more than the first [ms]", [1e3 * (each - at_base) for each in found]))
        lines.append(_line("  ratio to the first", [each / at_base for each in found]))
    lines.append(_line("sent later than due, p99 [ms]", [1e3 * quantile(way.sync.late, 99) for way in ways]))
    if any(way.sync.refused for way in ways):
        lines.append(_line("declined, not in the above", [way.sync.refused for way in ways]))
    lines.append(_line(f"CPU: {OTHERS} [cores]", [fmean(way.others) for way in ways]))
    return [_head(way.name for way in ways), *lines]


def topic_table(ways: Sequence[Way]) -> list[str]:
    lines = [_head(way.name for way in ways)]
    for label, percent in (("p50", 50), ("p99", 99), ("the last", 100)):
        lines.append(_line(f"{label} [ms]", [1e3 * quantile(way.topic, percent) for way in ways]))
    soon = [sum(each <= SOON_SECONDS for each in way.topic) for way in ways]
    lines.append(_line(f"within {1e3 * SOON_SECONDS:.0f} ms", soon))
    lines.append(_line("of", [len(way.topic) for way in ways]))
    return lines


def flows_table(flows: Sequence[Flow]) -> list[str]:
    lines = [
        _line("events to be made [1/s]", [flow.rate for flow in flows]),
        _line("made [1/s]", [flow.made / flow.seconds for flow in flows]),
        _line("for [s]", [flow.seconds for flow in flows]),
        _line("arrived once and in order", [flow.made for flow in flows]),
    ]
    for label, percent in (("p50", 50), ("p95", 95), ("p99", 99), ("the last", 100)):
        delays = [1e3 * quantile(flow.delays, percent) for flow in flows]
        lines.append(_line(f"commit to arrival, {label} [ms]", delays))
    lines.append(_line("found by the poll alone [times]", [flow.polled for flow in flows]))
    for process in flows[0].cpu:
        used = [flow.cpu[process] / flow.lasted for flow in flows]
        lines.append(_line(f"CPU: {process} [cores]", used))
    kept = max((flow.rate for flow in flows if flow.kept), default=0)
    lines.append(f"  Kept, with p95 under {1e3 * KEPT_SECONDS:.0f} ms: {kept:,.0f} events/s.")
    lines.append(f"  At {flows[-1].rate:,.0f}/s {_limit(flows[-1])}.")
    return lines


def _limit(flow: Flow) -> str:
    cores = {name: used / flow.lasted for name, used in flow.cpu.items()}
    own = {name: used for name, used in cores.items() if name not in (CLIENT, OTHERS)}
    most = sorted(own, key=lambda name: -own[name])[:3]
    shares = ", ".join(f"{name} {own[name]:.2f}" for name in most)
    if sum(cores.values()) > FULL * (os.cpu_count() or 1):
        return f"the machine has no more to give: {shares}; {OTHERS} {cores[OTHERS]:.2f} cores"
    if own[most[0]] > FULL:
        return f"{most[0]} has no more of its core to give: {shares} cores"
    return f"neither the machine nor a process is at its end: {shares} cores"


def _head(names: Iterable[str]) -> str:
    return f"{'':<{FIRST_WIDTH}}" + "".join(f"{name:>{WIDTH}}" for name in names)


def _line(label: str, figures: Sequence[float]) -> str:
    return f"  {label:<{FIRST_WIDTH - 2}}" + "".join(f"{number(figure):>{WIDTH}}" for figure in figures)
