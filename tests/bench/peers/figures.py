"""What is made of rounds: medians, spreads, and ratios that are each of one round."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from tests.bench.peers.loads import Load, Outcome

type Figure = Callable[[Outcome], float]


def cpu_per_request(outcome: Outcome) -> float:
    return 1e6 * outcome.server_cpu / max(outcome.count, 1)


def database_cpu_per_request(outcome: Outcome) -> float:
    return 1e6 * outcome.database_cpu / max(outcome.count, 1)


def cpu_per_delivery(outcome: Outcome) -> float:
    return 1e6 * outcome.server_cpu / max(outcome.delivered, 1)


def delivered_p95(outcome: Outcome) -> float:
    return float(outcome.result["Deliveries"]["P95"])


def memory_per_socket(sockets: int) -> Figure:
    return lambda outcome: outcome.grown / sockets / 1024


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of TaskFlow's is to be at most `aim` times that of the other; None where it is only told."""

    ours: str
    other: str
    aim: float | None = None


@dataclass(slots=True)
class Row:
    title: str
    unit: str
    #: None where it is measured otherwise.
    load: Load | None
    #: By name, in the order in which they take turns.
    servers: list[str]
    figure: Figure
    beside: list[Beside]
    #: Whether each round has processes of its own: what one has once taken from the system it keeps.
    fresh: bool = False
    rounds: dict[str, list[Outcome]] = field(default_factory=dict)

    def figures(self, server: str) -> list[float]:
        return [self.figure(outcome) for outcome in self.rounds.get(server, [])]

    def ratios(self, beside: Beside) -> list[float]:
        pairs = zip(self.figures(beside.ours), self.figures(beside.other), strict=False)
        return [ours / other for ours, other in pairs if other]


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison, and how near its aim it is."""

    title: str
    unit: str
    other: str
    ours: list[float]
    others: list[float]
    ratios: list[float]
    aim: float | None

    @property
    def met(self) -> bool | None:
        return None if self.aim is None else median(self.ratios) <= self.aim


def lines(rows: list[Row]) -> list[Line]:
    """Without those of which one side could not be had."""
    return [
        Line(row.title, row.unit, at.other, row.figures(at.ours), row.figures(at.other), ratios, at.aim)
        for row in rows
        for at in row.beside
        if (ratios := row.ratios(at))
    ]
