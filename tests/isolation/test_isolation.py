"""What is another user's is as if it were nobody's, wherever the schema lets a client name it.

The cases are made from the schema: what it learns to take is tried without a word here. Where that needs to know
something, such as how to make a new kind of thing, a test says so and fails.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, OperationType, build_schema, get_named_type

from schema.root import export_sdl
from tests.isolation.places import VALUES, Place, UnknownValue, kinds, places
from tests.isolation.world import KINDS, World, ask
from tests.support.client import Api, open_socket

SCHEMA = build_schema(export_sdl())
IDS = places(SCHEMA, "ID")
MAKING = [place for place in IDS if place.names_what_is_made]
WATCHING = [place for place in IDS if place.field.operation is OperationType.SUBSCRIPTION]
ASKING = [place for place in IDS if place not in MAKING and place not in WATCHING]
CURSORS = places(SCHEMA, "Cursor")
LISTS = [place for place in places(SCHEMA, "String") if place.path == ("after",)]
#: Exports are texts and plain data: a page has no edges.
PARTS = [place for place in LISTS if place.field.name.startswith("export")]
PAGES = [place for place in LISTS if place not in PARTS]
#: No version that anything has: whether it is the wrong one is told of one's own things alone.
OTHER_VERSION = 999
ROUNDS = 5


def test_there_is_something_of_every_kind_to_try() -> None:
    missing = kinds(SCHEMA) - KINDS.keys()
    assert not missing, f"tell this test how to make {missing}: one line in KINDS, beside World"
    assert kinds(SCHEMA) == KINDS.keys()


def test_ids_are_taken_by_root_fields_alone() -> None:
    """Or the cases here would leave them out."""
    roots = {SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type}
    below = [
        f"{type_.name}.{name}({argument}:)"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_ not in roots and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        for argument, definition in field.args.items()
        if get_named_type(definition.type).name in {"ID", "Cursor"}
    ]
    assert below == []


def test_a_field_that_nobody_told_how_to_fill_is_not_left_out() -> None:
    made_up = build_schema("""
        type Query { bill(id: ID!, lines: Int! = 1): String }
        type Mutation { pay(input: PayInput!): String split(shares: [ShareInput!]!): String }
        input PayInput { id: ID! cents: Int! }
        input ShareInput { with: PartnerInput! }
        input PartnerInput { userIds: [ID!]! share: Float! = 1 }
    """)
    found = {str(place): place for place in places(made_up, "ID")}
    assert found.keys() == {
        "query bill(id:)",
        "mutation pay(input.id:)",
        "mutation split(shares.with.userIds:)",
    }
    assert found["query bill(id:)"].variables("7", {}) == {"id": "7"}
    assert found["mutation split(shares.with.userIds:)"].variables("7", {}) == {
        "shares": [{"with": {"userIds": ["7"]}}]
    }
    with pytest.raises(UnknownValue, match=r"Tell this test how to fill PayInput\.cents: Int!"):
        found["mutation pay(input.id:)"].variables("7", {})


def test_values_are_kept_for_fields_that_there_are() -> None:
    fields = {f"{type_}.{name}" for type_ in SCHEMA.type_map for name in fields_of(type_)}
    assert {name for name in VALUES if "." in name} <= fields
    assert {name for name in VALUES if "." not in name} <= {name.partition(".")[2] for name in fields}


def fields_of(type_: str) -> list[str]:
    return list(getattr(SCHEMA.type_map[type_], "fields", {}))


def ways(place: Place, own: dict[str, str]) -> Iterator[tuple[list[str], int | None]]:
    """What may stand beside the id that is tried: nothing, a version, and in a list each thing of one's own."""
    yield [], None
    if place.takes_version:
        yield [], OTHER_VERSION
    if place.is_list:
        yield from (([id_], None) for id_ in own.values())


