"""The exported schema holds all of the public contract beside this file: it may add, never take away or loosen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from schema.root import export_sdl

CONTRACT = Path(__file__).parent / "contract.graphql"


def members(type_: GraphQLNamedType, path: str) -> Iterator[tuple[str, tuple[str, str | None, object]]]:
    """Everything below a type by its path, with its own type, description and default."""
    if isinstance(type_, GraphQLObjectType):
        for name, field in type_.fields.items():
            yield f"{path}.{name}", (str(field.type), field.description, None)
            yield from arguments(field, f"{path}.{name}")
    elif isinstance(type_, GraphQLInputObjectType):
        for name, value in type_.fields.items():
            yield f"{path}.{name}", (str(value.type), value.description, value.default_value)
    elif isinstance(type_, GraphQLEnumType):
        for name, member in type_.values.items():
            yield f"{path}.{name}", ("", member.description, None)


def arguments(field: GraphQLField, path: str) -> Iterator[tuple[str, tuple[str, str | None, object]]]:
    for name, argument in field.args.items():
        yield f"{path}({name}:)", (str(argument.type), argument.description, argument.default_value)


def parts(schema: GraphQLSchema) -> dict[str, tuple[str, str | None, object]]:
    """Every type and every member of one, by its path."""
    found: dict[str, tuple[str, str | None, object]] = {}
    for name, type_ in schema.type_map.items():
        if not name.startswith("__"):
            found[name] = (type(type_).__name__, type_.description, None)
            found.update(members(type_, name))
    return found


PROMISED = parts(build_schema(CONTRACT.read_text(encoding="utf-8")))
OFFERED = parts(build_schema(export_sdl()))


@pytest.mark.parametrize("path", sorted(PROMISED))
def test_what_the_contract_promises_is_there_word_for_word(path: str) -> None:
    assert OFFERED.get(path) == PROMISED[path]


def test_nothing_beyond_the_contract_is_demanded_of_clients() -> None:
    """An argument or input field of our own is optional, or an old client's requests would be refused."""
    schema = build_schema(export_sdl())
    demanded = [
        f"{type_.name}.{name}"
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLInputObjectType)
        for name, field in type_.fields.items()
        if f"{type_.name}.{name}" not in PROMISED and type_.name in PROMISED and str(field.type).endswith("!")
    ]
    assert demanded == []
