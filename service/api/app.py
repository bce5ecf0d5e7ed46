"""The app: routes, middleware and handlers as data, and what is open while it runs."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.api import operations, pages
from service.api.headers import SafetyHeaders
from service.api.hub import Hub
from service.api.openapi import openapi
from service.api.origins import cross_origin
from service.api.problems import HANDLERS, Crashes
from service.api.routes import (
    blobs,
    columns,
    datasets,
    drift,
    eda,
    events,
    exports,
    health,
    maps,
    session,
    stream_tickets,
    subsets,
    tags,
    tasks,
    uploads,
)
from service.api.state import State, state_of
from service.api.task_socket import socket_routes
from service.api.views import PREFIX, json
from service.logs import configure_logs
from service.runtime import open_runtime
from service.settings import Settings

OPERATIONS = (
    *session.OPERATIONS,
    *datasets.OPERATIONS,
    *uploads.OPERATIONS,
    *columns.OPERATIONS,
    *tags.OPERATIONS,
    *subsets.OPERATIONS,
    *blobs.OPERATIONS,
    *tasks.OPERATIONS,
    *exports.OPERATIONS,
    *maps.OPERATIONS,
    *eda.OPERATIONS,
    *drift.OPERATIONS,
    *stream_tickets.OPERATIONS,
    *events.OPERATIONS,
    *health.OPERATIONS,
)


def create_app(settings: Settings | None = None) -> Starlette:
    """The web process; `uvicorn --factory service.api.app:create_app` starts it."""
    configure_logs()
    told = settings or Settings.from_environment()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[dict[str, Any]]:
        async with open_runtime(told, connections=told.web_connections) as runtime:
            hub = Hub(runtime.snapshots, runtime.tasks)
            await _greet(runtime.access.first_link, told.public_url)
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(hub.run())
                try:
                    yield {"meanwhile": State(runtime, hub)}
                finally:
                    listening.cancel()

    return Starlette(
        routes=[
            *operations.routes(OPERATIONS),
            Route(f"{PREFIX}/openapi.json", read_openapi, methods=["GET"]),
            *socket_routes(),
            *pages.page_routes(),
        ],
        middleware=middleware(told.allowed_origins),
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )


def middleware(allowed_origins: Sequence[str]) -> list[Middleware]:
    """What is around every answer, also around those of crashes."""
    return [Middleware(SafetyHeaders), *cross_origin(allowed_origins), Middleware(Crashes)]


async def read_openapi(request: Request) -> Response:
    return json(openapi(OPERATIONS, state_of(request).runtime.catalogue, _version()))


async def _greet(first_link: Any, public_url: str) -> None:
    """The first start of all tells the operator how to get in; it is printed, never logged."""
    token = await first_link()
    if token is not None:
        print(f"first sign-in: {public_url}/sign-in#{token}", file=sys.stderr, flush=True)


def _version() -> str:
    try:
        return version("meanwhile")
    except PackageNotFoundError:
        return "0.1.0"
