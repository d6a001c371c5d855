"""Who is not signed in gets nothing, whatever root field they ask for: the cases are made from the schema."""

import json
from collections.abc import AsyncIterator

import pytest
from graphql import OperationType, build_schema, get_introspection_query

from schema.root import export_sdl
from tests.isolation.places import Field, root_fields
from tests.isolation.world import ask
from tests.support.client import Api, open_socket
from tests.support.server import Server

SCHEMA = build_schema(export_sdl())
FIELDS = list(root_fields(SCHEMA))
#: They make, end or regain a session, so they ask for none.
OPEN = {"signUp", "logIn", "refreshSession", "logOut", "requestPasswordReset", "resetPassword"}
CLOSED = [field for field in FIELDS if field.name not in OPEN]
OVER_HTTP = [field for field in CLOSED if field.operation is not OperationType.SUBSCRIPTION]
OVER_SOCKETS = [field for field in CLOSED if field.operation is OperationType.SUBSCRIPTION]
#: What a client may ask without a token, to stand beside what it may not.
HARMLESS = {
    OperationType.QUERY: "__typename",
    OperationType.MUTATION: "logOut(input: {}) { errors { code } }",
}


@pytest.fixture
async def nobody(shared_server: Server) -> AsyncIterator[Api]:
    async with Api(shared_server.url) as api:
        yield api


@pytest.mark.parametrize("field", OVER_HTTP, ids=str)
@pytest.mark.parametrize("shape", ["alone", "after what is open", "in a fragment", "under another name"])
async def test_without_a_token_a_root_field_answers_unauthenticated(
    nobody: Api, field: Field, shape: str
) -> None:
    variables = field.variables(own=None)
    call, harmless = field.call(variables), HARMLESS[field.operation]
    document = field.document(variables)
    if shape == "after what is open":
        document = document.replace(call, f"{harmless} {call}")
    elif shape == "in a fragment":
        root = {OperationType.QUERY: "Query", OperationType.MUTATION: "Mutation"}[field.operation]
        document = document.replace(call, f"{harmless} ...Rest") + f" fragment Rest on {root} {{ {call} }}"
    elif shape == "under another name":
        document = document.replace(call, f"__schema: {call}")
    answer = await nobody.post(document, variables)
    assert not any((answer.get("data") or {}).values())
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAUTHENTICATED"}


@pytest.mark.parametrize("field", [field for field in FIELDS if field.name in OPEN], ids=str)
async def test_what_begins_or_ends_a_session_asks_for_none(nobody: Api, field: Field) -> None:
    answer = json.loads((await ask(nobody, field, field.variables(own=None))).removeprefix(b"200 "))
    assert answer.keys() == {"data", "extensions"}
    assert answer["data"][field.name]["errors"] is not None


@pytest.mark.parametrize("field", OVER_SOCKETS, ids=str)
async def test_without_a_token_nothing_can_be_watched(shared_server: Server, field: Field) -> None:
    variables = field.variables(own=None)
    async with open_socket(shared_server.url) as socket:
        await socket.subscribe(field.document(variables), **variables)
        assert await socket.close_code() == 4401
    async with open_socket(shared_server.url) as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.close_code() == 4403


async def test_the_schema_may_be_read_without_a_token(nobody: Api) -> None:
    answer = await nobody.run(get_introspection_query())
    named = {type_["name"] for type_ in answer["__schema"]["types"]}
    assert named >= {"Query", "Mutation", "Subscription"}
