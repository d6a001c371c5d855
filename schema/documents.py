"""What a client sent, made ready to run: parsed, held to the limits, validated. Done once per text, then remembered."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError
from strawberry import Schema

from schema.measure import INTROSPECTION_FIELDS, Measure, root_fields_of

TOKENS = 2_000
REMEMBERED_DOCUMENTS = 1_000
VALIDATION_ERRORS = 10
#: What graphql-core may spend on comparing fields of one name, at least two units a pair: some 30 ms, or 100 of a name.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 20_000


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
        return Prepared(request.query, document, operation, root_fields_of(document, operation))

    def _parse_and_validate(self, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
        try:
            document = parse(text, max_tokens=TOKENS)
        except GraphQLSyntaxError as error:
            if "token" in error.message and str(TOKENS) in error.message:
                return None, (too_complex(f"more than {TOKENS} tokens"),)
            return None, (_with_code(error),)
        except RecursionError:
            return None, (too_complex("too deeply nested"),)
        if (excess := Measure(document).excess()) is not None:
            return None, (too_complex(excess),)
        document = visit(document, _WithoutRepeats())
        errors = validate(
            self._schema, document, max_errors=VALIDATION_ERRORS, hide_suggestions=self._production
        )
        # The other reason to give up is that there were too many errors, which come along.
        if len(errors) <= VALIDATION_ERRORS and any(isinstance(it, ValidationAbortedError) for it in errors):
            return None, (too_complex("too many fields of one name"),)
        return document, tuple(_with_code(error) for error in errors)


class _WithoutRepeats(Visitor):
    """Takes out fields that only say once more what stands beside them: `{ viewer { id id } }`.

    Validation compares each field of a name with every other one, so a thousand of them would be too many.
    """

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode | None:
        kept: dict[object, SelectionNode] = {}
        for selection in node.selections:
            key: object = id(selection)
            if isinstance(selection, FieldNode) and not (
                selection.arguments or selection.directives or selection.selection_set
            ):
                key = (selection.alias and selection.alias.value, selection.name.value)
            kept.setdefault(key, selection)
        if len(kept) == len(node.selections):
            return None
        return SelectionSetNode(selections=tuple(kept.values()), loc=node.loc)


def _with_code(error: GraphQLError) -> GraphQLError:
    error.extensions = {"code": "INVALID_INPUT"}
    return error


def too_complex(what: str) -> GraphQLError:
    return GraphQLError(f"The query is too complex: {what}.", extensions={"code": "QUERY_TOO_COMPLEX"})
