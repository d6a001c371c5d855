"""What is written to stderr: one JSON object a line, whoever writes it."""

import json
import subprocess
import sys

from tests.support.server import ROOT

PROGRAM = """
from graphql_api.log_format import configure_logs
from graphql_api.settings import Settings

configure_logs(Settings(log_format="json", log_level="{level}"))

class Failing:
    def __del__(self):
        raise ValueError("while it goes")

async def never_begun():
    pass

del_me = Failing()
del del_me
namespace = {{"__builtins__": {{}}, "coroutine": never_begun()}}
eval("(lambda: coroutine)", namespace)
exec("del coroutine", namespace)
"""


def written(level: str) -> list[dict[str, str]]:
    """By a program in which an object fails as it goes, and a coroutine goes from where Python can't warn of it."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(level=level)],
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_what_fails_where_nobody_can_be_told_is_a_line_of_the_log():
    (line,) = written("info")
    assert line["event"] == "unraisable"
    assert line["level"] == "error"
    assert "while it goes" in line["error"]


def test_a_coroutine_that_was_never_begun_is_for_those_who_look_closely():
    _, *lines = written("debug")
    assert {line["level"] for line in lines} == {"debug"}
    assert all("never_begun" in line["object"] for line in lines)


UNCAUGHT = """
import logging, threading, warnings
from graphql_api.log_format import configure_logs
from graphql_api.settings import Settings

configure_logs(Settings(log_format="json"))
logging.getLogger("uvicorn.error").error("said by %s", "a library")
warnings.warn("of a library")

def fail():
    raise ValueError("in a thread")

thread = threading.Thread(target=fail, name="worker")
thread.start()
thread.join()
raise ValueError("at last")
"""


def test_whatever_writes_to_stderr_writes_lines_of_the_same_form():
    done = subprocess.run(
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 1
    library, warning, thread, last = [json.loads(line) for line in done.stderr.splitlines()]
    assert (library["event"], library["level"], library["logger"]) == (
        "said by a library",
        "error",
        "uvicorn.error",
    )
    assert warning["logger"] == "py.warnings"
    assert (thread["thread"], thread["exception"][0]["exc_value"]) == ("worker", "in a thread")
    assert (last["level"], last["exception"][0]["exc_value"]) == ("critical", "at last")
