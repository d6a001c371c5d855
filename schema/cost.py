"""What an operation may cost, told before it runs: how many objects its answer would show.

A list counts with the `first` that it is asked for, and one without with what people usually have. So it is an estimate:
what is really shown is counted as well (`OBJECTS`).
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)

from resolvers.paging import FIRST
from schema.context import EXPORT_WEIGHS, OBJECTS
from schema.measure import fragments_of

#: The most that one operation may cost. The web app's dearest are an export's pages (20,002) and what a month shows
#: (10,202); a page of 100 tasks with all there is of each, and of its subtasks, is at some 12,000.
COST = OBJECTS
#: It is reckoned in plain values: so many of them, in a list, weigh as much as an object.
OBJECT = 10
#: A transaction, with its events and all that comes of them, beside what the answer shows.
MUTATION = 10
#: Each is a walk through the whole schema; the standard query needs one.
INTROSPECTION = {"__schema": 5_000, "__type": 500}
#: How long a list without `first` is taken to be.
USUAL = {
    "Query.channels": 5,
    "Query.labels": 50,
    "Query.sessions": 10,
    "Reminder.deliveries": 2,
    "Task.labels": 3,
    "Task.reminders": 3,
    "Task.subtasks": 3,
    "TasksPayload.tasks": 100,
}
#: Pages that may be larger, and each thing of which is more work than an object.
EXPORTS = {"Query.exportCalendar", "Query.exportData"}
EXPORT_FIRST = range(1, 1001)


@dataclass(frozen=True, slots=True)
class _Page:
    """How long a list is: what a variable says, or `size` where it says nothing."""

    size: int
    longest: int
    variable: str = ""

    def value(self, variables: Mapping[str, Any]) -> int:
        given = variables.get(self.variable)
        # Beyond the limits it is refused, by name, where it is read.
        return min(max(self.size if given is None else given, 0), self.longest)


#: Numbers, each by the pages whose sizes it is to be multiplied with: none where it is just a number.
type _Sum = Counter[tuple[_Page, ...]]


class Cost:
    """Of one operation. All but the sizes of its pages is reckoned already."""

    def __init__(self, terms: _Sum) -> None:
        self._terms = tuple(terms.items())

    def of(self, variables: Mapping[str, Any]) -> int:
        """variables  as the schema reads them: with their defaults, and of their types"""
        values = sum(
            number * math.prod(page.value(variables) for page in pages) for pages, number in self._terms
        )
        return math.ceil(values / OBJECT)


class Costs:
    """Reckons the operations of one valid document. Looks at each node once, however often its fragment is spread."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = fragments_of(document)
        self._known: dict[str, tuple[_Sum, _Sum]] = {}

    def of(self, operation: OperationDefinitionNode) -> Cost:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        return Cost(self._selection(root, operation.selection_set)[0])

    def _selection(self, parent: GraphQLObjectType, selections: SelectionSetNode | None) -> tuple[_Sum, _Sum]:
        """What is below an object, and what of it is there for each row of the page that the object stands for."""
        once: _Sum = Counter()
        each: _Sum = Counter()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                self._add_field(parent, node, once, each)
                continue
            if isinstance(node, FragmentSpreadNode):
                below = self._fragment(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                below = self._selection(self._on(node, parent), node.selection_set)
            once.update(below[0])
            each.update(below[1])
        return once, each

    def _add_field(self, parent: GraphQLObjectType, node: FieldNode, once: _Sum, each: _Sum) -> None:
        name = node.name.value
        definition = parent.fields.get(name)
        if definition is None:
            once[()] += INTROSPECTION.get(name, 0) * OBJECT
            return
        if parent is self._schema.mutation_type:
            once[()] += MUTATION * OBJECT
        field = f"{parent.name}.{name}"
        page = _page_of(field, definition, node)
        named = get_named_type(definition.type)
        if page is not None and (is_leaf_type(named) or field in EXPORTS):
            once.update(_times(Counter({(): EXPORT_WEIGHS * OBJECT if field in EXPORTS else 1}), page))
        if not isinstance(named, GraphQLObjectType):
            return
        below, of_each = self._selection(named, node.selection_set)
        below[()] += OBJECT
        if page is not None:
            below.update(_times(of_each, page))
        if not isinstance(get_nullable_type(definition.type), GraphQLList):
            once.update(below)
        elif parent.name.endswith("Connection"):
            each.update(below)
        else:
            once.update({pages: number * USUAL.get(field, 1) for pages, number in below.items()})

    def _fragment(self, name: str) -> tuple[_Sum, _Sum]:
        if name not in self._known:
            fragment = self._fragments[name]
            self._known[name] = self._selection(self._on(fragment, None), fragment.selection_set)
        return self._known[name]

    def _on(self, node: Any, parent: GraphQLObjectType | None) -> GraphQLObjectType:
        type_ = (
            parent if node.type_condition is None else self._schema.type_map[node.type_condition.name.value]
        )
        assert isinstance(type_, GraphQLObjectType)
        return type_


def _page_of(field: str, definition: GraphQLField, node: FieldNode) -> _Page | None:
    """None where it takes no `first`."""
    argument = definition.args.get("first")
    if argument is None:
        return None
    longest = (EXPORT_FIRST if field in EXPORTS else FIRST)[-1]
    size = argument.default_value
    for given in node.arguments or ():
        if given.name.value == "first" and isinstance(given.value, VariableNode):
            return _Page(size, longest, given.value.name.value)
        if given.name.value == "first" and isinstance(given.value, IntValueNode):
            size = int(given.value.value)
    return _Page(size, longest)


def _times(terms: _Sum, page: _Page) -> _Sum:
    if not page.variable:
        return Counter({pages: number * page.value({}) for pages, number in terms.items()})
    return Counter({(*pages, page): number for pages, number in terms.items()})
