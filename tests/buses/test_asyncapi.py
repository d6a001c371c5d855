"""The document of the events, and what is really published."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, ValidationError

from graphql_api.version import VERSION
from jobs.bus.asyncapi import asyncapi_document
from jobs.bus.message import encode
from resolvers.log.events import EventType
from tests.buses.test_message import EVENT
from tests.support.event_form import check_form

DOCUMENT = asyncapi_document(VERSION)
TOMBSTONE = {"id": str(EVENT.aggregate_id), "version": 3, "deletedAt": "2026-03-01T12:30:00.000000Z"}


def payload(type_: EventType) -> dict[str, Any]:
    return {"$ref": f"#/components/messages/{type_.value}/payload", "components": DOCUMENT["components"]}


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
