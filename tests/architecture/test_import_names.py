"""The folders at the root are imported by plain names: they must not clash with anything installed."""

import importlib
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.tree import DATA_FOLDERS, PACKAGES, ROOT, project_files


def test_no_dependency_installs_a_package_under_one_of_our_names() -> None:
    ours = {*PACKAGES, "tests"}
    assert {name: owners for name, owners in packages_distributions().items() if name in ours} == {}


@pytest.mark.parametrize("name", PACKAGES)
def test_importing_a_package_of_ours_finds_the_folder_at_the_root(name: str) -> None:
    places = importlib.import_module(name).__path__
    assert {Path(place).resolve() for place in places} == {ROOT / name}


def test_folders_of_data_hold_no_python_that_could_shadow_a_package() -> None:
    assert [path for path in project_files(*DATA_FOLDERS) if path.suffix == ".py"] == []


def test_no_module_of_ours_is_named_like_one_of_the_standard_library_at_the_root() -> None:
    """Running a file puts its folder first on the path: a `logging.py` beside it would win."""
    at_root = {path.stem for path in project_files() if path.parent == ROOT and path.suffix == ".py"}
    assert at_root & (sys.stdlib_module_names | {"dapr"}) == set()
