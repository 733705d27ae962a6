"""Log lines: one plain line each, with ids only. What was raised is logged by kind and place, never by its words.

The address of a calendar feed, and that of the report page, is a secret of its own: lines name it without its token.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]
# What writes addresses by handlers and formatters of its own, past `formatter`.
WEB_SERVERS = ("django.request", "django.server", "gunicorn.access", "gunicorn.error")
_SECRET = re.compile(
    r"((?:(?<!\w)|(?<=%2F))(?:clocks(?:/|%2F)+feed|report)(?:/|%2F)+)[^\s'\"?]+", re.IGNORECASE
)


def without_tokens(text: str) -> str:
    """Return a line with the token of each such address left out."""
    return _SECRET.sub(r"\1…", text)


class _WithoutTokens(logging.Filter):
    """Takes tokens out of a record before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        told = without_tokens(said)
        if told != said:
            record.msg, record.args = told, ()
        return True


_HIDE = _WithoutTokens()


def formatter() -> logging.Formatter:
    """Return the formatter that renders our structured lines and those of libraries the same way.

    Our own loggers are led to the standard handlers here too: by themselves they print to standard output,
    where a command's JSON document stands alone.
    """
    for name in WEB_SERVERS:
        logging.getLogger(name).addFilter(_HIDE)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            _say_where,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], drop_missing=True
            ),
            _hide_tokens,
        ],
        foreign_pre_chain=SHARED,
    )


def _hide_tokens(_logger: Any, _method: str, line: Any) -> str:
    """Look at the rendered line, so that no key of it is passed over."""
    return without_tokens(line)


def _say_where(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put kind and place where an exception stood: its words may quote a person, and so may its locals."""
    line.pop("stack_info", None)
    raised = line.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    elif isinstance(raised, BaseException):
        raised = (type(raised), raised, raised.__traceback__)
    if isinstance(raised, tuple) and raised[0]:
        line["raised"] = raised[0].__name__
        line["at"] = " < ".join(reversed(_places(raised[2])))
    return line


def _places(trace: TracebackType | None) -> list[str]:
    found = []
    while trace:
        code = trace.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found
