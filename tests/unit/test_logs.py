"""Logs: no line of the web server tells a stream ticket."""

import logging
from collections.abc import Generator

import pytest

from service.logs import configure_logs


@pytest.fixture
def configured() -> Generator[None]:
    """As a process of ours logs; undone afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logs()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("name", "line", "arguments"),
    [
        ("uvicorn.error", '%s - "WebSocket %s" [accepted]', ("::1", "/ws/task/1?ticket=hush")),
        ("uvicorn.access", '%s - "%s %s" %d', ("::1", "GET", "/events?a=1&ticket=hush&b=2", 200)),
        ("uvicorn.error", "< GET /ws/task/1?ticket=hush HTTP/1.1", ()),
    ],
)
def test_tickets_are_not_logged(
    configured: None, name: str, line: str, arguments: tuple[object, ...]
) -> None:
    heard: list[str] = []
    logger = logging.getLogger(name)
    ear = logging.Handler()
    ear.emit = lambda record: heard.append(record.getMessage())
    logger.addHandler(ear)

    logger.warning(line, *arguments)

    logger.removeHandler(ear)
    assert len(heard) == 1
    assert "ticket=…" in heard[0]
    assert "hush" not in heard[0]
