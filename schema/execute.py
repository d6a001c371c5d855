"""Running a prepared operation, and what of its errors a client may see."""

import asyncio
from collections.abc import AsyncIterable
from inspect import isawaitable
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import Executor, create_source_event_stream
from strawberry import Schema

from resolvers.errors import CursorExpired, CursorInvalid, RateLimited, Refusal, Unauthenticated, Unavailable
from resolvers.log.event_log import read_position_of_session
from resolvers.log.events import Event
from resolvers.time_limit import limited
from schema.context import Context, TooMuch
from schema.cost import COST
from schema.documents import Prepared, RequestRefused, too_complex
from schema.executor import ReadingExecutor
from schema.types import event as types

log = structlog.get_logger()

#: They make or end a session, so they pay no heed to the one that the request may carry.
WITHOUT_VIEWER = frozenset(
    {"signUp", "logIn", "refreshSession", "logOut", "requestPasswordReset", "resetPassword"}
)

#: The longest that a query takes, and a mutation until its commit begins, and what it reads for its answer after that.
OPERATION_SECONDS = 10.0

type Answer = dict[str, Any]


def needs_viewer(prepared: Prepared) -> bool:
    """Whether the operation can only run for somebody who is signed in."""
    if prepared.kind is OperationType.MUTATION:
        return not prepared.root_fields <= WITHOUT_VIEWER
    return not prepared.is_introspection


async def execute(
    schema: Schema, prepared: Prepared, context: Context, variables: dict[str, Any] | None
) -> Answer:
    """Run a query or a mutation. Raises RequestRefused where it can't begin."""
    executor = _build(schema, prepared, context, variables)
    try:
        async with limited(OPERATION_SECONDS):
            return await _execute(executor, prepared, context)
    except Unavailable as error:
        return _only(GraphQLError("", original_error=error), context)


async def _execute(executor: Executor[Any], prepared: Prepared, context: Context) -> Answer:
    if prepared.kind is OperationType.QUERY and not prepared.is_introspection:
        # Before any list, so that the cursor of this request is never newer than what the request shows.
        try:
            async with context.database.read() as session:
                viewer = context.signed_in
                context.position = await read_position_of_session(session, viewer.user_id, viewer.session_id)
            if context.position is None:
                raise Unauthenticated
        except Exception as error:
            raise RequestRefused([_presentable(GraphQLError("", original_error=error), context)]) from None
    return await _run(executor, context)


class Subscribed:
    """A subscription that began: where its events come from, and how each becomes an answer."""

    def __init__(self, executor: Executor[Any], context: Context, source: AsyncIterable[Event]) -> None:
        self._executor = executor
        self._context = context
        self.source = source

    async def render(self, event: Event) -> Answer:
        """What one event is to this subscription. Raises Unavailable where it takes too long."""
        context = self._context.fresh()
        executor = self._executor.build_per_event_executor(types.Event.of(event, context.place))
        # What one event has read is old by the next.
        executor.context_value = context
        async with limited(OPERATION_SECONDS):
            return await _run(executor, context)


async def subscribe(
    schema: Schema, prepared: Prepared, context: Context, variables: dict[str, Any] | None
) -> Subscribed | Answer:
    """Begin a subscription; an Answer with `errors` where its resolver refused. Raises RequestRefused."""
    executor = _build(schema, prepared, context, variables)
    source = create_source_event_stream(executor)
    if isawaitable(source):
        source = await source
    if isinstance(source, ExecutionResult):
        return answer(source, context)
    return Subscribed(executor, context, source)


