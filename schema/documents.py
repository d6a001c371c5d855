"""What a client sent, made ready to run: parsed, held to the limits, validated. Done once per text, then remembered."""

from collections import OrderedDict
from dataclasses import dataclass
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

from schema.cost import Cost, Costs
from schema.measure import INTROSPECTION_FIELDS, Measure, root_fields_of

TOKENS = 2_000
#: Of the texts whose documents are kept, in all: a document takes some 60 times as much, so no more than 30 MB.
REMEMBERED_CHARACTERS = 524_288
#: What the shortest counts as.
SHORTEST_CHARACTERS = 256
VALIDATION_ERRORS = 5
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
    cost: Cost

    @property
    def kind(self) -> OperationType:
        return self.operation.operation

    @property
    def is_introspection(self) -> bool:
        return self.kind is OperationType.QUERY and self.root_fields <= INTROSPECTION_FIELDS


#: Those of one document, by their names.
type Operations = dict[str | None, Prepared]


class Documents:
    """The documents of one schema. `production` leaves suggestions out of its errors."""

    def __init__(self, schema: Schema, production: bool) -> None:
        self._schema = schema._schema
        self._production = production
        #: What may run, by its text; what was not asked for longest stands first.
        self._remembered: OrderedDict[str, Operations] = OrderedDict()
        self._characters = 0

    def remembers(self, text: str) -> bool:
        """Whether the text has been read, and may run."""
        return text in self._remembered

    def prepare(self, request: Request) -> Prepared:
        """Raises RequestRefused."""
        operations = self._operations_of(request.query)
        if request.operation_name is None:
            if len(operations) != 1:
                raise refused("`operationName` is needed where there is not exactly one operation.")
            return next(iter(operations.values()))
        if request.operation_name not in operations:
            raise refused("There is no operation of that name.", field=["operationName"])
        return operations[request.operation_name]

    def _operations_of(self, text: str) -> Operations:
        operations = self._remembered.get(text)
        if operations is not None:
            self._remembered.move_to_end(text)
            return operations
        operations = self._read(text)
        self._remembered[text] = operations
        self._characters += max(len(text), SHORTEST_CHARACTERS)
        while self._characters > REMEMBERED_CHARACTERS:
            forgotten, _ = self._remembered.popitem(last=False)
            self._characters -= max(len(forgotten), SHORTEST_CHARACTERS)
        return operations

    def _read(self, text: str) -> Operations:
        document = self._parse_and_validate(text)
        costs = Costs(self._schema, document)
        return {
            operation.name.value if operation.name else None: Prepared(
                text,
                document,
                operation,
                frozenset(field.name for field in root_fields_of(document, operation)),
                costs.of(operation),
            )
            for operation in document.definitions
            if isinstance(operation, OperationDefinitionNode)
        }

    def _parse_and_validate(self, text: str) -> DocumentNode:
        try:
            document: DocumentNode = parse(text, max_tokens=TOKENS)
        except GraphQLSyntaxError as error:
            if "token" in error.message and str(TOKENS) in error.message:
                raise RequestRefused([too_complex(f"more than {TOKENS} tokens")]) from None
            raise RequestRefused([_with_code(error)]) from None
        except RecursionError:
            raise RequestRefused([too_complex("too deeply nested")]) from None
        if (excess := Measure(document).excess()) is not None:
            raise RequestRefused([too_complex(excess)])
        document = visit(document, _WithoutRepeats())
        errors = validate(
            self._schema, document, max_errors=VALIDATION_ERRORS, hide_suggestions=self._production
        )
        # The other reason to give up is that there were too many errors, which come along.
        if len(errors) <= VALIDATION_ERRORS and any(isinstance(it, ValidationAbortedError) for it in errors):
            raise RequestRefused([too_complex("too many fields of one name")])
        if errors:
            raise RequestRefused([_with_code(error) for error in errors])
        return document


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


def too_complex(what: str, **extensions: Any) -> GraphQLError:
    return GraphQLError(
        f"The query is too complex: {what}.", extensions={"code": "QUERY_TOO_COMPLEX", **extensions}
    )
