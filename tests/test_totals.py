from pathlib import Path

import pytest

from tests.totals import main

REPORT = """<testsuites><testsuite>
  <testcase name="passes"/>
  <testcase name="fails"><failure message="no"/></testcase>
  <testcase name="breaks"><error message="no"/></testcase>
  <testcase name="is left out"><skipped/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    (tmp_path / "test").mkdir()
    return tmp_path


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_the_last_line_sums_all_reports_of_all_suites(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (reports / "test" / "python.xml").write_text(REPORT)
    (reports / "test" / "web.xml").write_text("<testsuite><testcase name='passes'/></testsuite>")
    assert main(str(reports), "test=1", "check=0") == 1
    assert last_line(capsys) == "3 passed, 2 failed, 1 skipped"


def test_a_suite_that_ends_badly_without_a_failed_test_is_a_failure(
    reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (reports / "test" / "python.xml").write_text("<testsuite><testcase name='passes'/></testsuite>")
    assert main(str(reports), "test=3") == 1
    assert last_line(capsys) == "1 passed, 1 failed"


def test_a_report_cut_short_is_a_failure(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (reports / "test" / "python.xml").write_text("<testsuite><testcase")
    assert main(str(reports), "test=0") == 1
    assert last_line(capsys) == "0 passed, 1 failed"


def test_all_well_is_exit_code_zero(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (reports / "test" / "web.xml").write_text("<testsuite><testcase name='passes'/></testsuite>")
    assert main(str(reports), "test=0", "check=0") == 0
    assert last_line(capsys) == "2 passed, 0 failed"
