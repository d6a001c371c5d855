"""Which subscriptions of one user ask for the same thing."""

import orjson
from graphql import VariableNode
from graphql.language import FieldNode

from schema.documents import Prepared, Request


def sharing_key(request: Request, prepared: Prepared) -> tuple[str, str, str]:
    """What of a request alters its results: the document, the operation, and the variables but for the cursor."""
    variables = dict(request.variables or {})
    cursor = _cursor_variable(prepared)
    if cursor is not None:
        variables.pop(cursor, None)
    canonical = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS).decode()
    return request.query, request.operation_name or "", canonical


def _cursor_variable(prepared: Prepared) -> str | None:
    """The variable that is given to `after` and is used nowhere else."""
    for field in prepared.operation.selection_set.selections:
        if isinstance(field, FieldNode):
            for argument in field.arguments or ():
                if argument.name.value == "after" and isinstance(argument.value, VariableNode):
                    name = argument.value.name.value
                    # Once where it is declared, once here.
                    return name if prepared.text.count(f"${name}") == 2 else None
    return None
