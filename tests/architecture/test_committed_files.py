"""No file carries an address or a path that means something on one machine only."""

import json
import re

import pytest

from tests.architecture.tree import ROOT, project_files

REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
LOCKS = [path for path in project_files() if path.name == "package-lock.json"]

#: A home or workplace folder; in parts, so that this file does not name one itself.
MACHINE_PATH = re.compile(rb"(?<![\w.~-])/(?:" + b"|".join((b"work", b"root", b"home/[a-z]")) + rb")/")


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_are_pinned_with_hashes_and_name_no_registry(path) -> None:  # type: ignore[no-untyped-def]
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links", text) == []
    pins = re.findall(r"^[a-z0-9][^\s=]*==[^\n]*\n((?:    --hash=sha256:[^\n]*\n)*)", text, re.MULTILINE)
    assert pins
    assert all(pins)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_npm_locks_name_no_registry(path) -> None:  # type: ignore[no-untyped-def]
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 1
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_development_requirements_pin_what_the_server_runs_on_to_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9][^\s=]*==[^\s]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_no_file_mentions_a_path_of_the_machine_it_was_written_on() -> None:
    lines = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert lines == []
