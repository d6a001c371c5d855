"""The document of the events, and what is really published."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError

from graphql_api.version import VERSION
from jobs.bus.asyncapi import asyncapi_document
from jobs.bus.message import encode
from resolvers.log.events import EventType
from tests.architecture.tree import ROOT
from tests.buses.test_message import EVENT
from tests.support.event_form import check_form

#: AsyncAPI's own, which npm brings with the web app's packages for development.
SCHEMAS = ROOT / "frontend" / "node_modules" / "@asyncapi" / "specs" / "schemas"
DOCUMENT = asyncapi_document(VERSION)
TOMBSTONE = {"id": str(EVENT.aggregate_id), "version": 3, "deletedAt": "2026-03-01T12:30:00.000000Z"}


def payload(type_: EventType) -> dict[str, Any]:
    return {"$ref": f"#/components/messages/{type_.value}/payload", "components": DOCUMENT["components"]}


def form_of_asyncapi() -> Draft7Validator:
    version = DOCUMENT["asyncapi"]
    return Draft7Validator(orjson.loads((SCHEMAS / f"{version}.json").read_bytes()))


def test_the_document_is_of_asyncapis_form():
    errors = [f"{error.json_path}: {error.message}" for error in form_of_asyncapi().iter_errors(DOCUMENT)]
    assert errors == []
    assert orjson.loads((ROOT / "docs" / "asyncapi.json").read_bytes()) == DOCUMENT


@pytest.mark.parametrize(
    "broken",
    [
        {"info": {"title": "without a version"}},
        {"operations": {"sends": {"action": "publish", "channel": {"$ref": "#/channels/events"}}}},
        {"channels": {"events": {"address": 1}}},
    ],
)
def test_that_form_is_one_that_tells(broken: dict[str, Any]):
    assert list(form_of_asyncapi().iter_errors(DOCUMENT | broken)) != []


def test_every_type_of_event_is_a_message_of_every_channel():
    assert set(DOCUMENT["components"]["messages"]) == set(EventType)
    for channel in DOCUMENT["channels"].values():
        assert set(channel["messages"]) == set(EventType)


def test_every_reference_leads_somewhere():
    for reference in re.findall(r'"\$ref":"#/([^"]+)"', orjson.dumps(DOCUMENT).decode()):
        found = DOCUMENT
        for name in reference.split("/"):
            found = found[name]


@pytest.mark.parametrize("changed", [(), ("title", "dueDate")])
def test_what_is_published_is_what_is_promised(changed: tuple[str, ...]):
    purged = replace(EVENT, type=EventType.TASK_PURGED, data=TOMBSTONE, changed=changed)
    told = orjson.loads(encode(purged).body)
    Draft202012Validator(payload(EventType.TASK_PURGED)).validate(told)
    with pytest.raises(ValidationError):
        Draft202012Validator(payload(EventType.TASK_DELETED)).validate(told)
    envelope = DOCUMENT["components"]["schemas"]["Envelope"]["properties"]
    assert told.keys() - {"changed"} == envelope.keys() | {"type", "dataschema", "data"}


@pytest.mark.parametrize(
    "wrong", [{"more": 1}, {"version": "3"}, {"id": "seven"}], ids=["beyond it", "of another type", "no id"]
)
def test_a_form_that_differs_is_noticed(wrong: dict[str, Any]):
    check_form(EventType.LABEL_DELETED, TOMBSTONE)
    with pytest.raises(ValidationError):
        check_form(EventType.LABEL_DELETED, TOMBSTONE | wrong)
