"""Requests for every root field of the schema: right, nearly right, and cut up."""

import json
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.fuzz.values import TEXTS, Known, Values
from tests.isolation.places import Field

DEPTH = 4
#: No text that is tried looks so.
ENUM = re.compile(r"[A-Z][A-Z_]+")
#: Put anywhere into a document that was fine.
NOISE = [
    "{",
    "}",
    "(",
    "...",
    "@include",
    "$",
    "!",
    "\x00",
    '"',
    '"""',
    "#",
    "\ufeff",
    "fragment F on F { ...F }",
    "٣",
]


@dataclass
class Case:
    """One request. `kind` and `name` are those of the root field that it was made for."""

    kind: OperationType
    name: str
    payload: dict[str, Any]
    signed_in: bool = True
    by_socket: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class Selections:
    def __init__(self, values: Values) -> None:
        self.values = values
        self.variables: dict[str, Any] = {}
        self.declared: list[str] = []

    def arguments(self, definitions: dict[str, GraphQLArgument]) -> str:
        given = []
        for name, definition in definitions.items():
            if not is_required_argument(definition) and self.values.chance(2):
                continue
            filled = self.values.value(definition.type, name)
            if self.values.chance(5):
                given.append(f"{name}: {self.literal(filled)}")
                continue
            variable = f"v{len(self.declared)}"
            self.declared.append(f"${variable}: {definition.type}")
            self.variables[variable] = filled
            given.append(f"{name}: ${variable}")
        return f"({', '.join(given)})" if given else ""

    def literal(self, filled: Any) -> str:
        if isinstance(filled, dict):
            return "{" + ", ".join(f"{key or '_'}: {self.literal(it)}" for key, it in filled.items()) + "}"
        if isinstance(filled, list):
            return "[" + ", ".join(self.literal(it) for it in filled) + "]"
        return filled if isinstance(filled, str) and ENUM.fullmatch(filled) else json.dumps(filled)

    def selection(self, type_: GraphQLOutputType, depth: int = DEPTH) -> str:
        named = get_named_type(type_)
        if not isinstance(named, GraphQLObjectType):
            return ""
        wanted = []
        for name, definition in named.fields.items():
            if name == "errors":
                wanted.append("errors { code field }")
                continue
            leaf = is_leaf_type(get_named_type(definition.type))
            if not (self.values.chance(2) if leaf else depth > 0 and self.values.chance(4)):
                continue
            alias = f"a{len(wanted)}: " if self.values.chance(25) else ""
            directive = self.values.one_of(["", *[""] * 20, " @skip(if: true)", " @include(if: true)"])
            below = self.selection(definition.type, depth - 1)
            wanted.append(f"{alias}{name}{self.arguments(definition.args)}{directive} {below}")
        return f"{{ {' '.join(wanted) or '__typename'} }}"

    def query(self, root: Field) -> str:
        call = f"{root.name}{self.arguments(root.definition.args)} {self.selection(root.definition.type)}"
        declared = f" ({', '.join(self.declared)})" if self.declared else ""
        text = f"{root.operation.value}{declared} {{ {call} }}"
        if self.values.chance(12):
            at = self.values.random.randint(0, len(text))
            text = text[:at] + self.values.one_of(NOISE) + text[at + self.values.random.randint(0, 5) :]
        return text


def make_case(random: Random, root: Field, known: Known) -> Case:
    values = Values(random, known, root.name, wild=random.choice([2, 8, 30]))
    maker = Selections(values)
    payload: dict[str, Any] = {"query": maker.query(root), "variables": maker.variables}
    if values.chance(20):
        payload[random.choice(["query", "variables", "operationName", "extensions"])] = values.junk()
    case = Case(root.operation, root.name, payload)
    case.by_socket = root.operation is OperationType.SUBSCRIPTION or values.chance(4)
    case.signed_in = case.by_socket or not values.chance(6)
    if values.chance(20):
        name = random.choice(
            ["X-Correlation-ID", "Content-Type", "Cookie", "Origin", "traceparent", "Accept"]
        )
        words = [text for text in TEXTS if text.isascii() and text.isprintable() and len(text) < 1000]
        case.headers[name] = random.choice(words).strip()
    return case
