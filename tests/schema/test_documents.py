"""Documents are read once, and remembered within bounds."""

import gc
from collections.abc import Callable

import pytest
from graphql import DocumentNode

from schema.documents import REMEMBERED_CHARACTERS, SHORTEST_CHARACTERS, Documents, Request, RequestRefused
from schema.root import build_schema

SCHEMA = build_schema()


def prepare(documents: Documents, text: str) -> object:
    return documents.prepare(Request(text, None, None))


@pytest.mark.parametrize(
    ("at", "most"),
    [
        (lambda n: "{ task(id: 1) {" + "parent {" * (n - 2) + "id" + "}" * (n - 1) + "}", 12),
        (lambda n: "{" + " ".join(f"a{i}: id" for i in range(n)).join(("viewer {", "}")) + "}", 30),
        (lambda n: "{" + " ".join(f"... {{ cursor # {i}\n }}" for i in range(n)) + "}", 20),
        (lambda n: "{" + "... @include(if: true) { cursor }" * (n - 1) + "cursor @skip(if: false) }", 20),
        (lambda n: "{ viewer { " + "id " * (n - 5) + "} }", 2_000),
        (lambda n: "{ ...F0 }" + fragments(n), 20),
        (lambda n: "{ viewer {" + "...F " * n + "} } fragment F on User { id }", 50),
    ],
    ids=["nesting", "aliases", "root fields", "directives", "tokens", "fragments", "spreads"],
)
def test_a_limit_is_the_last_that_is_let_through(at: Callable[[int], str], most: int):
    documents = Documents(SCHEMA, production=True)
    prepare(documents, at(most))
    with pytest.raises(RequestRefused) as refused:
        prepare(documents, at(most + 1))
    [error] = refused.value.errors
    assert error.extensions == {"code": "QUERY_TOO_COMPLEX"}
    assert f"{most:,}".replace(",", "") in error.message


def fragments(count: int) -> str:
    """Each but the last spreads the next."""
    texts = [f"fragment F{n} on Query {{ cursor ...F{n + 1} }}" for n in range(count - 1)]
    return " ".join([*texts, f"fragment F{count - 1} on Query {{ cursor }}"])


def remembered() -> int:
    gc.collect()
    return sum(isinstance(thing, DocumentNode) for thing in gc.get_objects())


def test_a_text_is_read_once():
    documents = Documents(SCHEMA, production=True)
    assert prepare(documents, "{ cursor }") is prepare(documents, "{ cursor }")


@pytest.mark.parametrize(("length", "most"), [(0, SHORTEST_CHARACTERS), (20_000, 20_000), (200_000, 200_000)])
def test_a_stranger_can_not_fill_the_memory_with_documents(length: int, most: int):
    documents = Documents(SCHEMA, production=True)
    often = prepare(documents, "{ cursor }")
    before = remembered()
    bound = REMEMBERED_CHARACTERS // most
    for number in range(bound + 50):
        prepare(documents, f"{{ a{number}: cursor }}".ljust(length))
        assert prepare(documents, "{ cursor }") is often
    assert bound // 2 < remembered() - before <= bound
    with pytest.raises(RequestRefused):
        prepare(documents, "{ nothing }")
    assert remembered() - before <= bound
