"""What the documents tell a reader to run or open is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "DECISIONS.md")]


def found(pattern: str) -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    return sorted({match for text in texts for match in re.findall(pattern, text, re.MULTILINE)})


def test_every_make_command_of_the_documents_is_in_the_makefile() -> None:
    targets = re.findall(r"^([a-z][a-z0-9-]*):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = found(r"(?:^|`|&& )make ([a-z][a-z0-9-]*)")
    assert {"run", "test", "check"} <= set(named) <= set(targets)


@pytest.mark.parametrize("command", found(r"python -m graphql_api ([a-z-]+)"))
def test_every_program_of_the_documents_says_how_it_is_used(command: str) -> None:
    program = [sys.executable, "-m", "graphql_api", command, "--help"]
    answer = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    assert "usage:" in answer.stdout.lower()


def test_every_link_of_the_documents_to_a_file_leads_to_one() -> None:
    links = [link for link in found(r"\]\(([^)#\s]+)") if "://" not in link and not link.startswith("/")]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_path_in_the_documents_tables_and_lists_exists() -> None:
    paths = found(r"`((?:graphql_api|jobs|migrations|resolvers|schema|tests|frontend)/[\w./-]*)`")
    built = ("frontend/out", "frontend/graphiql/dist")
    assert [path for path in paths if not Path(ROOT, path).exists() and not path.startswith(built)] == []
