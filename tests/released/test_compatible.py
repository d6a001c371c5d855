"""Nothing that the last release promised to others is broken, unless it is listed with a reason.

`schema.graphql` and `asyncapi.json` beside this file are the last release's: `make released` writes them.
"""

import json
import re
import tomllib
from copy import deepcopy
from pathlib import Path

import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes

from graphql_api.version import VERSION
from jobs.bus.asyncapi import asyncapi_document
from schema.root import export_sdl
from tests.architecture.tree import ROOT
from tests.released.event_breaks import event_breaks

HERE = Path(__file__).parent
SDL = (HERE / "schema.graphql").read_text(encoding="utf-8")
EVENTS = json.loads((HERE / "asyncapi.json").read_text(encoding="utf-8"))
ALLOWED = tomllib.loads((HERE / "allowed_breaks.toml").read_text(encoding="utf-8"))


def schema_breaks(released: str, now: str) -> set[str]:
    return {change.description for change in find_breaking_changes(build_schema(released), build_schema(now))}


def allowed(part: str) -> set[str]:
    entries = ALLOWED.get(part, [])
    assert all(entry["why"].strip() for entry in entries)
    return {entry["change"] for entry in entries}


def test_the_schema_breaks_nothing_but_what_is_listed():
    assert schema_breaks(SDL, export_sdl()) == allowed("schema")


def test_the_events_break_nothing_but_what_is_listed():
    assert set(event_breaks(EVENTS, asyncapi_document(VERSION))) == allowed("events")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("  title: String!\n", ""), "was removed"),
        (("  nodes: [Task!]!\n", "  nodes: [Task!]\n"), "changed type"),
        (("  dryRun: Boolean! = true\n", "  dryRun: Boolean! = true\n  more: Int!\n"), "equired"),
    ],
    ids=["a field is gone", "may be null", "more is demanded"],
)
def test_a_break_of_the_schema_is_noticed(change: tuple[str, str], told: str):
    assert change[0] in SDL
    assert told in " ".join(schema_breaks(SDL, SDL.replace(*change, 1)))


def test_a_break_of_the_events_is_noticed():
    now = deepcopy(EVENTS)
    del now["channels"]["webhook"]
    now["channels"]["events"]["address"] = "elsewhere"
    del now["components"]["messages"]["task.purged"]
    task = now["components"]["schemas"]["TaskData"]
    del task["properties"]["dueOn"]
    task["properties"]["title"] = {"type": "integer"}
    task["required"].remove("labelIds")
    now["components"]["schemas"]["Priority"]["enum"][1] = "LOWEST"
    # None of these is one.
    task["properties"]["more"] = {"type": "string"}
    now["components"]["messages"]["task.archived"] = {}
    now["info"]["description"] = "Other words."
    assert set(event_breaks(EVENTS, now)) == {
        "channel webhook is gone",
        "channel events has moved to elsewhere",
        "messages.task.purged is gone",
        "schemas.TaskData.properties.dueOn is gone",
        "schemas.TaskData.properties.title.type was string and is integer",
        "schemas.TaskData.required: labelIds may be missing",
        "schemas.Priority.enum[1] was LOW and is LOWEST",
    }


def test_the_last_release_is_the_newest_of_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    [newest, *_] = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", changelog, re.MULTILINE)
    assert EVENTS["info"]["version"] == newest


@pytest.mark.parametrize("package", ["frontend", "frontend/graphiql"])
def test_the_version_stands_in_one_place(package: str):
    """Packages that are never published need none."""
    assert "version" not in json.loads((ROOT / package / "package.json").read_text(encoding="utf-8"))
