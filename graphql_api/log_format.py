"""Structured logs: one JSON object a line, or lines for people. No token or password is ever handed to them."""

import inspect
import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from io import StringIO
from types import TracebackType
from typing import Any, TextIO

import structlog

from graphql_api.settings import Settings
from jobs import traces

#: Never with the values of variables: passwords and tokens are among them.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)

#: PostgreSQL quotes the row that it refuses, and SQLAlchemy what PostgreSQL says.
_QUOTED_ROW = re.compile(r"\nDETAIL: .*(?=\n\[SQL: )|\nDETAIL: .*", re.DOTALL)


def _leave_out_rows(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    exceptions = list(line.get("exception", ()))
    while exceptions:
        each = exceptions.pop()
        each["exc_value"] = _QUOTED_ROW.sub("", each["exc_value"])
        # Those of a group are lists of their own.
        exceptions += [one for inner in each.get("exceptions", ()) for one in inner]
    return line


def _plain_traceback(out: TextIO, exc_info: Any) -> None:
    traceback = StringIO()
    structlog.dev.plain_traceback(traceback, exc_info)
    out.write(_QUOTED_ROW.sub("", traceback.getvalue()))


def configure_logs(settings: Settings) -> None:
    as_json = settings.log_format == "json" or (settings.log_format == "" and not sys.stderr.isatty())
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    if as_json:
        final: list[Any] = [_TRACEBACKS, _leave_out_rows, structlog.processors.JSONRenderer()]
    else:
        final = [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain_traceback)
        ]
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # What libraries log goes the same way.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.captureWarnings(True)
    sys.unraisablehook = _log_unraisable
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    # It says many times a second what KafkaBus says once, with the variable to look at.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def _add_trace(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if traces.tracer is not None and (current := traces.tracer.current()) is not None:
        line["trace_id"], line["span_id"] = current
    return line


def _log_uncaught(type_: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(type_, KeyboardInterrupt):
        sys.__excepthook__(type_, error, traceback)
    else:
        structlog.get_logger().critical("uncaught", exc_info=(type_, error, traceback))


def _log_uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
    if hook.exc_value is not None:
        name = hook.thread.name if hook.thread is not None else ""
        found = (hook.exc_type, hook.exc_value, hook.exc_traceback)
        structlog.get_logger().critical("uncaught", thread=name, exc_info=found)


def _log_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    """What goes wrong where nobody can be told, as while an object is taken away: a line like any other.

    An operation that is cut off for what it asks leaves coroutines that were never begun. Python warns of them, and
    can't even do that where they are found from within a named tuple: that is no fault of anybody's.
    """
    level = logging.DEBUG if inspect.iscoroutine(unraisable.object) else logging.ERROR
    reason = unraisable.err_msg or "an exception that nobody could be told of"
    structlog.get_logger().log(
        level, "unraisable", reason=reason, error=repr(unraisable.exc_value), object=repr(unraisable.object)
    )
