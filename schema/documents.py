"""What a client sent, made ready to run: parsed, held to the limits, validated. Done once per text, then remembered."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)
from strawberry import Schema

TOKENS = 2_000
NESTING = 12
ALIASES = 30
ROOT_FIELDS = 20
DIRECTIVES = 20
FRAGMENTS = 20
SPREADS = 50
REMEMBERED_DOCUMENTS = 1_000
VALIDATION_ERRORS = 10
#: The standard introspection query nests deeper than any query of data has reason to.
INTROSPECTION_FIELDS = {"__schema", "__type", "__typename"}


class RequestRefused(Exception):
    """The request can't be run: nothing of it was. `errors` are GraphQL errors with a code each."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


def refused(message: str, code: str = "INVALID_INPUT", **extensions: Any) -> RequestRefused:
    return RequestRefused([GraphQLError(message, extensions={"code": code, **extensions})])


@dataclass(frozen=True, slots=True)
class Request:
    """What the body of a POST and the payload of a `subscribe` have in common."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


def read_request(payload: object) -> Request:
    """Raises RequestRefused that names the member at fault."""
    if not isinstance(payload, dict):
        raise refused("A request must be a JSON object.")
    query, variables = payload.get("query"), payload.get("variables")
    operation_name = payload.get("operationName")
    if not isinstance(query, str):
        raise refused("`query` must be a string.", field=["query"])
    if variables is not None and not isinstance(variables, dict):
        raise refused("`variables` must be an object.", field=["variables"])
    if operation_name is not None and not isinstance(operation_name, str):
        raise refused("`operationName` must be a string.", field=["operationName"])
    return Request(query, variables, operation_name)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may run, and the one of its operations that was asked for."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode
    #: Names of the root fields, fragments included.
    root_fields: frozenset[str]

    @property
    def kind(self) -> OperationType:
        return self.operation.operation

    @property
    def is_introspection(self) -> bool:
        return self.kind is OperationType.QUERY and self.root_fields <= INTROSPECTION_FIELDS


class Documents:
    """The documents of one schema. `production` leaves suggestions out of its errors."""

    def __init__(self, schema: Schema, production: bool) -> None:
        self._schema = schema._schema
        self._production = production
        self._read = lru_cache(REMEMBERED_DOCUMENTS)(self._parse_and_validate)

    def prepare(self, request: Request) -> Prepared:
        """Raises RequestRefused."""
        document, errors = self._read(request.query)
        if errors:
            raise RequestRefused(list(errors))
        assert document is not None
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if request.operation_name is None:
            if len(operations) != 1:
                raise refused("`operationName` is needed where there is not exactly one operation.")
            operation = operations[0]
        else:
            named = [node for node in operations if node.name and node.name.value == request.operation_name]
            if not named:
                raise refused("There is no operation of that name.", field=["operationName"])
            operation = named[0]
        return Prepared(request.query, document, operation, _root_fields(document, operation))

    def _parse_and_validate(self, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
        try:
            document = parse(text, max_tokens=TOKENS)
        except GraphQLSyntaxError as error:
            if "token" in error.message and str(TOKENS) in error.message:
                return None, (_too_complex(f"more than {TOKENS} tokens"),)
            return None, (_with_code(error),)
        except RecursionError:
            return None, (_too_complex("too deeply nested"),)
        if (excess := _Measure(document).excess()) is not None:
            return None, (_too_complex(excess),)
        errors = validate(
            self._schema, document, max_errors=VALIDATION_ERRORS, hide_suggestions=self._production
        )
        return document, tuple(_with_code(error) for error in errors)


def _with_code(error: GraphQLError) -> GraphQLError:
    error.extensions = {"code": "INVALID_INPUT"}
    return error


def _too_complex(what: str) -> GraphQLError:
    return GraphQLError(f"The query is too complex: {what}.", extensions={"code": "QUERY_TOO_COMPLEX"})


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """Names of the operation's root fields, fragments included, also where these are no tree."""
    fragments = _fragments(document)
    names: set[str] = set()
    waiting = [operation.selection_set]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                names.add(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            # Taken out, so that a cycle ends.
            elif isinstance(node, FragmentSpreadNode) and (fragment := fragments.pop(node.name.value, None)):
                waiting.append(fragment.selection_set)
    return frozenset(names)


@dataclass(slots=True)
class _Size:
    """Of one selection set, its fragments counted as often as they are spread."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0


class _Measure:
    """Looks at each node once, however often its fragment is spread.

    It runs before validation, whose own rules a few hundred bytes of nested fragments can keep busy for minutes.
    """

    def __init__(self, document: DocumentNode) -> None:
        self._document = document
        self._fragments = _fragments(document)
        self._sizes: dict[str, _Size] = {}
        self._spreads = 0
        self._directives = 0

    def excess(self) -> str | None:
        """What there is too much of, or None."""
        if len(self._fragments) > FRAGMENTS:
            return f"more than {FRAGMENTS} fragments"
        for name in self._fragments:
            self._size_of_fragment(name)
        for operation in self._document.definitions:
            if not isinstance(operation, OperationDefinitionNode):
                continue
            self._directives += len(operation.directives or ())
            for variable in operation.variable_definitions or ():
                self._directives += len(variable.directives or ())
            size = self._size(operation.selection_set)
            introspection = _root_fields(self._document, operation) <= INTROSPECTION_FIELDS
            if size.depth > NESTING and not introspection:
                return f"nested deeper than {NESTING}"
            if size.aliases > ALIASES:
                return f"more than {ALIASES} aliases"
            if size.fields > ROOT_FIELDS:
                return f"more than {ROOT_FIELDS} root fields"
        if self._spreads > SPREADS:
            return f"more than {SPREADS} fragment spreads"
        if self._directives > DIRECTIVES:
            return f"more than {DIRECTIVES} directives"
        return None

    def _size(self, selection_set: SelectionSetNode | None) -> _Size:
        total = _Size()
        for node in selection_set.selections if selection_set else ():
            self._directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                below = self._size(node.selection_set)
                aliases = below.aliases + (node.alias is not None)
                size = _Size(below.depth + 1, aliases, 1)
            elif isinstance(node, FragmentSpreadNode):
                self._spreads += 1
                size = self._size_of_fragment(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                size = self._size(node.selection_set)
            total.depth = max(total.depth, size.depth)
            total.aliases += size.aliases
            total.fields += size.fields
        return total

    def _size_of_fragment(self, name: str) -> _Size:
        if name not in self._sizes:
            self._sizes[name] = _Size()  # what a cycle meets: validation says so in words
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._directives += len(fragment.directives or ())
                self._sizes[name] = self._size(fragment.selection_set)
        return self._sizes[name]
