"""Health: whether this process lives, and whether what it needs answers."""

import asyncio

import structlog
from starlette.responses import Response

from service.api.operations import Call, Operation
from service.api.schemas.health import Health
from service.api.views import json

log = structlog.get_logger()

TIMEOUT_SECONDS = 2


async def healthz(call: Call) -> Response:
    del call
    return json({"status": "ok", "checks": {}})


async def readyz(call: Call) -> Response:
    """Ready is who reaches PostgreSQL and can store; without Redis work only starts later."""
    runtime = call.state.runtime
    checks = {
        "postgresql": await _answers(runtime.database.pool.fetchval("SELECT 1")),
        "redis": await _answers(runtime.redis.ping()),
        "storage": "ok" if runtime.storage.writable() else "not writable",
    }
    ready = checks["postgresql"] == "ok" and checks["storage"] == "ok"
    return json(
        {"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503
    )


async def _answers(question: object) -> str:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await question  # type: ignore[misc] - Redis types its answers as maybe awaitable
    except Exception as error:  # whatever it is, it does not answer
        log.warning("check.failed", error=repr(error))
        return "away"
    return "ok"


OPERATIONS = (
    Operation("GET", "/healthz", healthz, "Whether the process lives", {200: Health}, public=True),
    Operation(
        "GET",
        "/readyz",
        readyz,
        "Whether it can do its work",
        {200: Health, 503: Health},
        public=True,
    ),
)
