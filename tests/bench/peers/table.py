"""The tables, as Markdown: median, and least to most of the rounds."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from tests.bench.peers.figures import Line, Row, cpu_per_delivery, cpu_per_request, database_cpu_per_request
from tests.bench.peers.loads import Outcome
from tests.bench.report import number

_DETAILS: list[tuple[str, Callable[[Outcome], float]]] = [
    ("requests/s", lambda o: o.count / o.result["Seconds"]),
    ("CPU per request [µs]", cpu_per_request),
    ("PostgreSQL's [µs]", database_cpu_per_request),
    ("CPU per delivery [µs]", cpu_per_delivery),
    ("p50 [ms]", lambda o: _times(o)["P50"]),
    ("p95 [ms]", lambda o: _times(o)["P95"]),
    ("p99 [ms]", lambda o: _times(o)["P99"]),
    ("errors", lambda o: o.result["Errors"]),
    ("client [cores]", lambda o: o.result["CPUSeconds"] / o.result["Lasted"]),
]
MET = {None: "", True: "met", False: "**not met**"}
_OF_DELIVERIES = {"CPU per delivery [µs]"}


def aims(every: Sequence[Line]) -> Iterator[str]:
    yield "| | TaskFlow | beside | its own | ratio | aim | |"
    yield "|---|---|---|---|---|---|---|"
    for line in every:
        yield (
            f"| {line.title} [{line.unit}] | {spread(line.ours)} | {line.other} | {spread(line.others)} "
            f"| {spread(line.ratios)} | {'' if line.aim is None else f'≤ {line.aim:g}'} | {MET[line.met]} |"
        )


def details(rows: Sequence[Row]) -> Iterator[str]:
    names = [name for name, _ in _DETAILS]
    yield f"| | | {' | '.join(names)} |"
    yield f"|---|---|{'---|' * len(names)}"
    for row in rows:
        for server, outcomes in row.rounds.items():
            if not any(outcome.count for outcome in outcomes):
                continue
            cells = [_cell(name, figure, outcomes) for name, figure in _DETAILS]
            yield f"| {row.title} | {server} | {' | '.join(cells)} |"


def spread(values: Sequence[float]) -> str:
    if len(values) < 2:
        return number(values[0])
    return f"{number(median(values))} ({number(min(values))}–{number(max(values))})"


def _cell(name: str, figure: Callable[[Outcome], float], outcomes: Sequence[Outcome]) -> str:
    if name in _OF_DELIVERIES and not any(outcome.delivered for outcome in outcomes):
        return ""
    value = median(figure(outcome) for outcome in outcomes)
    return number(value) if value else ""


def _times(outcome: Outcome) -> dict[str, float]:
    """Of the deliveries where there are some; else of the answers."""
    found: dict[str, float] = outcome.result["Deliveries" if outcome.delivered else "Answers"]
    return found
