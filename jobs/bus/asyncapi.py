"""The events as an AsyncAPI 3.0 document, made of the forms that the code has: for whoever reads the topic, or takes
webhooks."""

from typing import Any

from pydantic import TypeAdapter

from jobs.bus.message import CONTENT_TYPE, DEAD_TOPIC_SUFFIX, SOURCE
from resolvers.log.events import SCHEMA_VERSION, EventType
from resolvers.log.forms import FORMS

_SCHEMAS = "#/components/schemas/"
_MESSAGES = "#/components/messages/"
_UUID = {"type": "string", "format": "uuid"}
#: What every event says beside its type and `data`: CloudEvents 1.0, and its extensions.
_ENVELOPE: dict[str, dict[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": _UUID | {"description": "Of this event: what comes twice has the same one."},
    "source": {"const": SOURCE},
    "subject": _UUID | {"description": "Of the thing that it happened to."},
    "time": {"type": "string", "format": "date-time", "description": "In UTC."},
    "datacontenttype": {"const": "application/json"},
    "partitionkey": _UUID | {"description": "Of the user: the key of the message."},
    "sequence": {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Its number among the user's events: without gaps, in the order of what happened.",
    },
    "correlationid": {"type": "string", "description": "What caused it: the same as the request's."},
    "traceparent": {"type": "string", "description": "W3C Trace Context."},
}
_CHANGED = {
    "type": "string",
    "description": "For an update, the names of the fields that changed, comma-separated.",
}


def asyncapi_document(version: str, topic: str = "tasks.events") -> dict[str, Any]:
    """`version` is the release's. Objects may gain members within a major version of the events' form."""
    schemas: dict[str, Any] = {
        "Envelope": {"type": "object", "properties": _ENVELOPE, "required": list(_ENVELOPE)}
    }
    for form in dict.fromkeys(FORMS.values()):
        schema = TypeAdapter(form).json_schema(ref_template=_SCHEMAS + "{model}")
        schemas |= schema.pop("$defs", {})
        schemas[form.__name__] = schema
    names = {type_.value: {"$ref": _MESSAGES + type_.value} for type_ in EventType}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "TaskFlow's events",
            "version": version,
            "description": "Every change of every user, in structured CloudEvents 1.0, at least once. Those of one "
            "user share a partition; `sequence` says their order, and whether one is missing.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            "events": {"address": topic, "messages": names},
            "deadLetters": {
                "address": topic + DEAD_TOPIC_SUFFIX,
                "description": "What could not be dealt with, as it came.",
                "messages": names,
            },
            "webhook": {
                "address": None,
                "description": "The URL of a webhook channel, by POST, signed as Standard Webhooks are: `webhook-id`, "
                "`webhook-timestamp`, `webhook-signature`. Several at once are `application/cloudevents-batch+json`.",
                "messages": names,
            },
        },
        "operations": {
            "publish": {"action": "send", "channel": {"$ref": "#/channels/events"}},
            "setAside": {"action": "send", "channel": {"$ref": "#/channels/deadLetters"}},
            "notify": {"action": "send", "channel": {"$ref": "#/channels/webhook"}},
        },
        "components": {"messages": {type_.value: _message(type_) for type_ in EventType}, "schemas": schemas},
    }


def _message(type_: EventType) -> dict[str, Any]:
    own = {
        "type": {"const": type_.value},
        "dataschema": {"const": f"urn:taskflow:event:{type_.value}:{SCHEMA_VERSION}"},
        "data": {"$ref": _SCHEMAS + FORMS[type_].__name__},
    }
    form = {"type": "object", "properties": own | {"changed": _CHANGED}, "required": list(own)}
    return {
        "name": type_.value,
        "payload": {"allOf": [{"$ref": _SCHEMAS + "Envelope"}, form]},
        "bindings": {"kafka": {"key": _UUID | {"description": "The user's id."}}},
    }
