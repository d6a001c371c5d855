import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

SUITE = """
import pytest
def test_passes(): pass
def test_skips(): pytest.skip("no such service")
@pytest.mark.xfail
def test_fails_as_expected(): assert False
"""


def run_suite(folder: Path, source: str, *, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_suite.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.plugins.no_skips", "-c", os.devnull, str(folder)]
    env = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_skip_fails_the_run_in_ci_and_is_named_with_its_reason(tmp_path: Path) -> None:
    run = run_suite(tmp_path, SUITE, ci="true")
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "test_suite.py::test_skips: Skipped: no such service" in run.stdout
    assert "test_fails_as_expected:" not in run.stdout


def test_a_skip_stands_elsewhere(tmp_path: Path) -> None:
    assert run_suite(tmp_path, SUITE, ci="").returncode == pytest.ExitCode.OK


def test_a_module_skipped_as_a_whole_fails_the_run_in_ci(tmp_path: Path) -> None:
    source = "import pytest\npytest.skip('no such service', allow_module_level=True)\n"
    assert run_suite(tmp_path, source, ci="true").returncode == pytest.ExitCode.TESTS_FAILED


def test_a_run_without_skips_passes_in_ci(tmp_path: Path) -> None:
    assert run_suite(tmp_path, "def test_passes(): pass\n", ci="true").returncode == pytest.ExitCode.OK
