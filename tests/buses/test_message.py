"""The CloudEvents form: what other people's consumers read."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from jobs.bus.message import BadMessage, UnknownType, decode, encode
from resolvers.log.events import Event, EventType

EVENT = Event(
    user_id=UUID(int=1),
    seq=7,
    event_id=UUID(int=2),
    type=EventType.TASK_UPDATED,
    aggregate_id=UUID(int=3),
    schema_version=1,
    correlation_id="from-a-test",
    changed=("title", "dueDate"),
    data={"id": str(UUID(int=3)), "title": "Zwölf Äpfel ☂"},
    created_at=datetime(2026, 3, 1, 12, 30, 0, 250_000, tzinfo=UTC),
)


def altered(**changes: object) -> bytes:
    return orjson.dumps(orjson.loads(encode(EVENT).body) | changes)


def test_an_event_is_a_structured_cloudevent_keyed_by_its_user():
    message = encode(EVENT)
    assert message.key == str(EVENT.user_id)
    assert orjson.loads(message.body) == {
        "specversion": "1.0",
        "id": str(EVENT.event_id),
        "source": "taskflow",
        "type": "task.updated",
        "subject": str(EVENT.aggregate_id),
        "time": "2026-03-01T12:30:00.250000Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:taskflow:event:task.updated:1",
        "partitionkey": str(EVENT.user_id),
        "sequence": "7",
        "correlationid": "from-a-test",
        "traceparent": "00-220d5e3e8a06fa8df4a347f7b72e9033-2554f83a1d8c551f-01",
        "changed": "title,dueDate",
        "data": EVENT.data,
    }


def test_what_was_encoded_is_decoded_to_the_same_event():
    assert decode(encode(EVENT).body) == EVENT


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("correlation_id", "trace_id"),
    [
        (TRACE, TRACE),
        (TRACE.upper(), TRACE),
        (str(UUID(TRACE)), TRACE),
        # No trace id: a hash of it is one.
        ("from-a-test", "220d5e3e8a06fa8df4a347f7b72e9033"),
        (TRACE[:-1], "bf4711fcf747459579637a230b3bd8ca"),
        ("{" + str(UUID(TRACE)) + "}", None),
        ("Zwölf", None),
        ("0" * 32, None),
        (str(UUID(int=0)), None),
    ],
)
def test_the_trace_is_that_of_the_request_where_it_has_one_and_the_same_whoever_publishes(
    correlation_id: str, trace_id: str | None
):
    event = replace(EVENT, correlation_id=correlation_id, event_id=UUID("00f067aa0ba902b7" + "0" * 16))
    version, trace, span, flags = orjson.loads(encode(event).body)["traceparent"].split("-")
    assert (version, span, flags) == ("00", "00f067aa0ba902b7", "01")
    assert len(bytes.fromhex(trace)) == 16
    assert trace == trace.lower() != "0" * 32
    if trace_id is not None:
        assert trace == trace_id
    assert encode(decode(encode(event).body)) == encode(event)


def test_a_span_is_never_all_zeros():
    assert b"-0000000000000000-" not in encode(replace(EVENT, event_id=UUID(int=7))).body


def test_an_event_without_changed_fields_says_nothing_of_them():
    created = decode(altered(changed=None))
    assert created.changed == ()


def test_a_type_of_a_later_release_is_told_apart_from_garbage():
    with pytest.raises(UnknownType):
        decode(altered(type="task.teleported"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"{}",
        altered(dataschema="urn:taskflow:event:task.updated:2"),
        altered(specversion="0.3"),
        altered(source="somebody else"),
        altered(sequence="seven"),
        altered(partitionkey="ana"),
        altered(time="2026-03-01T12:30:00"),
        altered(data="no object"),
    ],
)
def test_what_is_not_an_event_of_a_known_version_is_refused(body: bytes):
    with pytest.raises(BadMessage):
        decode(body)
