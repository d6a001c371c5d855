"""Traces by OpenTelemetry, exported by OTLP over HTTP. Loaded only where they are.

A trace is told by what the log keeps: its id comes from the correlation id, and the id of the span that everything
about an event hangs on from the event's. So processes that share nothing but events agree on both, and since whether
a trace is sampled goes by its id alone, on that as well.
"""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, override
from uuid import uuid4

import structlog
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler, TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from prometheus_client import Counter

from graphql_api.setting_types import read_headers
from graphql_api.settings import Settings
from graphql_api.version import VERSION
from jobs.bus.message import span_of, trace_of
from jobs.traces import Attributes, Kind, Span
from resolvers.log.events import Event

log = structlog.get_logger()

#: What is left to export when the process stops does not keep it longer.
STOP_SECONDS = 2.0

spans_total = Counter(
    "taskflow_spans_total", "Spans that were to be exported, by what came of it.", ["outcome"]
)


def start_tracing(settings: Settings) -> "OpenTelemetryTracer":
    # It would say of every batch what Exporter says once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    exporter = OTLPSpanExporter(
        endpoint=f"{settings.otel_exporter_otlp_endpoint}/v1/traces",
        headers=read_headers(settings.otel_exporter_otlp_headers.get_secret_value()),
    )
    return OpenTelemetryTracer(
        BatchSpanProcessor(_Exporter(exporter)),
        _sampler(settings),
        {
            "service.name": settings.otel_service_name,
            "service.version": VERSION,
            "service.instance.id": str(uuid4()),
            "taskflow.role": settings.role,
        },
    )


def _sampler(settings: Settings) -> Sampler:
    # Whether who asks is sampled does not count: the events of the request do not tell it on.
    match settings.otel_traces_sampler.removeprefix("parentbased_"):
        case "always_off":
            return ALWAYS_OFF
        case "traceidratio":
            return TraceIdRatioBased(settings.otel_traces_sampler_arg)
        case _:
            return ALWAYS_ON


class OpenTelemetryTracer:
    def __init__(self, processor: BatchSpanProcessor, sampler: Sampler, resource: Attributes) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(
            sampler, Resource(resource), shutdown_on_exit=False, id_generator=self._ids
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("taskflow", VERSION)

    def root(
        self,
        name: str,
        kind: Kind,
        correlation_id: str,
        parent: tuple[str, str] | None,
        attributes: Attributes,
    ) -> Any:
        trace_id = int.from_bytes(trace_of(correlation_id))
        links: list[Link] = []
        of_parent = None
        if parent is not None:
            asked = SpanContext(int(parent[0], 16), int(parent[1], 16), is_remote=True)
            if asked.trace_id == trace_id:
                of_parent = asked
            else:
                # A correlation id of the client's choosing goes before its trace.
                links.append(Link(asked))
        attributes = {**attributes, "taskflow.correlation_id": correlation_id}
        return self._span(name, kind, of_parent, attributes, links, trace_id=trace_id)

    def after(self, name: str, kind: Kind, event: Event, attributes: Attributes) -> Any:
        return self._span(name, kind, _context_of(event), {**_about(event), **attributes})

    def within(self, name: str, kind: Kind, attributes: Attributes) -> Any:
        parent = trace.get_current_span().get_span_context()
        return self._span(name, kind, parent, attributes) if parent.is_valid else _nothing()

    def recorded(self, event: Event) -> None:
        of_event = _context_of(event)
        parent = trace.get_current_span().get_span_context()
        same = parent.is_valid and parent.trace_id == of_event.trace_id
        span = self._start(
            f"record {event.type.value}",
            "producer",
            parent if same else None,
            _about(event),
            trace_id=of_event.trace_id,
            span_id=of_event.span_id,
        )
        span.end()

    def current(self) -> tuple[str, str] | None:
        span = trace.get_current_span().get_span_context()
        if not span.is_valid:
            return None
        return trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id)

    async def stop(self) -> None:
        """Export what is left, as far as that goes at once. A thread that hangs in it ends with the process."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def shut_down() -> None:
            self._provider.shutdown()
            if not loop.is_closed():
                loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=shut_down, name="last spans", daemon=True).start()
        try:
            await asyncio.wait_for(ended.wait(), STOP_SECONDS)
        except TimeoutError:
            log.warning("traces_left_over", reason="they could not be exported in time")

    def _start(
        self,
        name: str,
        kind: Kind,
        parent: SpanContext | None,
        attributes: Attributes,
        links: Sequence[Link] = (),
        *,
        trace_id: int = 0,
        span_id: int = 0,
    ) -> trace.Span:
        self._ids.next_trace, self._ids.next_span = trace_id, span_id
        try:
            return self._tracer.start_span(
                name,
                trace.set_span_in_context(NonRecordingSpan(parent), contexts.Context())
                if parent is not None
                else contexts.Context(),
                SpanKind[kind.upper()],
                attributes,
                links,
                record_exception=False,
                set_status_on_exception=False,
            )
        finally:
            self._ids.next_trace = self._ids.next_span = 0

    @contextmanager
    def _span(
        self,
        name: str,
        kind: Kind,
        parent: SpanContext | None,
        attributes: Attributes,
        links: Sequence[Link] = (),
        *,
        trace_id: int = 0,
    ) -> Iterator[Span]:
        span = self._start(name, kind, parent, attributes, links, trace_id=trace_id)
        token = contexts.attach(trace.set_span_in_context(span))
        said = _Said(span)
        try:
            yield said
        except Exception as error:
            said.failed(type(error).__name__)  # never its message, which may hold what a user wrote
            raise
        finally:
            contexts.detach(token)
            span.end()


class _Said:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def says(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def failed(self, why: str) -> None:
        self._span.set_attribute("error.type", why)
        self._span.set_status(Status(StatusCode.ERROR))


@contextmanager
def _nothing() -> Iterator[Span]:
    yield _Said(trace.INVALID_SPAN)


def _context_of(event: Event) -> SpanContext:
    """Of the span in which the event was recorded, as its `traceparent` on the bus has it."""
    return SpanContext(
        int.from_bytes(trace_of(event.correlation_id)),
        int.from_bytes(span_of(event.event_id)),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _about(event: Event) -> Attributes:
    return {
        "taskflow.event_id": str(event.event_id),
        "taskflow.correlation_id": event.correlation_id,
        "enduser.id": str(event.user_id),
    }


class _Ids(RandomIdGenerator):
    """Random ones, unless the next is known. Spans are begun on the event loop alone."""

    next_trace = 0
    next_span = 0

    @override
    def generate_trace_id(self) -> int:
        return self.next_trace or super().generate_trace_id()

    @override
    def generate_span_id(self) -> int:
        return self.next_span or super().generate_span_id()


class _Exporter(SpanExporter):
    """Counts, and says once that spans get nowhere, in whatever thread that is."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._failing = False

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        spans_total.labels("lost" if failed else "exported").inc(len(spans))
        if failed != self._failing:
            self._failing = failed
            if failed:
                log.warning("traces_not_exported", reason="OTEL_EXPORTER_OTLP_ENDPOINT does not take them")
            else:
                log.info("traces_exported_again")
        return result

    @override
    def shutdown(self) -> None:
        self._exporter.shutdown()
