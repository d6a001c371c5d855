"""Two minutes of everything, after which the process holds what it held before."""

from pathlib import Path

import pytest

from tests.faults.level import hold_level

pytestmark = pytest.mark.services  # it takes its time


async def test_mixed_load_leaves_nothing_behind(tmp_path: Path):
    assert await hold_level(tmp_path, 100) == []
