"""What the documents tell a reader to run or open is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "DECISIONS.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


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


def headings(document: Path) -> set[str]:
    """As GitHub makes anchors of them."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_of_the_documents_leads_to_a_file_and_to_a_heading_in_it() -> None:
    links = [
        (document, link)
        for document in DOCUMENTS
        for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith("/")
    ]
    assert links
    wrong = []
    for document, link in links:
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in headings(target)):
            wrong.append((document.name, link))
    assert wrong == []


def test_every_path_in_the_documents_tables_and_lists_exists() -> None:
    paths = found(r"`((?:graphql_api|jobs|migrations|resolvers|schema|tests|frontend)/[\w./-]*)`")
    built = ("frontend/out", "frontend/graphiql/dist")
    assert [path for path in paths if not Path(ROOT, path).exists() and not path.startswith(built)] == []
