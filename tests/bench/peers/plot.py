"""A drawing of how TaskFlow stands beside each of the others: a bar each, on a scale of powers of ten.

Aims are dashed; green is met, orange is not, and grey has none.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from statistics import median

from tests.bench.peers.figures import Line
from tests.bench.report import number

WIDTH, LEFT, RIGHT, TOP, STEP = 860, 400, 70, 56, 26
INK, FAINT = "#1a202c", "#cbd5e0"
COLOURS = {None: "#718096", True: "#2f855a", False: "#c05621"}


def svg(every: Sequence[Line], heading: str) -> str:
    return "\n".join([*_drawing(every, heading), ""])


def _drawing(every: Sequence[Line], heading: str) -> Iterator[str]:
    height = TOP + STEP * len(every) + 30
    ratios = [value for line in every for value in (median(line.ratios), line.aim or 1.0, 1.0)]
    low, high = math.floor(math.log10(min(ratios))), math.ceil(math.log10(max(ratios)))

    def x(ratio: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(ratio) - low) / (high - low)

    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    )
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    yield f'<text x="12" y="22" font-size="14" font-weight="600" fill="{INK}">{escape(heading)}</text>'
    for power in range(low, high + 1):
        at = x(10.0**power)
        yield f'<path d="M{at:.1f} {TOP - 12}V{height - 26}" stroke="{INK if power == 0 else FAINT}"/>'
        yield f'<text x="{at:.1f}" y="{height - 10}" text-anchor="middle" fill="{INK}">{10.0**power:g}</text>'
    for n, line in enumerate(every):
        y, ratio = TOP + STEP * n, median(line.ratios)
        left, right = sorted((x(1.0), x(ratio)))
        aim = x(line.aim or 1.0)
        yield (
            f'<text x="{LEFT - 10}" y="{y + 8}" text-anchor="end" fill="{INK}">'
            f"{escape(line.title)} / {escape(line.other)}</text>"
        )
        width, colour = max(right - left, 1.0), COLOURS[line.met]
        yield f'<rect x="{left:.1f}" y="{y - 4}" width="{width:.1f}" height="15" fill="{colour}"/>'
        if line.aim is not None:
            yield f'<path d="M{aim:.1f} {y - 8}v23" stroke="{INK}" stroke-width="2" stroke-dasharray="3 2"/>'
        yield f'<text x="{max(right, aim) + 6:.1f}" y="{y + 8}" fill="{INK}">{number(ratio)}</text>'
    yield "</svg>"
