"""Where spans begin and end: the way of one change through all processes, for where traces are exported.

Nothing is loaded for it, and next to nothing done, until there is a `tracer`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Literal, Protocol

from jobs.bus.message import BadMessage, Message, UnknownType, decode
from resolvers.log.events import Event
from resolvers.log.transaction import Committed

type Kind = Literal["server", "internal", "producer", "consumer", "client"]
#: Never what a user wrote: ids, kinds, codes and counts.
type Attributes = Mapping[str, str | int]


class Span(Protocol):
    def says(self, attributes: Attributes) -> None: ...

    def failed(self, why: str) -> None:
        """It went wrong in a way that is our fault. why: a code, or the name of an error's class."""
        ...


class Tracer(Protocol):
    """A span is current until the end of its `with`, and what it raises is its failure."""

    def root(
        self,
        name: str,
        kind: Kind,
        correlation_id: str,
        parent: tuple[str, str] | None,
        attributes: Attributes,
    ) -> AbstractContextManager[Span]:
        """In the trace of the correlation id. parent: trace and span of who asked, in hexadecimal."""
        ...

    def after(
        self, name: str, kind: Kind, event: Event, attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """What an event causes, in whatever process."""
        ...

    def within(self, name: str, kind: Kind, attributes: Attributes) -> AbstractContextManager[Span]:
        """Part of the current span; nothing where there is none."""
        ...

    def recorded(self, event: Event) -> None:
        """The event that everything `after` it hangs on is now part of the current span."""
        ...

    def current(self) -> tuple[str, str] | None:
        """Trace and span, in hexadecimal."""
        ...


class _NoSpan:
    def says(self, attributes: Attributes) -> None:
        pass

    def failed(self, why: str) -> None:
        pass


_NOTHING: AbstractContextManager[Span] = nullcontext(_NoSpan())

tracer: Tracer | None = None


def root(
    name: str,
    kind: Kind,
    correlation_id: str,
    parent: tuple[str, str] | None = None,
    attributes: Attributes | None = None,
) -> AbstractContextManager[Span]:
    if tracer is None:
        return _NOTHING
    return tracer.root(name, kind, correlation_id, parent, attributes or {})


def after(verb: str, kind: Kind, event: Event) -> AbstractContextManager[Span]:
    if tracer is None:
        return _NOTHING
    return tracer.after(f"{verb} {event.type.value}", kind, event, {})


def within(name: str, kind: Kind = "internal") -> AbstractContextManager[Span]:
    return _NOTHING if tracer is None else tracer.within(name, kind, {})


@contextmanager
def after_each(verb: str, kind: Kind, events: Iterable[Event]) -> Iterator[None]:
    """Spans of what is done with many at once."""
    if tracer is None:
        yield
        return
    with ExitStack() as spans:
        for event in events:
            spans.enter_context(after(verb, kind, event))
        yield


@contextmanager
def after_messages(verb: str, kind: Kind, messages: Iterable[Message]) -> Iterator[None]:
    """As `after_each`: they are read for their traces alone."""
    with after_each(verb, kind, _readable(messages) if tracer is not None else ()):
        yield


def on_commit(committed: Committed) -> None:
    if tracer is not None:
        for event in committed.events:
            tracer.recorded(event)


def _readable(messages: Iterable[Message]) -> Iterator[Event]:
    for message in messages:
        try:
            yield decode(message.body)
        except (BadMessage, UnknownType):
            continue
