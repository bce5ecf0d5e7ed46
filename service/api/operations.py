"""Operations: routes as data, from which both the router and the OpenAPI document are made."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from service.api import strict_json
from service.api.auth import authenticate, authenticate_watcher
from service.api.state import State, state_of
from service.domain.users import User
from service.errors import MeanwhileError


class InvalidRequest(MeanwhileError):
    """A body, query or path that does not fit."""

    code = "invalid_request"
    status = 422


class BodyTooLarge(MeanwhileError):
    """More bytes than a request may have."""

    code = "body_too_large"
    status = 413


@dataclass(frozen=True)
class Call:
    """A request that has been understood: who asks, for what, with what."""

    request: Request
    state: State
    signed_in: User | None
    body: Any
    query: Any

    @property
    def user(self) -> User:
        assert self.signed_in is not None  # noqa: S101 - only public operations have nobody
        return self.signed_in

    def id(self, name: str = "id") -> UUID:
        return path_id(self.request, name)


def path_id(connection: HTTPConnection, name: str) -> UUID:
    """A UUID of the path."""
    told = connection.path_params[name]
    try:
        return UUID(told)
    except ValueError:
        raise InvalidRequest(f"{told!r} is not an id", fields=[(name, "not a UUID")]) from None


STREAM = "text/event-stream"
LARGE_BYTES = 1 << 16
"""A JSON body of more would hold everybody else up, and is read in a thread."""
Endpoint = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    endpoint: Endpoint
    summary: str
    answers: Mapping[int, Any]
    """By status: a model, a media type, or None for an empty body."""
    body: type[BaseModel] | None = None
    form: str | None = None
    """The description of a multipart form's repeated ``files``."""
    raw: str | None = None
    """The media type of a body that is taken as it comes."""
    may_be_empty: bool = False
    """Whether a raw body of no bytes is one, too."""
    example: Mapping[str, Any] | str | None = None
    """A body that works: what JSON says, or the name of a file."""
    query: type[BaseModel] | None = None
    """Each field that must be there has an example."""
    headers: Sequence[str] = ()
    """Of the request, those that change the answer."""
    told: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """By status, the headers of the answer that say something."""
    problems: Sequence[type[MeanwhileError]] = field(default=())
    public: bool = False
    by_ticket: bool = False
    """Whether a stream ticket for the task of the path lets in, too."""

    @property
    def name(self) -> str:
        return cast("Any", self.endpoint).__name__

    @property
    def noun(self) -> str:
        """What it is about, which is what its file is called."""
        return self.endpoint.__module__.rpartition(".")[2].replace("_", " ")

    async def answer(self, request: Request) -> Response:
        return await self.endpoint(await self._understand(request))

    async def _understand(self, request: Request) -> Call:
        state = state_of(request)
        signed_in = None if self.public else await self._authenticate(request, state)
        _refuse_nul(request.path_params)
        return Call(
            request=request,
            state=state,
            signed_in=signed_in,
            body=await self._read_body(request, state) if self.body else None,
            query=_validated(self.query, _once(request.query_params)) if self.query else None,
        )

    async def _authenticate(self, request: Request, state: State) -> User:
        if self.by_ticket:
            task_id = path_id(request, "id")
            return await authenticate_watcher(request, state.runtime.access, task_id)
        return await authenticate(request, state.runtime.access)

    async def _read_body(self, request: Request, state: State) -> BaseModel:
        assert self.body is not None  # noqa: S101 - asked only where there is one
        limit = state.runtime.settings.max_body_bytes
        data = bytearray()
        async for part in request.stream():
            data += part
            if len(data) > limit:
                raise BodyTooLarge(f"a JSON body has at most {limit} bytes")
        if len(data) > LARGE_BYTES:
            return await asyncio.to_thread(_parsed, self.body, data)
        return _parsed(self.body, data)


def routes(operations: Iterable[Operation]) -> list[Route]:
    """One route a path, so that a wrong method is told all of the right ones."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [_route(path, by_method) for path, by_method in by_path.items()]


def _route(path: str, by_method: Mapping[str, Operation]) -> Route:
    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await by_method[method].answer(request)

    route = Route(path, answer, methods=list(by_method), name=path)
    if any(STREAM in operation.answers.values() for operation in by_method.values()):
        (route.methods or set()).discard("HEAD")  # it would hold a stream open to say nothing
    return route


def _parsed(model: type[BaseModel], data: bytes | bytearray) -> BaseModel:
    try:
        told = strict_json.loads(data or b"{}")
    except ValueError as error:
        raise InvalidRequest(f"the body cannot be read as JSON: {error}") from error
    return _validated(model, told)


def _once(told: QueryParams) -> dict[str, str]:
    """The parameters of a query; none of ours is a list."""
    for name in told:
        if len(told.getlist(name)) > 1:
            raise InvalidRequest(f"{name!r} is given twice; say it once", fields=[(name, "twice")])
    return dict(told)


def _validated(model: type[BaseModel], told: Any) -> BaseModel:
    _refuse_nul(told)
    try:
        return model.model_validate(told)
    except ValidationError as error:
        fields = [
            (".".join(map(str, wrong["loc"])) or "body", wrong["msg"])
            for wrong in error.errors(include_url=False, include_context=False)
        ]
        named = ", ".join(name for name, _ in fields)
        raise InvalidRequest(f"the request does not fit: {named}", fields=fields) from error


def _refuse_nul(told: Any) -> None:
    if _has_nul(told):
        raise InvalidRequest("the request holds a NUL character, which no text of ours can have")


def _has_nul(told: Any) -> bool:
    if isinstance(told, str):
        return "\0" in told
    if isinstance(told, dict):
        return any(_has_nul(part) for pair in told.items() for part in pair)
    return isinstance(told, list) and any(map(_has_nul, told))
