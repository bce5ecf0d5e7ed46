"""Problems: every error as RFC 9457 ``application/problem+json`` with a stable code."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import structlog
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from service.db.away import is_away
from service.errors import MeanwhileError

MEDIA_TYPE = "application/problem+json"
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
}
DETAILS = {
    404: "there is nothing at this address; /api/v1/openapi.json lists what there is",
    405: "the method does not fit this address; the header Allow names those that do",
}

CHALLENGES = {401: {"WWW-Authenticate": "Bearer"}}
"""What RFC 9110 wants a client told that is not let in."""

log = structlog.get_logger()


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document."""
    told: dict[str, Any] = {
        "type": f"urn:meanwhile:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        told["errors"] = errors
    return Response(
        orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE), status, headers, MEDIA_TYPE
    )


def _ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, MeanwhileError)  # noqa: S101 - registered for it alone
    errors = [{"field": name, "message": message} for name, message in error.fields]
    headers = {**CHALLENGES.get(error.status, {}), **error.headers}
    return problem(error.status, error.code, error.detail, errors=errors, headers=headers)


def _starlettes(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    code = CODES.get(error.status_code, "error")
    detail = DETAILS.get(error.status_code, error.detail)
    return problem(error.status_code, code, detail, headers=error.headers)


def _failed(_: Request, error: Exception) -> Response:
    if is_away(error):
        log.error("database.away", error=repr(error))
        return problem(
            503,
            "database_away",
            "the database cannot be reached; try again in a moment",
            headers={"Retry-After": "2"},
        )
    log.error("request.crashed", exc_info=error)
    return problem(500, "internal_error", "something went wrong here; the log of web has the trace")


def _nobody_listens(_: Request, error: Exception) -> Response:
    del error
    return problem(400, "disconnected", "the connection was closed before the request was complete")


class Crashes:
    """Answers for what nobody expected, below the middleware that adds headers to answers.

    Starlette's own answer comes from above it: a page of another origin could not read that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_and_see(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except Exception as error:
            if begun:
                raise
            await _failed(Request(scope), error)(scope, receive, send)


HANDLERS: dict[Any, ExceptionHandler] = {
    MeanwhileError: _ours,
    HTTPException: _starlettes,
    ClientDisconnect: _nobody_listens,
    DBAPIError: _failed,
    asyncpg.PostgresError: _failed,
    asyncpg.InterfaceError: _failed,
    asyncpg.InternalClientError: _failed,
    OSError: _failed,
    Exception: _failed,
}
