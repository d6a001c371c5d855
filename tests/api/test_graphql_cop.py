"""What graphql-cop (github.com/dolevf/graphql-cop) looks for, in its order and with its requests: nothing is found.

Each check is true where there is a finding.
"""

import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support.client import Api, open_socket
from tests.support.server import Server

IDES = ("/graphiql", "/playground", "/console", "/graphql")
TITLES = ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground")

type Check = Callable[[httpx.AsyncClient], Awaitable[bool]]


async def ask(http: httpx.AsyncClient, query: Any) -> Any:
    return (await http.post("/graphql", json={"query": query})).json()


async def runs(answer: httpx.Response) -> bool:
    """Whether an operation was answered."""
    try:
        body = answer.json()
    except ValueError:
        return False
    return bool(isinstance(body, dict) and (body.get("data") or {}).get("__typename"))


async def field_suggestions(http: httpx.AsyncClient) -> bool:
    return "Did you mean" in str(await ask(http, "query cop { __schema { directive } }"))


async def introspection(http: httpx.AsyncClient) -> bool:
    answer = await ask(http, "query cop { __schema { types { name fields { name } } } }")
    return bool((answer.get("data") or {}).get("__schema"))


async def graphiql(http: httpx.AsyncClient) -> bool:
    pages = [await http.get(path, headers={"Accept": "text/html"}) for path in IDES]
    return any(title in page.text for page in pages for title in TITLES)


async def queries_by_get(http: httpx.AsyncClient) -> bool:
    return await runs(await http.get("/graphql", params={"query": "query cop {__typename}"}))


async def alias_overloading(http: httpx.AsyncClient) -> bool:
    aliases = " ".join(f"alias{number}:__typename" for number in range(101))
    return bool(((await ask(http, f"query cop {{ {aliases} }}")).get("data") or {}).get("alias100"))


async def batched_queries(http: httpx.AsyncClient) -> bool:
    answer = (await http.post("/graphql", json=[{"query": "query cop { __typename }"}] * 11)).json()
    return isinstance(answer, list) and len(answer) >= 10


async def field_duplication(http: httpx.AsyncClient) -> bool:
    query = f"query cop {{ {'__typename ' * 500} }}"
    return bool(((await ask(http, query)).get("data") or {}).get("__typename"))


async def trace_mode(http: httpx.AsyncClient) -> bool:
    answer = str(await ask(http, "query cop { __typename }")).lower()
    return "tracing" in answer or "exception" in answer or "stacktrace" in answer


async def directive_overloading(http: httpx.AsyncClient) -> bool:
    return len((await ask(http, f"query cop {{ __typename {'@aa' * 10} }}"))["errors"]) == 10


async def circular_introspection(http: httpx.AsyncClient) -> bool:
    circle = "fields { type { " * 4 + "name " + "} } " * 4
    answer = await ask(http, f"query cop {{ __schema {{ types {{ {circle} }} }} }}")
    return len(((answer.get("data") or {}).get("__schema") or {}).get("types", [])) > 25


async def mutations_by_get(http: httpx.AsyncClient) -> bool:
    return await runs(await http.get("/graphql", params={"query": "mutation cop {__typename}"}))


async def queries_by_form(http: httpx.AsyncClient) -> bool:
    form = {"query": "query cop {__typename}"}
    return await runs(await http.post("/graphql", data=form)) or await runs(
        await http.post("/graphql", params=form)
    )


async def unhandled_errors(http: httpx.AsyncClient) -> bool:
    answer = await ask(http, "qwerty cop { abc }")
    return "exception" in str(answer).lower() or "Traceback" in str(answer)


CHECKS: list[Check] = [
    field_suggestions,
    introspection,
    graphiql,
    queries_by_get,
    alias_overloading,
    batched_queries,
    field_duplication,
    trace_mode,
    directive_overloading,
    circular_introspection,
    mutations_by_get,
    queries_by_form,
    unhandled_errors,
]
#: What somebody who is signed in may do.
OPEN_TO_USERS = {introspection}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("production")
    server = Server(folder, ENV="production", JWT_SECRET="a secret of this test, longer than that")
    server.start_now()
    yield server
    server.end_now(signal.SIGKILL)


def test_all_thirteen_are_here():
    assert len(CHECKS) == 13


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_a_stranger_finds_nothing(server: Server, check: Check):
    async with httpx.AsyncClient(base_url=server.url) as http:
        assert not await check(http)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_a_user_finds_the_schema_alone(server: Server, check: Check):
    async with Api(server.url) as api:
        await api.sign_up()
        api.http.headers["Authorization"] = f"Bearer {api.token}"
        assert await check(api.http) == (check in OPEN_TO_USERS)


async def test_the_same_holds_on_a_socket(server: Server):
    async with Api(server.url) as api:
        await api.sign_up()
        async with open_socket(server.url, api.token) as socket:
            for number, query in enumerate(
                ["{ viewr { id } }", "{ viewer { idd } }", "{ __schema { directive } }"]
            ):
                await socket.subscribe(query, str(number))
                refusal = await socket.receive()
                assert refusal["type"] == "error"
                assert "Did you mean" not in str(refusal)
            # A value is read later than its document is.
            await socket.subscribe(
                "query ($o: TaskOrder!) { tasks(orderBy: $o) { totalCount } }", "9", o="DUE_DATE"
            )
            assert "Did you mean" not in str(await socket.receive())
