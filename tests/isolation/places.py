"""Where a request can name something: every argument and input field of the schema, and a request around each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from tests.support.client import PASSWORD

#: How deep answers are asked for: payload, task, project.
DEPTH = 2


@dataclass(frozen=True, slots=True)
class Own:
    """The viewer's own thing of a kind, where a request needs one beside the id that is tried."""

    kind: str


#: What stands in fields beside the one that is tried: by `name` where a value is required, by `Type.name` always.
VALUES: dict[str, Any] = {
    "title": "x",
    "name": "x",
    "email": "somebody@example.com",
    "password": PASSWORD,
    "newPassword": PASSWORD,
    "rule": "FREQ=DAILY",
    "start": "2031-01-01T00:00:00Z",
    "timeZone": "UTC",
    "until": "2031-01-01T00:00:00Z",
    "endpoint": "https://1.1.1.1/push",
    "p256dh": "x",
    "auth": "x",
    "address": "somebody@example.com",
    "url": "https://1.1.1.1/hook",
    "token": "x",
    "ics": "x",
    "ChangeTasksInput.ids": Own("Task"),
    "CreateReminderInput.remindAt": "2031-01-01T00:00:00Z",
    "CreateReminderInput.taskId": Own("Task"),
    "SetDueDateInput.dueOn": "2031-01-01",
    "UpdateProjectInput.id": Own("Project"),
    "UpdateTaskInput.id": Own("Task"),
}


class UnknownValue(Exception):
    """A field has to be filled, and nothing says with what."""

    def __init__(self, name: str, type_: object) -> None:
        super().__init__(
            f"Tell this test how to fill {name}: {type_} (one line in VALUES of {__name__}). "
            "Until then nothing shows that it keeps users apart."
        )


@dataclass(frozen=True, slots=True)
class Field:
    """One root field."""

    operation: OperationType
    name: str
    definition: GraphQLField

    def __str__(self) -> str:
        return f"{self.operation.value} {self.name}"

    @property
    def needs_arguments(self) -> bool:
        return any(is_required_argument(argument) for argument in self.definition.args.values())

    def document(self, variables: Mapping[str, Any]) -> str:
        types = {name: argument.type for name, argument in self.definition.args.items() if name in variables}
        declared = f" ({', '.join(f'${name}: {type_}' for name, type_ in types.items())})" if types else ""
        return f"{self.operation.value}{declared} {{ {self.call(variables)} }}"

    def call(self, variables: Mapping[str, Any]) -> str:
        given = f"({', '.join(f'{name}: ${name}' for name in variables)})" if variables else ""
        return f"{self.name}{given} {selection(self.definition.type)}"

    def variables(self, own: Mapping[str, str] | None, but: str = "") -> dict[str, Any]:
        """What has to be given, `but` one argument; where `own` is None, ids are nobody's. Raises UnknownValue."""
        return {
            name: _fill(argument.type, f"{self.name}.{name}", own)
            for name, argument in self.definition.args.items()
            if name != but and is_required_argument(argument)
        }


@dataclass(frozen=True, slots=True)
class Place:
    """One argument of a root field, or a field of its input. `path` begins with the argument."""

    field: Field
    path: tuple[str, ...]
    type: GraphQLInputType

    def __str__(self) -> str:
        return f"{self.field}({'.'.join(self.path)}:)"

    @property
    def is_list(self) -> bool:
        return isinstance(get_nullable_type(self.type), GraphQLList)

    @property
    def names_what_is_made(self) -> bool:
        """Whether it takes the id that a new thing is to have."""
        return self.field.name.startswith("create") and self.path == ("input", "id")

    def variables(self, value: Any, own: Mapping[str, str], version: int | None = None) -> dict[str, Any]:
        """A request with `value` here, and with `expectedVersion` where it takes one. Raises UnknownValue."""
        arguments = self.field.definition.args
        first, *rest = self.path
        variables = self.field.variables(own, but=first)
        variables[first] = _put(arguments[first].type, rest, value, own)
        if version is not None and self.takes_version:
            variables["input"]["expectedVersion"] = version
        return variables

    @property
    def takes_version(self) -> bool:
        """Whether it names what is changed, and the request can say which version of it."""
        input_ = get_named_type(self.field.definition.args[self.path[0]].type)
        return isinstance(self.type, GraphQLNonNull) and "expectedVersion" in getattr(input_, "fields", {})


def root_fields(schema: GraphQLSchema) -> Iterator[Field]:
    for operation in OperationType:
        root = schema.get_root_type(operation)
        for name, definition in (root.fields if root else {}).items():
            yield Field(operation, name, definition)


def places(schema: GraphQLSchema, *types: str) -> list[Place]:
    """All places that take one, or a list, of these types."""
    found = []
    for field in root_fields(schema):
        for name, argument in field.definition.args.items():
            found += [
                Place(field, path, type_)
                for path, type_ in _below((name,), argument.type, ())
                if get_named_type(type_).name in types
            ]
    return found


def kinds(schema: GraphQLSchema) -> set[str]:
    """The types of everything that has an id."""
    return {
        name
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and "id" in type_.fields
    }


def selection(type_: GraphQLOutputType, depth: int = DEPTH) -> str:
    """All that can be asked for without an argument, `depth` objects deep."""
    named = get_named_type(type_)
    if is_leaf_type(named):
        return ""
    wanted = ["__typename"]
    if isinstance(named, GraphQLObjectType):
        for name, field in named.fields.items():
            if any(is_required_argument(argument) for argument in field.args.values()):
                continue
            if is_leaf_type(get_named_type(field.type)):
                wanted.append(name)
            elif depth > 0:
                wanted.append(f"{name} {selection(field.type, depth - 1)}")
    return f"{{ {' '.join(wanted)} }}"


def _below(
    path: tuple[str, ...], type_: GraphQLInputType, seen: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], GraphQLInputType]]:
    yield path, type_
    named = get_named_type(type_)
    # An input within itself brings nothing new.
    if isinstance(named, GraphQLInputObjectType) and named.name not in seen:
        for name, field in named.fields.items():
            yield from _below((*path, name), field.type, (*seen, named.name))


def _put(type_: GraphQLInputType, path: list[str], value: Any, own: Mapping[str, str]) -> Any:
    """An input of `type_` with `value` at the end of `path`."""
    bare = get_nullable_type(type_)
    if isinstance(bare, GraphQLList):
        return value if isinstance(value, list) and not path else [_put(bare.of_type, path, value, own)]
    if not path:
        return value
    assert isinstance(bare, GraphQLInputObjectType)
    return _object(bare, own, but=path[0]) | {path[0]: _put(bare.fields[path[0]].type, path[1:], value, own)}


def _object(type_: GraphQLInputObjectType, own: Mapping[str, str] | None, but: str = "") -> dict[str, Any]:
    return {
        name: _fill(field.type, f"{type_.name}.{name}", own)
        for name, field in type_.fields.items()
        if name != but and (is_required_input_field(field) or f"{type_.name}.{name}" in VALUES)
    }


def _fill(type_: GraphQLInputType, name: str, own: Mapping[str, str] | None) -> Any:
    bare = get_nullable_type(type_)
    if isinstance(bare, GraphQLList):
        return [_fill(bare.of_type, name, own)]
    if isinstance(bare, GraphQLInputObjectType):
        return _object(bare, own)
    if own is None and get_named_type(bare).name == "ID":
        return str(uuid4())
    for known in (name, name.rpartition(".")[2]):
        if known in VALUES:
            value = VALUES[known]
            return own[value.kind] if isinstance(value, Own) and own is not None else value
    raise UnknownValue(name, type_)
