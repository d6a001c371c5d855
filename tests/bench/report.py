"""The table: TaskFlow, the floor, and the first divided by the second."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.bench.scenarios import Measured
from tests.bench.web_probe import Frames

WIDTHS = (52, 12, 12, 12)
FRAME_WIDTHS = (52, 11, 9, 10, 9, 9)


@dataclass(frozen=True, slots=True)
class Section:
    """One load on both."""

    title: str
    #: What its operations are: create or delivery.
    of: str
    taskflow: Measured
    floor: Measured


def table(sections: Sequence[Section]) -> str:
    lines = [_line("", "TaskFlow", "floor", "ratio")]
    for section in sections:
        rounds = max(section.taskflow.rounds, section.floor.rounds)
        lines += ["", f"{section.title} (rounds: {rounds})"]
        for label, figure in _figures(section):
            ours, least = figure(section.taskflow), figure(section.floor)
            ratio = f"{ours / least:.3g}" if least else "-"
            lines.append(_line(f"  {label}", number(ours), number(least), ratio))
        for name, measured in (("TaskFlow", section.taskflow), ("the floor", section.floor)):
            if measured.client_cpu > 0.9 * measured.seconds:
                lines.append(f"  ! the client had no time left against {name}: the rate is the client's")
    return "\n".join(lines)


def lateness_table(titles: Sequence[str], databases: dict[str, list[Measured]]) -> str:
    """`databases` has what was measured on each, in the order of the titles."""
    unused = [""] * (len(WIDTHS) - 1 - len(databases))
    lines = [_line("", *databases, *unused)]
    for title, *measured in zip(titles, *databases.values(), strict=True):
        lines += ["", title]
        for label, figure in _lateness_figures():
            lines.append(_line(f"  {label}", *(number(figure(each)) for each in measured), *unused))
    return "\n".join(lines)


def frames_table(found: dict[str, Frames]) -> str:
    lines = [_line("", "frame p50", "worst", "task p50", "worst", "all p50", widths=FRAME_WIDTHS)]
    for what, frames in found.items():
        cells = (
            *(quantile(frames.frames, 50), max(frames.frames)),
            *(quantile(frames.tasks, 50), max(frames.tasks)),
            quantile(frames.cpu, 50),
        )
        lines.append(
            _line(f"  {what} ({len(frames.frames)} times)", *map(number, cells), widths=FRAME_WIDTHS)
        )
    return "\n".join(
        [*lines, "  longest frame; longest task and all tasks by the CPU time of the main thread [ms]"]
    )


def _lateness_figures() -> Iterator[tuple[str, Callable[[Measured], float]]]:
    for percent in (50, 99):
        yield f"rung, p{percent} [ms]", lambda m, p=percent: 1e3 * quantile(m.late, p)
    for percent in (50, 99):
        yield f"heard, p{percent} [ms]", lambda m, p=percent: 1e3 * quantile(m.delays, p)
    yield "server CPU per ring [µs]", lambda m: 1e6 * m.server_cpu / m.operations


def _figures(section: Section) -> Iterator[tuple[str, Callable[[Measured], float]]]:
    one, many = section.of, "creates" if section.of == "create" else "deliveries"
    if section.taskflow.delays:
        yield "p50 [ms]", lambda m: 1e3 * quantile(m.delays, 50)
        yield "p95 [ms]", lambda m: 1e3 * quantile(m.delays, 95)
        yield "p99 [ms]", lambda m: 1e3 * quantile(m.delays, 99)
        if section.taskflow.refused:
            yield "declined, not in the above [creates]", lambda m: m.refused
        yield "sent later than due, p99 [ms]", lambda m: 1e3 * quantile(m.late, 99)
    else:
        yield f"{many} per second [1/s]", lambda m: m.operations / m.seconds
    yield f"server CPU per {one} [µs]", lambda m: 1e6 * m.server_cpu / m.operations
    yield "server CPU [cores]", lambda m: m.server_cpu / m.seconds
    yield "client CPU [cores]", lambda m: m.client_cpu / m.seconds


def quantile(values: list[float], percent: int) -> float:
    """By nearest rank."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(*cells: str, widths: Sequence[int] = WIDTHS) -> str:
    first, *rest = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{cells[0]:<{widths[0]}}{''.join(rest)}".rstrip() if first else ""
