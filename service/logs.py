"""Logs: facts as ``noun.happened`` with keys, one JSON object a line (coloured on a terminal)."""

import logging
import re
import sys

import structlog
from structlog.typing import Processor

TICKET = re.compile(r"(?<=[?&]ticket=)[^&\s\"']+")


UNTRUE = "ASGI callable returned without completing handshake."
"""uvicorn's error about each WebSocket that was refused by an answer, as ours all are."""


def configure_logs() -> None:
    """Sends our facts and the libraries' lines to stderr in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _adopt_standard_logging(shared, renderer)


def _true_and_without_tickets(record: logging.LogRecord) -> bool:
    """Stream tickets are secrets, and the only ones in addresses."""
    record.msg = _masked(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_masked, record.args))
    return record.msg != UNTRUE


def _masked(told: object) -> object:
    return TICKET.sub("…", told) if isinstance(told, str) else told


def _adopt_standard_logging(shared: list[Processor], renderer: Processor) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(_true_and_without_tickets)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
