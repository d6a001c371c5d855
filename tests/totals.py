"""One line that counts several suites: `python -m tests.totals FOLDER SUITE=EXIT_CODE …`

A suite's figures come from its JUnit reports, FOLDER/SUITE/*.xml. One that ended badly without saying which
test failed counts as one failure; one that ended well and keeps no report (a check) counts as one pass. The
last line is the sum, in the form `N passed, N failed`, and the exit code says whether anything failed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET


class Count(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        line = f"{self.passed} passed, {self.failed} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line

    def plus(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def count_suite(reports: Path, exit_code: int) -> Count:
    """What the reports say, corrected by how the suite ended."""
    count = Count()
    for report in sorted(reports.glob("*.xml")):
        count = count.plus(count_report(report))
    if exit_code != 0 and count.failed == 0:
        return count._replace(failed=1)
    return count if any(count) else Count(passed=1)


def count_report(report: Path) -> Count:
    try:
        cases = [{child.tag for child in case} for case in ET.parse(report).getroot().iter("testcase")]
    except ET.ParseError:
        return Count(failed=1)
    failed = sum(bool(kinds & {"failure", "error"}) for kinds in cases)
    skipped = sum("skipped" in kinds for kinds in cases)
    return Count(len(cases) - failed - skipped, failed, skipped)


def main(folder: str, *suites: str) -> int:
    total = Count()
    for suite in suites:
        name, _, exit_code = suite.partition("=")
        count = count_suite(Path(folder, name), int(exit_code))
        print(f"{name}: {count}")
        total = total.plus(count)
    print(total)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