@pytest.mark.parametrize("place", ASKING, ids=str)
async def test_another_users_id_is_answered_as_nobodys_is(ana: Api, ben: Api, place: Place) -> None:
    anas, bens = await World.of(ana), await World.of(ben)
    before = [await world.sight(SCHEMA) for world in (anas, bens)]

    async def answer(id_: str, beside: list[str], version: int | None) -> bytes:
        value = [*beside, id_] if place.is_list else id_
        return await ask(ben, place.field, place.variables(value, bens.things, version))

    for beside, version in ways(place, bens.things):
        nobodys = await answer(str(uuid4()), beside, version)
        if not beside:
            refuses(place, nobodys)
        for kind, id_ in anas.things.items():
            for spelling in (id_, id_.upper()):
                assert await answer(spelling, beside, version) == nobodys, kind
    assert [await world.sight(SCHEMA) for world in (anas, bens)] == before

    # The place was reached: there is something of one's own that is taken there.
    nobodys = await answer(str(uuid4()), [], None)
    for id_ in bens.things.values():
        if await answer(id_, [], None) != nobodys:
            return
    raise AssertionError(
        f"tell this test how to fill the rest of {place}, so that one's own id is taken there"
    )


def refuses(place: Place, answer: bytes) -> None:
    """Nothing is found: NOT_FOUND with the place's own path, or for a query no thing at all."""
    body = json.loads(answer.removeprefix(b"200 "))
    found = body["data"][place.field.name]
    if place.field.operation is OperationType.QUERY:
        assert body.keys() == {"data", "extensions"}
        assert found is None or (found["nodes"], found.get("totalCount", 0)) == ([], 0)
        return
    [error] = found.pop("errors")
    assert error["code"] == "NOT_FOUND"
    path = list(place.path[1:])
    assert error["field"][: len(path)] == path
    del found["__typename"]
    assert not any(found.values()), "a refused change shows nothing"


@pytest.mark.parametrize("place", MAKING, ids=str)
async def test_an_id_that_another_user_has_is_a_conflict_that_shows_nothing(
    ana: Api, ben: Api, place: Place
) -> None:
    anas, bens = await World.of(ana), await World.of(ben)
    before = [await world.sight(SCHEMA) for world in (anas, bens)]
    kind = place.field.name.removeprefix("create")
    for spelling in (anas.things[kind], anas.things[kind].upper()):
        answer = await ask(ben, place.field, place.variables(spelling, bens.things))
        payload = json.loads(answer.removeprefix(b"200 "))["data"][place.field.name]
        [error] = payload.pop("errors")
        assert (error["code"], error["field"]) == ("CONFLICT", ["id"])
        del payload["__typename"]
        assert not any(payload.values())
        assert anas.mark.encode() not in answer
    assert [await world.sight(SCHEMA) for world in (anas, bens)] == before

    taken = await ask(ben, place.field, place.variables(str(uuid4()), bens.things))
    assert json.loads(taken.removeprefix(b"200 "))["data"][place.field.name]["errors"] == []
    for id_ in anas.things.values():
        # An id of another kind may be taken or not: what comes back is never Ana's.
        assert anas.mark.encode() not in await ask(ben, place.field, place.variables(id_, bens.things))
    assert await anas.sight(SCHEMA) == before[0]


@pytest.mark.parametrize("place", WATCHING, ids=str)
async def test_who_watches_another_users_id_hears_nothing_as_with_nobodys(
    ana: Api, ben: Api, place: Place
) -> None:
    anas, bens = await World.of(ana), await World.of(ben)
    starts = [(await api.run("{ cursor }"))["cursor"] for api in (ana, ben)]
    watched = {
        "nobody's": str(uuid4()),
        **{f"Ana's {kind}": id_ for kind, id_ in anas.things.items()},
        "own": bens.things["Task"],
    }

    async def change(world: World, title: str) -> None:
        await world.api.mutate("updateTask", "errors { code }", id=world.things["Task"], title=title)
        await world.api.mutate("updateProject", "errors { code }", id=world.things["Project"], name=title)
        await world.api.mutate("updateLabel", "errors { code }", id=world.things["Label"], name=title)
        await world.api.mutate("updateViewer", "errors { code }", name=title)

    async with (
        # Nobody reads what Ana hears: it is kept, so that her socket ends at once.
        open_socket(ana.url, ana.token, max_queue=None) as anas_socket,
        open_socket(ben.url, ben.token) as socket,
    ):
        # Half of it happened before they watch, and half of it happens then.
        for world in (anas, bens):
            await change(world, "before")
        # Ana watches with the very same words, so that Ben must not be counted among those who share her answers.
        for each, start in zip((anas_socket, socket), starts, strict=True):
            for name, id_ in watched.items():
                variables = place.variables(id_, bens.things) | {"after": start}
                await each.subscribe(place.field.document(variables), name, **variables)
            first = await each.receive()
            assert each is anas_socket or first["id"] == "own"
        for number in range(ROUNDS):
            # What waits for the others has as many occasions to come before Ben's own.
            for world in (anas, bens):
                await change(world, str(number))
            message = await socket.receive()
            assert (message["id"], message["type"]) == ("own", "next")


