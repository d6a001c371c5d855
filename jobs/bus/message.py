"""Events as CloudEvents 1.0 in structured JSON: one form, whatever bus carries it."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from resolvers.instants import instant_text
from resolvers.log.events import SCHEMA_VERSION, Event, EventType

SOURCE = "taskflow"
CONTENT_TYPE = "application/cloudevents+json"
#: Behind the name of the topic of events.
DEAD_TOPIC_SUFFIX = ".dlq"
TRACE_BYTES, SPAN_BYTES = 16, 8
#: A UUID, or the trace id of the request that caused the event.
_TRACE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class BadMessage(Exception):
    """Not an event, or of a major version that this release does not know: for the dead letters."""


class UnknownType(Exception):
    """An event of a type that a later release added: counted, and passed over."""


@dataclass(frozen=True, slots=True)
class Message:
    """key: the user's id, so that a user's events keep to one partition; body: the CloudEvent."""

    key: str
    body: bytes


def encode(event: Event) -> Message:
    key = str(event.user_id)
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": SOURCE,
        "type": event.type.value,
        "subject": str(event.aggregate_id),
        "time": instant_text(event.created_at),
        "datacontenttype": "application/json",
        "dataschema": f"urn:taskflow:event:{event.type.value}:{event.schema_version}",
        "partitionkey": key,
        "sequence": str(event.seq),
        "correlationid": event.correlation_id,
        "traceparent": traceparent(event),
        "data": event.data,
    }
    if event.changed:
        # An extension attribute is a string, never a list.
        envelope["changed"] = ",".join(event.changed)
    return Message(key, orjson.dumps(envelope))


def traceparent(event: Event) -> str:
    """The W3C trace context of the event, made of what the log keeps: who publishes it again says the same."""
    return f"00-{trace_of(event.correlation_id).hex()}-{span_of(event.event_id).hex()}-01"


def trace_of(correlation_id: str) -> bytes:
    trace = bytes.fromhex(correlation_id.replace("-", "")) if _TRACE_ID.fullmatch(correlation_id) else b""
    # All zeros mean "none" there.
    return trace if any(trace) else blake2b(correlation_id.encode(), digest_size=TRACE_BYTES).digest()


def span_of(event_id: UUID) -> bytes:
    span = event_id.bytes[:SPAN_BYTES]
    return span if any(span) else blake2b(event_id.bytes, digest_size=SPAN_BYTES).digest()


def decode(body: bytes | str) -> Event:
    """Raises BadMessage, or UnknownType."""
    try:
        envelope = orjson.loads(body)
        version = int(envelope["dataschema"].rpartition(":")[2])
        if envelope["specversion"] != "1.0" or envelope["source"] != SOURCE or version > SCHEMA_VERSION:
            raise BadMessage("an envelope of another version")
        known = envelope["type"] in EventType
        if not known:
            raise UnknownType(str(envelope["type"]))
        created_at = datetime.fromisoformat(envelope["time"])
        if created_at.tzinfo is None or not isinstance(envelope["data"], dict):
            raise BadMessage("an envelope without an instant or an object")
        return Event(
            user_id=UUID(envelope["partitionkey"]),
            seq=int(envelope["sequence"]),
            event_id=UUID(envelope["id"]),
            type=EventType(envelope["type"]),
            aggregate_id=UUID(envelope["subject"]),
            schema_version=version,
            correlation_id=str(envelope["correlationid"]),
            changed=tuple(envelope["changed"].split(",")) if envelope.get("changed") else (),
            data=envelope["data"],
            created_at=created_at,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadMessage(f"not an event: {error!r}") from error
