"""Documents are read once, and remembered within bounds."""

import gc

import pytest
from graphql import DocumentNode

from schema.documents import REMEMBERED_CHARACTERS, SHORTEST_CHARACTERS, Documents, Request, RequestRefused
from schema.root import build_schema

SCHEMA = build_schema()


def prepare(documents: Documents, text: str) -> object:
    return documents.prepare(Request(text, None, None))


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
