"""Queries, mutations and subscriptions on one socket."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import orjson
import structlog
from graphql import OperationType

from graphql_api.doors.unread import Room, turn_of
from graphql_api.live.stream import EventStream, open_stream
from graphql_api.rates.answers import too_many
from graphql_api.socket import codes
from graphql_api.socket.codes import Close
from graphql_api.socket.connection import Connection
from graphql_api.socket.operation import Operation
from graphql_api.socket.sharing_key import sharing_key
from graphql_api.telemetry.operations import SeenOperation
from graphql_api.wiring import Parts
from resolvers.errors import RateLimited, Unavailable
from resolvers.log.event_log import EventFilter
from resolvers.log.events import Event
from resolvers.viewer import Viewer
from schema.context import EVENT_BYTES, Context
from schema.documents import Prepared, Request, RequestRefused, read_request, refused
from schema.execute import Subscribed, execute, subscribe, written

log = structlog.get_logger()

OPERATIONS_PER_SOCKET = 20
#: When to try again, for whoever has as many: nobody knows when one ends.
LIMIT_SECONDS = 10


class LiveEvents:
    """What `Subscription.events` watches with."""

    def __init__(self, parts: Parts) -> None:
        self._hub = parts.hub

    async def watch(self, viewer: Viewer, after: str | None, wanted: EventFilter) -> EventStream:
        return await open_stream(self._hub, viewer, after, wanted)


class Operations:
    def __init__(self, parts: Parts, connection: Connection, user_agent: str) -> None:
        self._parts = parts
        self._connection = connection
        self.user_agent = user_agent
        self._operations: dict[str, Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the conversation. It is never cancelled: a mutation that has begun is finished."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def start(self, id_: str, payload: dict[str, Any]) -> None:
        """Raises Close where the id is in use."""
        if id_ in self._operations:
            raise Close(codes.DUPLICATE_ID, f"Subscriber for {id_} already exists")
        # What the client completed can still be running: that is bounded as well.
        if len(self._operations) >= OPERATIONS_PER_SOCKET or len(self._tasks) >= 2 * OPERATIONS_PER_SOCKET:
            self._refuse(
                id_, refused("Subscription limit reached.", "RATE_LIMITED", retryAfter=LIMIT_SECONDS)
            )
            return
        operation = self._operations[id_] = Operation(id_, self._connection, self._forget)
        self.begin(self._run(operation, payload))

    def end(self, id_: str) -> None:
        """The client wants no more of it: nothing that waits to be sent goes out, since the id is free again."""
        operation = self._operations.pop(id_, None)
        if operation is not None:
            operation.end()
        self._connection.drop(id_)

    def end_all(self) -> None:
        for id_ in list(self._operations):
            self.end(id_)

    def _forget(self, operation: Operation) -> None:
        if self._operations.get(operation.id) is operation:
            del self._operations[operation.id]

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("socket_operation_failed", exc_info=(type(error), error, error.__traceback__))
            self._parts.sockets.close(
                self._connection, codes.TRY_AGAIN_LATER, "Something went wrong on our side"
            )

    def _refuse(self, id_: str, refusal: RequestRefused) -> None:
        errors = [error.formatted for error in refusal.errors]
        self._connection.put(orjson.dumps({"id": id_, "type": "error", "payload": errors}).decode(), id_)

    async def finished(self) -> None:
        """Wait for what runs to its end whatever happens to the socket."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, operation: Operation, payload: dict[str, Any]) -> None:
        context = self._context()
        # It has a task of its own: what is bound is of this operation alone.
        structlog.contextvars.bind_contextvars(correlation_id=context.correlation_id)
        seen = SeenOperation("socket", context.correlation_id)
        seen.runs_with(context)
        try:
            viewer = context.signed_in
            await self._parts.rates.operation(viewer.user_id, self._connection.address)
            request = read_request(payload)
            prepared = await self._parts.reading.prepare(request, str(viewer.user_id))
            seen.is_about(prepared)
            if prepared.kind is OperationType.SUBSCRIPTION:
                await self._watch(operation, request, prepared, context, seen)
                return
            await self._answer(operation, request, prepared, context, seen)
        except (RequestRefused, RateLimited) as error:
            refusal = too_many(error) if isinstance(error, RateLimited) else error
            seen.end([each.formatted for each in refusal.errors])
            if operation.ended:
                return
            self._refuse(operation.id, refusal)
            operation.finish(say_complete=False)

    async def _answer(
        self,
        operation: Operation,
        request: Request,
        prepared: Prepared,
        context: Context,
        seen: SeenOperation,
    ) -> None:
        context.room = room = Room(str(context.signed_in.user_id))
        try:
            async with turn_of(room.whose):
                answer = await execute(self._parts.schema, prepared, context, request.variables)
                answer, content = written(answer, context)
            seen.end(answer.get("errors"))
            del answer
            # As a text it can be four times as large, so it is one only where there is room.
            while not operation.offer(content.decode()):
                # Who does not read waits, and is known to have this, too, unread.
                room.hold(len(content))
                await operation.drained()
            del content
            operation.finish()
            if room.held:
                await operation.drained()
        finally:
            room.give_back()

    async def _watch(
        self,
        operation: Operation,
        request: Request,
        prepared: Prepared,
        context: Context,
        seen: SeenOperation,
    ) -> None:
        context.most_bytes = EVENT_BYTES
        began = await subscribe(self._parts.schema, prepared, context, request.variables)
        seen.end(None if isinstance(began, Subscribed) else began.get("errors"))
        if not isinstance(began, Subscribed):
            operation.put(orjson.dumps(began).decode())
            operation.finish()
            return
        source = began.source
        assert isinstance(source, EventStream)
        if operation.ended:
            source.close()
            return
        context.position = source.position

        async def render(event: Event) -> str:
            answer = await began.render(event)
            if any(error["extensions"]["code"] == "UNAVAILABLE" for error in answer.get("errors", ())):
                # With this the event would count as delivered, and part of it would be missing for good.
                raise Unavailable
            return written(answer, context)[1].decode()

        key = (source.position.user_id, source.position.epoch, *sharing_key(request, prepared))
        operation.watch(self._parts.sharing.enter(key, source, render, operation), self._parts, key)

    def _context(self) -> Context:
        parts = self._parts
        return Context(
            database=parts.database,
            log=parts.log,
            tokens=parts.tokens,
            live=LiveEvents(parts),
            courier=parts.courier,
            attempts=parts.rates.at(self._connection.address),
            correlation_id=str(uuid4()),
            viewer=self._connection.viewer,
            user_agent=self.user_agent,
            session_days=parts.settings.session_days,
            origin=parts.settings.origin,
        )
