"""What fails again and again is left alone; what failed now and then is not."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from jobs import set_aside as set_aside_module
from jobs.set_aside import TRIES, SetAside
from resolvers.log.events import Event, EventType
from tests.jobs.people import metric

EVENT = Event(
    user_id=UUID(int=1),
    seq=7,
    event_id=UUID(int=2),
    type=EventType.TASK_UPDATED,
    aggregate_id=UUID(int=3),
    schema_version=1,
    correlation_id="",
    changed=(),
    data={},
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
)


def fail(set_aside: SetAside, event: Event, times: int = 1) -> None:
    for _ in range(times):
        set_aside.failed(event, ValueError("on purpose"))


def test_an_event_is_set_aside_after_so_many_tries_and_that_is_told_once():
    set_aside = SetAside()
    before = metric("taskflow_events_set_aside_total")
    with capture_logs() as logs:
        fail(set_aside, EVENT, TRIES - 1)
        assert EVENT not in set_aside
        assert logs == []
        fail(set_aside, EVENT, 3)
    assert EVENT in set_aside
    assert [entry["event_id"] for entry in logs] == [str(EVENT.event_id)]
    assert metric("taskflow_events_set_aside_total") == before + 1


def test_what_went_out_in_the_end_begins_anew():
    set_aside = SetAside()
    for _ in range(3):
        fail(set_aside, EVENT, TRIES - 1)
        set_aside.published(EVENT)
        assert (len(set_aside), EVENT in set_aside) == (0, False)


def test_where_very_many_are_at_fault_it_is_hardly_the_events_and_they_are_tried_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(set_aside_module, "SET_ASIDE_EVENTS", 10)
    set_aside = SetAside()
    events = [replace(EVENT, event_id=uuid4()) for _ in range(11)]
    for event in events[:10]:
        fail(set_aside, event, TRIES)
    assert all(event in set_aside for event in events[:10])
    fail(set_aside, events[10])
    assert len(set_aside) == 1
    assert not any(event in set_aside for event in events)
