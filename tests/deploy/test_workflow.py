"""The workflow: of GitHub's form, and it runs and publishes what is here."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphql_api.version import VERSION
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.deploy

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
#: For what .ci/run needs itself, and its first set-up.
INSTALLATION_MINUTES = 15
JOBS: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


def test_it_is_of_githubs_form():
    check = Path(sys.executable).with_name("check-jsonschema")
    subprocess.run([check, "--builtin-schema", "vendor.github-workflows", WORKFLOW], check=True, timeout=60)


def test_it_runs_what_guards_a_change_and_publishes_only_then():
    assert {"run": "bash .ci/run"} in JOBS["guard"]["steps"]
    assert JOBS["publish"]["needs"] == "guard"
    assert JOBS["publish"]["if"] == "github.ref_type == 'tag'"


def test_it_has_the_python_that_the_code_is_for_and_the_time_that_the_suites_may_take():
    python = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["python_version"]
    steps = JOBS["guard"]["steps"]
    installed, runs = {"run": f"uv python install {python}"}, {"run": "bash .ci/run"}
    assert steps.index(installed) < steps.index(runs)
    limit = re.search(r"SECONDS \+ (\d+) \* 60", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert limit
    assert JOBS["guard"]["timeout-minutes"] >= int(limit[1]) + INSTALLATION_MINUTES


def test_it_publishes_every_image_there_is_with_the_arguments_that_they_take():
    images = JOBS["publish"]["strategy"]["matrix"]["include"]
    assert {ROOT / image["file"] for image in images} == {
        ROOT / "Dockerfile",
        ROOT / "frontend" / "Dockerfile",
    }
    [arguments] = [
        step["with"]["build-args"]
        for step in JOBS["publish"]["steps"]
        if "build-args" in step.get("with", {})
    ]
    given = {line.partition("=")[0] for line in arguments.splitlines()}
    for image in images:
        assert given <= set(
            re.findall(r"^ARG (\w+)", (ROOT / image["file"]).read_text("utf-8"), re.MULTILINE)
        )


def test_what_people_are_told_to_pull_is_what_it_publishes():
    published = {image["image"] for image in JOBS["publish"]["strategy"]["matrix"]["include"]}
    for file in ("helm/taskflow/values.yaml", "docs/deployment.md"):
        assert set(re.findall(r"ghcr\.io/OWNER/([\w-]+)", (ROOT / file).read_text("utf-8"))) == published


def test_a_tag_that_is_not_the_codes_own_version_publishes_nothing():
    [guard] = [step["run"] for step in JOBS["publish"]["steps"] if "version.py" in step.get("run", "")]
    for tag, status in (("v0.0.0", 1), (f"v{VERSION}", 0)):
        done = subprocess.run(
            ["bash", "-ec", guard],
            cwd=ROOT,
            env={"GITHUB_REF_NAME": tag, "PATH": "/usr/bin:/bin"},
            check=False,
        )
        assert done.returncode == status