async def _run(executor: Executor[Any], context: Context) -> Answer:
    """Execute to the end, or to where the operation shows more than one may, or than there is room for."""
    result = executor.execute_operation()
    if isawaitable(result):
        context.running = asyncio.ensure_future(result)
        try:
            result = await context.running
        except asyncio.CancelledError:
            if context.ended_by is None:
                raise
    if context.ended_by is not None:
        # By their tracebacks they would keep all that was read, until somebody looks for rings of what is left.
        for error in (context.ended_by, *executor.collected_errors.errors):
            _without_frames(error)
        # What the field that was one too many has to say would be about itself alone.
        return _only(GraphQLError("", original_error=context.ended_by), context)
    assert isinstance(result, ExecutionResult)
    return answer(result, context)


def _without_frames(error: BaseException | None) -> None:
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__ or getattr(error, "original_error", None)


def written(answer: Answer, context: Context) -> tuple[Answer, bytes]:
    """The answer as it goes out, and that in JSON; another one where it is too large after all, by what is escaped."""
    text = orjson.dumps(answer)
    if len(text) <= context.most_bytes:
        return answer, text
    answer = _only(GraphQLError("", original_error=context.too_large), context)
    return answer, orjson.dumps(answer)


def _only(error: GraphQLError, context: Context) -> Answer:
    return answer(ExecutionResult(None, [error]), context)


def answer(result: ExecutionResult, context: Context) -> Answer:
    """The result in the form that goes out, its errors masked."""
    formatted: Answer = {"data": result.data}
    if result.errors:
        formatted["errors"] = [_presentable(error, context).formatted for error in result.errors]
    formatted["extensions"] = {"cost": context.cost}
    return formatted


def _build(
    schema: Schema, prepared: Prepared, context: Context, variables: dict[str, Any] | None
) -> Executor[Any]:
    """Raises RequestRefused where a variable is bad, and where it would cost too much."""
    name = prepared.operation.name
    executor = ReadingExecutor.build(
        schema._schema,
        prepared.document,
        context_value=context,
        raw_variable_values=variables,
        operation_name=name.value if name else None,
        hide_suggestions=True,
    )
    if isinstance(executor, list):
        raise RequestRefused([_bad_variable(error) for error in executor])
    context.cost = prepared.cost.of(executor.variable_values.coerced)
    if context.cost > COST:
        what = f"it costs {context.cost:,}, and {COST:,} is the most"
        raise RequestRefused([too_complex(what, cost=context.cost, limit=COST)])
    return executor


def _bad_variable(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, error.nodes, extensions={"code": "INVALID_INPUT"})


def _presentable(error: GraphQLError, context: Context) -> GraphQLError:
    """The error as the client may see it. What went wrong inside goes to the log, and nowhere else."""
    original = error.original_error
    # graphql-core wraps errors of errors.
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    match original:
        case Unauthenticated():
            return _coded(error, "UNAUTHENTICATED", "Sign in first.")
        case Unavailable():
            return _coded(error, "UNAVAILABLE", "The server can't do this right now. Please repeat it.")
        case TooMuch():
            return too_complex(original.what)
        case RateLimited():
            return _coded(error, "RATE_LIMITED", str(original), retryAfter=original.retry_after)
        case CursorInvalid():
            return _coded(error, "CURSOR_INVALID", "This is not a cursor of yours. Load the state anew.")
        case CursorExpired():
            return _coded(error, "CURSOR_EXPIRED", "This cursor is too old. Load the state anew.")
        case Refusal():
            return _coded(error, original.code, original.message, field=list(original.field))
        case None | GraphQLError():
            # graphql-core's own, such as an argument that can't be read.
            return _coded(error, (error.extensions or {}).get("code", "INVALID_INPUT"), error.message)
    log.error(
        "operation_failed",
        correlation_id=context.correlation_id,
        path=error.path,
        exc_info=(type(original), original, original.__traceback__),
    )
    return _coded(
        error,
        "INTERNAL",
        "Something went wrong on our side.",
        correlationId=context.correlation_id,
    )


def _coded(error: GraphQLError, code: str, message: str, **extensions: Any) -> GraphQLError:
    return GraphQLError(message, error.nodes, path=error.path, extensions={"code": code, **extensions})
