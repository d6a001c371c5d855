"""Which tests run beside which: a file is one worker's, and so is all that breaks things.

That starts a whole deployment each time, and expects things within seconds: two at once are more than two cores can do.
"""

from typing import Any, override

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER = "tests/faults/"


class Turns(LoadFileScheduling):
    @override
    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Turns:
    return Turns(config, log)
