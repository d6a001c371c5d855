"""The CloudEvents form: what other people's consumers read."""

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
        "changed": "title,dueDate",
        "data": EVENT.data,
    }


def test_what_was_encoded_is_decoded_to_the_same_event():
    assert decode(encode(EVENT).body) == EVENT


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