@pytest.mark.parametrize("place", CURSORS, ids=str)
async def test_another_users_cursor_is_refused_as_one_that_never_was(
    ana: Api, ben: Api, place: Place
) -> None:
    anas, bens = await World.of(ana), await World.of(ben)
    theirs, own = [(await api.run("{ cursor }"))["cursor"] for api in (ana, ben)]
    damaged = own[:-5] + ("A" if own[-5] != "A" else "B") + own[-4:]
    before = await anas.sight(SCHEMA)
    refusals = [await begin(ben, place, bens, cursor) for cursor in (theirs, damaged)]
    assert refusals[0] == refusals[1]
    [error] = refusals[0]["errors"]
    assert error["extensions"]["code"] == "CURSOR_INVALID"
    assert not any((refusals[0]["data"] or {}).values())
    assert "errors" not in await begin(ben, place, bens, own)
    assert await anas.sight(SCHEMA) == before


async def begin(api: Api, place: Place, world: World, cursor: str) -> dict[str, Any]:
    """The first answer of a query or a subscription, which a change of one's own makes sure there is."""
    variables = place.variables(cursor, world.things)
    if place.field.operation is not OperationType.SUBSCRIPTION:
        return dict(json.loads((await ask(api, place.field, variables)).removeprefix(b"200 ")))
    async with open_socket(api.url, api.token) as socket:
        await socket.subscribe(place.field.document(variables), **variables)
        await world.make("createLabel", name="heard")
        return await socket.next()


@pytest.mark.parametrize("place", PAGES, ids=str)
async def test_another_users_place_in_a_list_shows_nothing_of_theirs(
    ana: Api, ben: Api, place: Place
) -> None:
    anas, bens = await World.of(ana), await World.of(ben)
    pages = f"{place.field.name} {{ totalCount nodes {{ id }} edges {{ cursor }} }}"
    theirs, own = [(await api.run(f"{{ {pages} }}"))[place.field.name] for api in (ana, ben)]
    assert theirs["totalCount"] >= 1
    before = await anas.sight(SCHEMA)
    for edge in theirs["edges"]:
        variables = place.variables(edge["cursor"], bens.things)
        answer = await ask(ben, place.field, variables)
        assert not any(id_.encode() in answer for id_ in (anas.mark, *anas.things.values()))
        body = json.loads(answer.removeprefix(b"200 "))
        if "errors" in body:
            continue  # refused altogether
        page = body["data"][place.field.name]
        assert page["totalCount"] == own["totalCount"]
        assert {node["id"] for node in page["nodes"]} <= {node["id"] for node in own["nodes"]}
    assert await anas.sight(SCHEMA) == before


@pytest.mark.parametrize("place", PARTS, ids=str)
async def test_another_users_place_in_an_export_shows_nothing_of_theirs(
    ana: Api, ben: Api, place: Place
) -> None:
    anas, bens = await World.of(ana), await World.of(ben)
    first = await ana.run(f"{{ {place.field.name}(first: 1) {{ pageInfo {{ endCursor }} }} }}")
    theirs = first[place.field.name]["pageInfo"]["endCursor"]
    before = await anas.sight(SCHEMA)
    answer = await ask(ben, place.field, place.variables(theirs, bens.things))
    assert not any(id_.encode() in answer for id_ in (anas.mark, *anas.things.values()))
    assert bens.mark.encode() in answer
    assert await anas.sight(SCHEMA) == before
