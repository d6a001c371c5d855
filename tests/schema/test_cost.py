"""What an operation is reckoned to cost, before it runs."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLObjectType,
    Node,
    OperationDefinitionNode,
    Visitor,
    get_introspection_query,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    parse,
    print_ast,
    visit,
)

from schema.cost import COST, INTROSPECTION, MUTATION, USUAL
from schema.documents import Documents, Request
from schema.root import build_schema
from tests.support.client import Api, open_socket
from tests.support.server import Server

SCHEMA = build_schema()
DOCUMENTS = Documents(SCHEMA, production=True)
FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def cost(query: str, name: str | None = None, /, **variables: Any) -> int:
    return DOCUMENTS.prepare(Request(query, None, name)).cost.of(variables)


CONNECTION = """fragment C on TaskConnection { nodes { ...T } }
fragment T on Task { project { id } }"""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ cursor }", 0),
        ("{ viewer { id name } }", 1),
        ("{ tasks { nodes { id } } }", 1 + 50),
        ("{ tasks(first: 7) { totalCount pageInfo { endCursor } } }", 2),
        ("{ tasks(first: 7) { nodes { id project { id } labels { id } } } }", 1 + 7 * 5),
        ("{ tasks(first: 7) { edges { node { id } } nodes { id } } }", 1 + 7 * 3),
        ("{ tasks(first: 7) { nodes { subtasks { subtasks { id } } } } }", 1 + 7 * (1 + 3 + 9)),
        ("{ tasks(first: 2) { nodes { recurrence { upcoming(first: 90) } } } }", 1 + 2 * (1 + 1 + 9)),
        ('{ previewRecurrence(rule: "", start: "2030-01-01T00:00:00Z", timeZone: "UTC") }', 1),
        ("{ exportData(first: 3) { nodes } }", 1 + 3 * 20),
        ("{ a: viewer { id } b: viewer { id } }", 2),
        ("{ labels { id } }", 50),
        ("{ viewer { ...V ...V } } fragment V on User { id }", 1),
        (f"{{ tasks(first: 4) {{ ...C }} }} {CONNECTION}", 1 + 4 * 2),
        ("{ tasks(first: 4) { ... { nodes { ... on Task { project { id } } } } } }", 1 + 4 * 2),
        ('mutation { completeTask(input: {id: "x"}) { task { project { id } } errors { code } } }',
         MUTATION + 4),
        ('mutation { ...M } fragment M on Mutation { logOut(input: {}) { errors { code } } }', MUTATION + 2),
        ("subscription { events { task { project { id } } } }", 3),
        ("{ __schema { types { name } } }", INTROSPECTION["__schema"]),
    ],
)  # fmt: skip
def test_a_list_counts_with_what_is_asked_of_it(query: str, expected: int):
    assert cost(query) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, 50), ({"n": 3}, 3), ({"n": 100}, 100), ({"n": None}, 50), ({"n": 10**9}, 100), ({"n": -5}, 0)],
)
def test_a_page_counts_with_what_its_variable_says_within_what_one_may_ask_for(
    variables: dict[str, Any], expected: int
):
    query = (
        "query ($n: Int) { tasks(first: $n) { nodes { labels { id } } } projects(first: 2) { nodes { id } } }"
    )
    assert cost(query, **variables) == 1 + 4 * expected + 3


def test_sizes_of_pages_within_pages_multiply():
    query = """query ($n: Int!, $m: Int!) {
      tasks(first: $n) { nodes { ...T } } reminders(first: $n) { nodes { task { ...T } } } }
    fragment T on Task { recurrence { upcoming(first: $m) } }"""
    assert cost(query, n=10, m=90) == 1 + 10 * (1 + 1 + 9) + 1 + 10 * (1 + 1 + 1 + 9)


def test_each_operation_of_a_document_has_a_cost_of_its_own():
    both = "query A { viewer { id } } query B { labels { id } }"
    assert (cost(both, "A"), cost(both, "B")) == (1, 50)


def test_fragments_that_multiply_are_reckoned_without_being_walked():
    # As often as there are tokens for: doubled at each of 19 fragments.
    bomb = "{ viewer { ...F0 } }" + "".join(
        f" fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }}" for n in range(19)
    )
    assert cost(bomb + " fragment F19 on User { id }") == 1


def test_how_long_every_list_usually_is_has_been_said():
    lists = {
        f"{type_.name}.{name}"
        for type_ in SCHEMA._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType)
        if not type_.name.startswith("__") and not type_.name.endswith("Connection")
        for name, field in type_.fields.items()
        if isinstance(get_nullable_type(field.type), GraphQLList) and "first" not in field.args
        if not is_leaf_type(get_named_type(field.type))
        # What went wrong is told in a line or two.
        if get_named_type(field.type).name not in {"UserError", "ImportNote"}
    }
    assert lists == USUAL.keys(), "say in USUAL how long such a list is"


def operations_of_the_web_app() -> dict[str, str]:
    sources = [
        path
        for pattern in ("*.ts", "*.tsx")
        for folder in ("features", "graphql", "app", "ui", "lib")
        for path in (FRONTEND / folder).rglob(pattern)
        if "generated" not in path.parts
    ]
    documents = [
        text for path in sources for text in re.findall(r"graphql\(`(.*?)`\)", path.read_text(), re.DOTALL)
    ]
    return with_fragments(parse("\n".join(documents)))


def with_fragments(document: DocumentNode) -> dict[str, str]:
    """Each operation with the fragments that it needs, as Apollo sends it."""
    fragments = {it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)}

    def needed(node: Node) -> dict[str, str]:
        found: dict[str, str] = {}

        class Spreads(Visitor):
            def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: Any) -> None:
                fragment = fragments[spread.name.value]
                found.update({spread.name.value: print_ast(fragment), **needed(fragment)})

        visit(node, Spreads())
        return found

    return {
        it.name.value: "\n".join([print_ast(it), *needed(it).values()])
        for it in document.definitions
        if isinstance(it, OperationDefinitionNode) and it.name
    }


WEB_APP = operations_of_the_web_app()


def test_the_web_apps_operations_are_found():
    assert {"Load", "CreateTask", "Occurrences"} <= WEB_APP.keys()


@pytest.mark.parametrize("name", WEB_APP)
def test_the_web_apps_own_operations_are_within_the_limits(name: str):
    assert cost(WEB_APP[name]) < COST / 2


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(input_value_deprecation=True),
        """{ tasks(first: 100) { totalCount nodes { id project { id } labels { id } parent { id } spawnedFrom { id }
          recurrence { upcoming } reminders { id deliveries { channel { id } } }
          subtasks { id project { id } labels { id } reminders { id } subtasks { id labels { id } } } } } }""",
        "{ task(id: 1) { subtasks { subtasks { subtasks { subtasks { subtasks { id labels { id } } } } } } } }",
        "{ events(first: 100) { nodes { task { project { id } labels { id } reminders { id } subtasks { id } } } } }",
        "{ exportData { nodes } exportCalendar { ics } }",
    ],
    ids=["introspection", "a page", "five deep", "the log", "exports"],
)
def test_what_one_may_reasonably_ask_for_is_let_through(query: str):
    assert cost(query) <= COST


TOO_MUCH = """query ($first: Int! = 100) { tasks(first: $first) { nodes { subtasks { subtasks { subtasks {
  subtasks { labels { id } reminders { deliveries { channel { id } } } } } } } } } }"""


async def test_an_answer_says_what_it_cost(ana: Api):
    answer = await ana.post("query ($n: Int!) { tasks(first: $n) { nodes { id } } }", {"n": 7})
    assert answer["extensions"] == {"cost": 8}
    answer = await ana.post('mutation { createTask(input: {title: ""}) { task { id } errors { code } } }')
    assert answer["extensions"] == {"cost": MUTATION + 3}


async def test_what_would_cost_too_much_is_refused_before_it_runs(ana: Api):
    # There is nothing that it could show, so nothing but the reckoning stops it.
    answer = await ana.post(TOO_MUCH)
    [error] = answer["errors"]
    extensions = error["extensions"]
    assert extensions == {"code": "QUERY_TOO_COMPLEX", "cost": cost(TOO_MUCH, first=100), "limit": COST}
    assert extensions["cost"] > COST
    assert "data" not in answer
    assert (await ana.post(TOO_MUCH, {"first": 1}))["data"] == {"tasks": {"nodes": []}}


async def test_a_socket_tells_the_cost_as_well(shared_server: Server, ana: Api):
    async with open_socket(shared_server.url, ana.token) as socket:
        await socket.subscribe("{ viewer { id } }", "1")
        assert (await socket.next())["extensions"] == {"cost": 1}
        assert (await socket.receive())["type"] == "complete"
        await socket.subscribe(TOO_MUCH, "2")
        refusal = await socket.receive()
        assert refusal["type"] == "error"
        assert refusal["payload"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        await socket.subscribe("subscription { events { type task { id project { id } } } }", "3")
        # Once it is answered, the one before has begun.
        await socket.subscribe("{ viewer { id } }", "4")
        while (await socket.receive())["type"] != "complete":
            pass
        await ana.mutate("createTask", "errors { code }", title="x")
        event = await socket.next()
        assert event["data"]["events"]["type"] == "TASK_CREATED"
        assert event["extensions"] == {"cost": 3}


ACCOUNT = {"email": "nobody@example.com", "password": "never this one"}
SIGNING_IN = "mutation ($a: LogInInput!) {{ {} }}"


@pytest.mark.parametrize(
    "selections",
    [
        "a: logIn(input: $a) { errors { code } } b: logIn(input: $a) { errors { code } }",
        "logIn(input: $a) { errors { code } } ... { b: logIn(input: $a) { errors { code } } }",
        'logIn(input: $a) { errors { code } } requestPasswordReset(input: {email: "x"}) { errors { code } }',
        " ".join(f"a{n}: logIn(input: $a) {{ errors {{ code }} }}" for n in range(20)),
    ],
    ids=["two", "in a fragment", "of two kinds", "twenty"],
)
async def test_one_operation_guesses_at_one_secret(shared_server: Server, ana: Api, selections: str):
    answer = await ana.post(SIGNING_IN.format(selections), {"a": ACCOUNT})
    assert answer.keys() == {"errors"}
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    async with open_socket(shared_server.url, ana.token) as socket:
        await socket.subscribe(SIGNING_IN.format(selections), a=ACCOUNT)
        refusal = await socket.receive()
        assert (refusal["type"], refusal["payload"][0]["extensions"]["code"]) == (
            "error",
            "QUERY_TOO_COMPLEX",
        )


async def test_one_is_answered_also_where_it_is_said_twice(ana: Api):
    once = "logIn(input: $a) { errors { code } }"
    for selections in (once, f"{once} {once}", f"{once} logOut(input: {{}}) {{ errors {{ code }} }}"):
        answer = await ana.post(SIGNING_IN.format(selections), {"a": ACCOUNT})
        assert answer["data"]["logIn"] == {"errors": [{"code": "BAD_CREDENTIALS"}]}


def test_every_mutation_that_takes_a_secret_is_one_of_those():
    from schema.measure import CREDENTIALS

    takes_secret = {
        name
        for name, field in SCHEMA._schema.mutation_type.fields.items()  # type: ignore[union-attr]
        for argument in field.args.values()
        if {"password", "newPassword", "refreshToken"} & get_named_type(argument.type).fields.keys()  # type: ignore[union-attr]
    }
    assert takes_secret - {"logOut"} | {"requestPasswordReset"} == CREDENTIALS
