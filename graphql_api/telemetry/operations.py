"""One operation, from its arrival to its answer: figures, and a line of the log."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from itertools import product
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

from jobs import traces
from schema.context import Context
from schema.documents import Prepared

log = structlog.get_logger()

#: Longer than any user should wait for one.
SLOW_SECONDS = 1.0
#: What a client calls its operation is cut to this for the log.
NAME_CHARACTERS = 64
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
#: No operation could be read from it.
UNREAD = "unread"
OK = "OK"
OUR_FAULT = frozenset({"INTERNAL", "UNAVAILABLE"})

operations_total = Counter(
    "taskflow_operations_total",
    "Operations that were answered, by kind and by the code of their first error; OK where they had none.",
    ["transport", "kind", "code"],
)
operation_seconds = Histogram(
    "taskflow_operation_seconds",
    "From having read an operation to its answer; of a subscription, to its beginning.",
    ["kind"],
    buckets=BUCKETS,
)
mutation_seconds = Histogram(
    "taskflow_mutation_seconds",
    "Time of one mutation field, by what came of it: ok, refused or failed.",
    ["mutation", "outcome"],
    buckets=BUCKETS,
)
resyncs_total = Counter(
    "taskflow_resyncs_total", "Times that a client was told to load everything anew: CURSOR_EXPIRED."
)
# What begins with its first time has not grown, to those who look at how fast it grows.
for each in product(("http", "socket"), ("query", "mutation", "subscription", UNREAD), sorted(OUR_FAULT)):
    operations_total.labels(*each)

#: Finding what belongs to labels takes longer than counting; there are a few hundred of them.
_counted = cache(operations_total.labels)
_timed = cache(operation_seconds.labels)
_timed_mutation = cache(mutation_seconds.labels)


class SeenOperation:
    """transport: http or socket."""

    def __init__(self, transport: str, correlation_id: str) -> None:
        self._transport = transport
        self._correlation_id = correlation_id
        self._spans = ExitStack()
        self._span: traces.Span | None = None
        self._kind = UNREAD
        self._name = ""
        self._context: Context | None = None
        self.begin()

    def begin(self) -> None:
        """It has been read: what it takes from now on is our doing."""
        self._began = perf_counter()

    def is_about(self, prepared: Prepared) -> None:
        self._kind = prepared.kind.value
        if prepared.operation.name is not None:
            self._name = prepared.operation.name.value[:NAME_CHARACTERS]
        if traces.tracer is not None:
            self._begin_span(prepared)

    def runs_with(self, context: Context) -> None:
        self._context = context
        if context.viewer is not None:
            user_id = str(context.viewer.user_id)
            structlog.contextvars.bind_contextvars(user_id=user_id)
            if self._span is not None:
                self._span.says({"enduser.id": user_id})

    def end(self, errors: Sequence[Mapping[str, Any]] | None) -> None:
        """errors: of the answer as a whole."""
        seconds = perf_counter() - self._began
        code = errors[0]["extensions"]["code"] if errors else OK
        for mutation in self._context.mutations if self._context is not None else ():
            _timed_mutation(mutation.name, mutation.outcome).observe(mutation.seconds)
            if code == OK and mutation.code is not None:
                code = mutation.code
        if code == "CURSOR_EXPIRED":
            resyncs_total.inc()
        _counted(self._transport, self._kind, code).inc()
        _timed(self._kind).observe(seconds)
        if self._span is not None:
            self._span.says({"taskflow.outcome": code})
            if code in OUR_FAULT:
                self._span.failed(code)
            self._spans.close()
        slow = seconds > SLOW_SECONDS
        if not slow and not log.is_enabled_for(logging.DEBUG):
            return
        (log.warning if slow else log.debug)(
            "operation_slow" if slow else "operation",
            transport=self._transport,
            kind=self._kind,
            operation=self._name,
            outcome=code,
            milliseconds=round(seconds * 1000, 1),
        )

    def _begin_span(self, prepared: Prepared) -> None:
        """Named by the schema's own names: they are few. It ends with `end`, in the same task."""
        name = " ".join((self._kind, *prepared.root_fields)) if len(prepared.root_fields) == 1 else self._kind
        span = (
            traces.within(name)
            if self._transport == "http"
            else traces.root(name, "server", self._correlation_id)
        )
        self._span = self._spans.enter_context(span)
        self._span.says({"graphql.operation.type": self._kind, "graphql.operation.name": self._name})
