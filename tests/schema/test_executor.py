"""What is read off objects in short is what graphql-core would answer: on random selections, and on bad values."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from typing import Any, NewType, cast
from uuid import UUID, uuid4

import pytest
import strawberry
from graphql import ExecutionResult, parse
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.config import StrawberryConfig

from resolvers.database import Database
from resolvers.labels import create_label
from resolvers.log.event_log import EventFilter, read_after, read_position
from resolvers.log.events import EventType
from resolvers.projects import create_project
from resolvers.recurrences.change import NewRecurrence
from resolvers.reminders.change import NewReminder
from resolvers.tables import SignInSession
from resolvers.tasks import NewTask
from resolvers.tasks.complete import complete_task
from resolvers.viewer import Viewer
from schema import execute as executing
from schema.context import Context
from schema.documents import Documents, Request, RequestRefused
from schema.execute import execute
from schema.executor import ReadingExecutor
from schema.root import build_schema
from schema.types.event import Event
from tests.fuzz.requests import Selections
from tests.fuzz.values import Known, Values
from tests.jobs.people import People

SCHEMA = build_schema()
DOCUMENTS = Documents(SCHEMA, production=False)
ROOTS = {
    "tasks(first: 100) { nodes %s totalCount }": "Task",
    "events(first: 100) { nodes %s pageInfo { endCursor hasNextPage } }": "Event",
    "projects(first: 10) { nodes %s }": "Project",
    "labels(first: 10) { nodes %s }": "Label",
    "viewer %s": "User",
}


@pytest.fixture
async def context(database: Database) -> Context:
    """Of somebody who has one of everything."""
    people = People(database)
    user, now = await people.join(), await people.now()
    project = await people.do(user, lambda tx: create_project(tx, None, "Home", "#0369a1"))
    label = await people.do(user, lambda tx: create_label(tx, None, "soon", "#0369a1"))
    assert project is not None
    assert label is not None
    parent: str | None = None
    for title in ("a", "b", "c"):
        new = NewTask(
            title=title,
            due_at=now.replace(microsecond=0),
            project_id=str(project.id),
            label_ids=[str(label.id)],
            parent_id=parent,
            recurrence=NewRecurrence(rule="FREQ=DAILY") if parent is None else None,
            reminders=[NewReminder(remind_at=now + timedelta(days=1))],
        )
        parent = str(await people._create(user, new))
    done = await people._create(user, NewTask(title="bare"))
    await people.do(user, lambda tx: complete_task(tx, str(done), None))
    session = uuid4()
    async with database.transaction() as rows:
        rows.add(
            SignInSession(
                id=session,
                user_id=user,
                token_hash=b"",
                rotation_key=b"",
                created_at=now,
                last_used_at=now,
                expires_at=now,
            )
        )
    nothing = cast("Any", None)
    return Context(database, people.log, nothing, nothing, nothing, nothing, "", viewer=Viewer(user, session))


async def answer(context: Context, text: str) -> object:
    try:
        prepared = DOCUMENTS.prepare(Request(text, None, None))
        return await execute(SCHEMA, prepared, context.fresh(), None)
    except RequestRefused as refused:
        return [error.formatted for error in refused.errors]


async def test_random_selections_are_answered_as_by_graphql_core(
    context: Context, monkeypatch: pytest.MonkeyPatch
):
    context.database.clock = lambda: datetime(2026, 5, 4, tzinfo=UTC)
    seed = Random().randrange(10**6)
    print(f"seed {seed}")
    random = Random(seed)
    shown = 0
    for _ in range(150):
        root, type_ = random.choice([*ROOTS.items()])
        values = Values(random, Known(), type_, wild=1000)
        text = "{ %s }" % (root % Selections(values).selection(SCHEMA._schema.type_map[type_]))
        ours = await answer(context, text)
        with monkeypatch.context() as patch:
            patch.setattr(executing, "ReadingExecutor", Executor)
            theirs = await answer(context, text)
        assert ours == theirs, text
        assert repr(ours) == repr(theirs), text  # in the order of the query, too
        shown += "'data': {" in repr(ours)
    assert shown > 100


def events_of(context: Context, fields: str) -> ReadingExecutor:
    document = parse(f"subscription {{ events {{ {fields} }} }}")
    executor = ReadingExecutor.build(SCHEMA._schema, document, context_value=context, hide_suggestions=True)
    assert isinstance(executor, ReadingExecutor)
    return executor


async def test_a_subscription_that_lasts_does_not_grow(context: Context):
    async with context.database.read() as session:
        position = await read_position(session, context.signed_in.user_id)
        assert position is not None
        # Of the others something is read, and awaited.
        wanted = EventFilter(
            types=frozenset({EventType.TASK_CREATED, EventType.PROJECT_CREATED, EventType.LABEL_CREATED})
        )
        events = await read_after(session, position.user_id, 0, 10, wanted)
    executor = events_of(
        context.fresh(), "id type cursor task { id title priority dueDate } project { name }"
    )

    def one(number: int) -> Any:
        event = Event.of(events[number % len(events)], position)
        return executor.build_per_event_executor(event).execute_operation()

    def kept() -> int:
        gc.collect()
        return sum(isinstance(thing, FieldDetails) for thing in gc.get_objects())

    for number in range(len(events)):
        result = one(number)
        assert isinstance(result, ExecutionResult)
        assert result.errors is None
    before = kept()
    for number in range(100):
        one(number)
    assert kept() == before


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


strawberry.enum(Size)


#: One that has nothing to say.
Mute = NewType("Mute", object)


@strawberry.type
class Inner:
    name: str


@strawberry.type
class Thing:
    text: str
    maybe: str | None
    id: strawberry.ID
    yes: bool
    number: int
    at: datetime | None
    size: Size
    words: list[str]
    sizes: list[Size] | None
    inner: Inner | None
    mute: Mute | None


GOOD: Mapping[str, Any] = {
    "text": "a",
    "maybe": None,
    "id": "1",
    "yes": True,
    "number": 7,
    "at": datetime(2026, 5, 4, tzinfo=UTC),
    "size": Size.LARGE,
    "words": ["a", "b"],
    "sizes": [Size.SMALL],
    "inner": Inner(name="i"),
    "mute": None,
}
ODD: list[Any] = [
    None,
    "",
    "large",
    7,
    7.5,
    10**12,
    True,
    [],
    [None],
    ["a", 1],
    ("a", "b"),
    [Size.SMALL, None],
    {"name": "x"},
    Size.SMALL,
    UUID(int=1),
    datetime(2026, 5, 4, tzinfo=UTC),
    ValueError("no"),
    object(),
]


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, info: strawberry.Info) -> Thing | None:
        return info.context.thing


@dataclass
class Small:
    thing: Any

    def weigh(self, bytes_: int) -> None: ...


SMALL_SCHEMA = strawberry.Schema(
    Query,
    config=StrawberryConfig(scalar_map={Mute: strawberry.scalar(name="Mute", serialize=lambda _: None)}),
)._schema


def asked(executor: type[Executor[Any]], thing: object, text: str) -> str:
    built = executor.build(SMALL_SCHEMA, parse(text), context_value=Small(thing))
    assert isinstance(built, Executor)
    result = built.execute_operation()
    assert isinstance(result, ExecutionResult)
    return repr((result.data, [error.formatted for error in result.errors or ()]))


@pytest.mark.parametrize("name", GOOD)
def test_of_a_value_that_is_not_as_it_should_be_graphql_core_says_what_is_wrong(name: str):
    text = "{ thing { __typename text maybe %s { name } id yes number at size words sizes mute last: text } }"
    text %= "inner"
    for value in ODD:
        thing = Thing(**{**GOOD, name: value})
        assert asked(ReadingExecutor, thing, text) == asked(Executor, thing, text), value
    missing = Thing(**GOOD)
    del missing.__dict__[name]
    assert asked(ReadingExecutor, missing, text) == asked(Executor, missing, text)
