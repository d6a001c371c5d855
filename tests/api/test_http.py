"""The HTTP door: whatever is sent to it, the answer is JSON with `data` or `errors`, and nothing bad is executed."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.client import Api
from tests.support.server import Server

CREATE = 'mutation { createTask(input: {title: "never"}) { errors { code } } }'
VIEWER = "{ viewer { id } }"


async def send(api: Api, content: Any, *, type_: str = "application/json", **headers: str) -> httpx.Response:
    return await api.http.post(
        "/graphql",
        content=content,
        headers={"Content-Type": type_, "Authorization": f"Bearer {api.token}"} | headers,
    )


def code_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() <= {"errors", "data"}
    assert isinstance(body["errors"][0]["message"], str)
    return str(body["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "1",
        "null",
        '"x"',
        "true",
        "[]",
        "{",
        "[" * 200_000,
        '{"query":' * 20_000,
        b"\xff\xfe",
        f"[{json.dumps({'query': CREATE})}]",
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_a_body_that_is_no_json_object_is_refused_with_400(ana: Api, body: str | bytes):
    answer = await send(ana, body)
    assert answer.status_code == 400
    assert code_of(answer) == "INVALID_INPUT"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"query": None},
        {"query": 7},
        {"query": ""},
        {"query": VIEWER, "variables": []},
        {"query": VIEWER, "variables": "x"},
        {"query": VIEWER, "operationName": 7},
        {"query": VIEWER, "operationName": "Other"},
        {"query": "query A { cursor } query B { cursor }"},
        {"query": "query ("},
        {"query": "{ nothing }"},
        {"query": "{ task(id: 7.5) { id } }"},
        {"query": "query ($id: ID!) { task(id: $id) { id } }"},
        {"query": "query ($id: ID!) { task(id: $id) { id } }", "variables": {"id": ["x"]}},
        {"query": "{ viewer { id " + "\u0000" + "} }"},
        {"query": "subscription { events { id } }"},
    ],
    ids=lambda payload: json.dumps(payload)[:40],
)
async def test_what_is_no_request_is_invalid_input(ana: Api, payload: dict[str, Any]):
    answer = await send(ana, json.dumps(payload))
    assert answer.status_code in (200, 400)
    assert code_of(answer) == "INVALID_INPUT"


async def test_a_body_of_256_kib_is_read_and_one_byte_more_is_not(ana: Api):
    body = json.dumps({"query": VIEWER})
    assert (await send(ana, body.ljust(262_144))).json()["data"]["viewer"]["id"] == ana.user_id
    answer = await send(ana, body.ljust(262_145))
    assert answer.status_code == 413
    assert code_of(answer) == "INVALID_INPUT"


async def test_a_body_without_a_length_is_cut_off_at_256_kib(ana: Api):
    async def twenty_mebibytes() -> AsyncIterator[bytes]:
        for _ in range(1_300):
            yield b" " * 16_384

    answer = await send(ana, twenty_mebibytes())
    assert answer.status_code == 413
    assert code_of(answer) == "INVALID_INPUT"
    assert (await ana.run(VIEWER))["viewer"]["id"] == ana.user_id


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("query", [VIEWER, CREATE])
async def test_only_post_executes(ana: Api, method: str, query: str):
    answer = await ana.http.request(
        method,
        "/graphql",
        params={"query": query},
        headers={"Authorization": f"Bearer {ana.token}", "Accept": "application/json"},
    )
    assert answer.status_code == 405
    assert await titles(ana) == []


@pytest.mark.parametrize(
    "type_",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "",
    ],
)
async def test_another_content_type_is_refused_and_executes_nothing(ana: Api, type_: str):
    answer = await send(ana, json.dumps({"query": CREATE}), type_=type_)
    assert answer.status_code == 415
    assert code_of(answer) == "INVALID_INPUT"
    assert await titles(ana) == []


async def test_a_charset_beside_the_content_type_is_fine(ana: Api):
    answer = await send(ana, json.dumps({"query": VIEWER}), type_="application/json; charset=utf-8")
    assert answer.json()["data"]["viewer"]["id"] == ana.user_id


@pytest.mark.parametrize("name", ["token", "access_token", "Authorization", "ACCESS_TOKEN", "refreshToken"])
async def test_a_token_in_the_url_is_refused_and_logged_nowhere(shared_server: Server, ana: Api, name: str):
    assert ana.token is not None
    answer = await ana.http.post("/graphql", params={name: ana.token}, json={"query": VIEWER})
    assert answer.status_code == 400
    assert code_of(answer) == "INVALID_INPUT"
    assert ana.token not in shared_server.log
    got = await ana.http.get("/graphql", params={name: ana.token})
    assert got.status_code == 400
    assert code_of(got) == "INVALID_INPUT"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Basic YTpi", "Bearer nonsense", "Bearer a.b.c", "Bearer " + "a" * 5_000],
)
async def test_without_a_valid_token_there_is_no_answer(ana: Api, authorization: str):
    answer = await send(ana, json.dumps({"query": VIEWER}), Authorization=authorization)
    assert code_of(answer) == "UNAUTHENTICATED"
    assert answer.json().get("data") is None


@pytest.mark.parametrize("given", ["a" * 64, "A.b_c-9"])
async def test_a_correlation_id_comes_back_and_stands_in_the_event(ana: Api, given: str):
    query = 'mutation { createTask(input: {title: "x"}) { cursor errors { code } } }'
    answer = await send(ana, json.dumps({"query": query}), **{"X-Correlation-ID": given})
    assert answer.headers["x-correlation-id"] == given
    events = (await ana.run("{ events { nodes { correlationId type } } }"))["events"]["nodes"]
    assert events[-1]["correlationId"] == given


@pytest.mark.parametrize("given", ["a" * 65, "ä", "a b", "x;y"])
async def test_a_correlation_id_of_another_form_is_refused_and_executes_nothing(ana: Api, given: str):
    answer = await ana.http.post(
        "/graphql",
        json={"query": CREATE},
        headers={"Authorization": f"Bearer {ana.token}", "X-Correlation-ID": given.encode()},
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"] == {
        "code": "INVALID_INPUT",
        "field": ["X-Correlation-ID"],
    }
    assert answer.headers["x-correlation-id"] != given
    assert await titles(ana) == []


@pytest.mark.parametrize("headers", [{}, {"X-Correlation-ID": ""}], ids=["none", "empty"])
async def test_without_a_correlation_id_there_is_a_new_one(ana: Api, headers: dict[str, str]):
    answers = [await send(ana, json.dumps({"query": VIEWER}), **headers) for _ in range(2)]
    assert all(answer.json()["data"]["viewer"]["id"] == ana.user_id for answer in answers)
    assert len({answer.headers["x-correlation-id"] for answer in answers} - {""}) == 2


@pytest.mark.parametrize(
    "query",
    [
        "{ task(id: 1) {" + "parent {" * 12 + "id" + "}" * 12 + "} }",
        "{" + " ".join(f"a{n}: cursor" for n in range(31)) + "}",
        "{" + " ".join("cursor" for _ in range(21)) + "}",
        "{ cursor " + "@include(if: true) " * 21 + "}",
        "{" + "cursor " * 2_000 + "}",
        "{ cursor }" + "".join(f" fragment F{n} on Query {{ cursor }}" for n in range(21)),
        "{" + "...F " * 51 + "} fragment F on Query { cursor }",
    ],
    ids=["nesting", "aliases", "root fields", "directives", "tokens", "fragments", "spreads"],
)
async def test_a_query_beyond_the_limits_is_too_complex(ana: Api, query: str):
    assert code_of(await send(ana, json.dumps({"query": query}))) == "QUERY_TOO_COMPLEX"


async def test_a_bomb_of_nested_fragments_is_refused_without_effort(ana: Api):
    bomb = "{ ...F0 }" + "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(25))
    async with asyncio.timeout(5):
        assert code_of(
            await send(ana, json.dumps({"query": bomb + " fragment F25 on Query { cursor }"}))
        ) == ("QUERY_TOO_COMPLEX")


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer {" + "id " * 1_000 + "} }",
        "{ viewer { ...V " + "id name " * 900 + "} } fragment V on User { id }",
    ],
    ids=["one", "two and a fragment"],
)
async def test_a_field_named_a_thousand_times_is_answered_once(ana: Api, query: str):
    answer = await ana.run(query)
    assert answer["viewer"]["id"] == ana.user_id


async def test_too_many_lists_of_one_name_are_too_complex(ana: Api):
    answer = await send(ana, json.dumps({"query": "{ tasks { nodes {" + "labels { id } " * 300 + "} } }"}))
    assert code_of(answer) == "QUERY_TOO_COMPLEX"
    assert "of one name" in answer.json()["errors"][0]["message"]


async def test_lists_within_lists_are_ended_where_they_show_too_many_objects(ana: Api):
    make = "mutation ($title: String!, $parent: ID) { createTask(input: {title: $title, parentId: $parent})"
    make += " { task { id } errors { code } } }"
    parent = (await ana.run(make, title="parent"))["createTask"]["task"]["id"]
    for _ in range(15):
        await asyncio.gather(*(ana.run(make, title="x", parent=parent) for _ in range(10)))
    within = await ana.run(
        "query ($id: ID!) { task(id: $id) { subtasks { parent { subtasks { id } } } } }", id=parent
    )
    # More than a page of a hundred tasks can have below it.
    assert sum(len(task["parent"]["subtasks"]) for task in within["task"]["subtasks"]) == 22_500
    bomb = "subtasks { parent { subtasks { parent { subtasks { parent { subtasks { id } } } } } } }"
    answer = await ana.post(f"query ($id: ID!) {{ task(id: $id) {{ {bomb} }} }}", {"id": parent})
    assert answer["data"] is None
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert "50,000 objects" in error["message"]


async def test_a_cycle_of_fragments_is_invalid(ana: Api):
    cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
    assert code_of(await send(ana, json.dumps({"query": cycle}))) == "INVALID_INPUT"


@pytest.mark.parametrize("first", [0, -1, 101, 1_000_000_000])
@pytest.mark.parametrize("list_", ["tasks", "projects", "events"])
async def test_a_page_of_another_size_is_invalid_input_of_first(ana: Api, list_: str, first: int):
    answer = await ana.post(f"{{ {list_}(first: {first}) {{ nodes {{ id }} }} }}")
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": ["first"]}


@pytest.mark.parametrize("field", ["since", "until"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z"])
async def test_the_log_is_asked_for_within_the_years_1970_to_2200(ana: Api, field: str, instant: str):
    answer = await ana.post(f'{{ events({field}: "{instant}") {{ nodes {{ id }} }} }}')
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": [field]}


async def test_the_standard_introspection_query_is_let_through(ana: Api):
    from graphql import build_client_schema, get_introspection_query

    answer = await ana.post(get_introspection_query(input_value_deprecation=True))
    assert build_client_schema(answer["data"]).subscription_type is not None


async def titles(api: Api) -> list[str]:
    return [task["title"] for task in (await api.run("{ tasks { nodes { title } } }"))["tasks"]["nodes"]]
