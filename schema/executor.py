"""An executor that reads plain fields off their objects: most of what is asked for, of each task and each event.

graphql-core does with every field what the most demanding one needs: a path, an info object, the checks of each type that
it may have. Which fields are no more than an attribute is known from the schema: here they take a tenth of that, and
whatever is not as it should be (a null where none may be, a value of another type) is left to graphql-core, as is every
field with a resolver, so that answers and errors are its own.

It tells its context of every name and value that it makes: lists within lists, and one text under many names, make
gigabytes of a few lines, long before anything is written out.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, override

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    Undefined,
    is_leaf_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.context import Context
from schema.weights import NAME_BYTES, bytes_of

#: In the place of a value that graphql-core has to see.
_LEFT = object()

type _Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done for one selection set of one type."""

    #: The names in the answer, in its order, and their bytes.
    names: dict[str, Any]
    bytes: int
    plain: tuple[tuple[str, _Read], ...]
    others: GroupedFieldSet
    #: Kept for as long as the plan is, which is known by its identity.
    all: GroupedFieldSet


class ReadingExecutor(Executor[Any]):
    """Runs one operation. The executors of a subscription's events share what was found out about its selections."""

    context_value: Context

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._plans: dict[int, _Plan] = {}
        self._root_fields: list[GroupedFieldSet] = []

    @override
    def execute_root_grouped_field_set(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        position_context: Any,
    ) -> Any:
        # graphql-core collects them anew for each event, and remembers what it finds below each: without end.
        if not self._root_fields:
            self._root_fields.append(grouped_field_set)
        [known] = self._root_fields
        return super().execute_root_grouped_field_set(
            root_type, root_value, known, serially, position_context
        )

    @override
    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,
    ) -> Any:
        plan = self._plans.get(id(grouped_field_set))
        if plan is None:
            plan = self._plans[id(grouped_field_set)] = _plan(parent_type, grouped_field_set)
        answer = plan.names.copy()
        others = plan.others
        weight = plan.bytes
        for name, read in plan.plain:
            try:
                value = read(source_value)
            except Exception:
                # It happens again where it is dealt with.
                value = _LEFT
            if value is _LEFT:
                others = {**others, name: grouped_field_set[name]}
            else:
                answer[name] = value
                weight += bytes_of(value)
        self.context_value.weigh(weight)
        if not others:
            return answer
        rest: Any = super().execute_fields(parent_type, source_value, path, others, position_context)
        if self.is_awaitable(rest):
            return _completed(answer, rest)
        answer.update(rest)
        return answer

    @override
    def complete_leaf_value(self, return_type: Any, result: Any) -> Any:  # type: ignore[override]
        leaf = Executor.complete_leaf_value(return_type, result)
        self.context_value.weigh(bytes_of(leaf))
        return leaf


async def _completed(answer: dict[str, Any], rest: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    answer.update(await rest)
    return answer


def _plan(parent_type: GraphQLObjectType, fields: GroupedFieldSet) -> _Plan:
    plain: dict[str, _Read] = {}
    for name, details in fields.items():
        read = _read_of(parent_type, details[0].node.name.value)
        if read is not None:
            plain[name] = read
    others = {name: details for name, details in fields.items() if name not in plain}
    bytes_ = sum(len(name) + NAME_BYTES for name in fields)
    return _Plan(dict.fromkeys(fields), bytes_, tuple(plain.items()), others, fields)


@lru_cache(4096)
def _read_of(parent_type: GraphQLObjectType, field_name: str) -> _Read | None:
    """How the field's value in the answer is read off its object; None where it takes more than that."""
    if field_name == "__typename":
        return lambda _: parent_type.name
    field = parent_type.fields.get(field_name)
    definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if field is None or definition is None or not definition.is_basic_field:
        return None
    return _reader(definition.python_name, field)


def _reader(attribute: str, field: GraphQLField) -> _Read:
    nullable = not isinstance(field.type, GraphQLNonNull)
    coerce = _coercion(field.type)

    def read(source: Any) -> Any:
        value = getattr(source, attribute)
        if value is None:
            return None if nullable else _LEFT
        return coerce(value)

    return read


def _coercion(type_: GraphQLOutputType) -> _Read:
    """From a value to what stands for it in the answer. It may raise, as well as say that it is left."""
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if type_ in (GraphQLString, GraphQLID):
        return lambda value: value if type(value) is str else _LEFT
    if type_ is GraphQLBoolean:
        return lambda value: value if type(value) is bool else _LEFT
    if isinstance(type_, GraphQLEnumType):
        return _names_of(type_).__getitem__
    if isinstance(type_, GraphQLList):
        return _list_coercion(type_.of_type)
    if is_leaf_type(type_):
        return _leaf_coercion(type_)
    return lambda _: _LEFT


def _names_of(type_: GraphQLEnumType) -> Mapping[Any, str]:
    members = getattr(type_, "wrapped_cls", None)
    if members is None:
        return {}
    return {members(value.value): name for name, value in reversed(type_.values.items())}


def _list_coercion(item_type: GraphQLOutputType) -> _Read:
    coerce = _coercion(item_type)

    def coerced(values: Any) -> Any:
        if type(values) is not list:
            return _LEFT
        answer = [coerce(value) for value in values]
        return _LEFT if any(value is _LEFT for value in answer) else answer

    return coerced


def _leaf_coercion(type_: GraphQLLeafType) -> _Read:
    coerce = type_.coerce_output_value

    def coerced(value: Any) -> Any:
        answer = coerce(value)
        return _LEFT if answer is None or answer is Undefined else answer

    return coerced
