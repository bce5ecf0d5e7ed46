"""OpenAPI 3.1, made from the operations that the router is made from."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from service.api.auth import COOKIE
from service.api.examples import curl, path_examples, query_examples
from service.api.operations import STREAM, BodyTooLarge, InvalidRequest, Operation
from service.api.problems import MEDIA_TYPE
from service.api.response_headers import OF_PROBLEMS, components, references
from service.api.schemas.common import Problem
from service.catalog.entry import Catalogue
from service.errors import MeanwhileError
from service.usecases.access import Forbidden, TicketExpired, Unauthorized

SIGNED_IN = [{"key": []}, {"session": []}]
REF = "#/components/schemas/{model}"
PATH_FORMATS = {"id": {"format": "uuid"}, "sha256": {"pattern": "^[0-9a-f]{64}$"}}


def openapi(operations: Sequence[Operation], catalogue: Catalogue, version: str) -> dict[str, Any]:
    """The whole document; each task type's params and result are among its schemas."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = operation.path.replace(":path}", "}")
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation)
    _, schemas = models_json_schema(
        [*_models(operations), *_task_models(catalogue)], ref_template=REF
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Meanwhile",
            "version": version,
            "description": "Submit with curl, watch it live in the browser, lose nothing.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "headers": components(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "ticket": {"type": "apiKey", "in": "query", "name": "ticket"},
            },
        },
        "security": SIGNED_IN,
    }


def _models(
    operations: Iterable[Operation],
) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    models: dict[type[BaseModel], JsonSchemaMode] = {Problem: "validation"}
    for operation in operations:
        if operation.body is not None:
            models[operation.body] = "validation"
        for answer in operation.answers.values():
            if isinstance(answer, type) and issubclass(answer, BaseModel):
                models[answer] = "validation"
    return list(models.items())


def _task_models(catalogue: Catalogue) -> Iterable[tuple[type[BaseModel], JsonSchemaMode]]:
    for entry in catalogue:
        yield entry.params, "validation"
        yield entry.result, "validation"


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"```sh\n{curl(operation)}\n```",
        "tags": [operation.noun],
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation),
            *_stream_parameters(operation),
            *_header_parameters(operation),
        ],
        "responses": _responses(operation),
    }
    if operation.public:
        told["security"] = []
    if operation.by_ticket:
        told["security"] = [*SIGNED_IN, {"ticket": []}]
    if operation.body is not None:
        told["requestBody"] = _content(
            "application/json", _ref(operation.body), example=operation.example
        ) | {"required": any(field.is_required() for field in operation.body.model_fields.values())}
    if operation.form is not None:
        told["requestBody"] = _content("multipart/form-data", _form(operation.form)) | {
            "required": True
        }
    if operation.raw is not None:
        told["requestBody"] = {
            "content": {operation.raw: {}},
            "required": not operation.may_be_empty,
        }
    return told


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | PATH_FORMATS.get(name, {}),
            "example": example,
        }
        for name, example in path_examples(operation).items()
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = TypeAdapter(operation.query).json_schema(ref_template=REF)
    definitions = schema.get("$defs", {})
    examples = query_examples(operation)
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _inline(property_, definitions),
        }
        | ({"example": examples[name]} if name in examples else {})
        for name, property_ in schema["properties"].items()
    ]


def _stream_parameters(operation: Operation) -> list[dict[str, Any]]:
    """Where a client that comes back says what it has seen."""
    if STREAM not in operation.answers.values():
        return []
    seen = {"required": False, "schema": {"type": "string"}}
    return [
        {"name": "Last-Event-ID", "in": "header"} | seen,
        {"name": "last_event_id", "in": "query"} | seen,
    ]


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in operation.headers
    ]


def _inline(schema: Any, definitions: dict[str, Any]) -> Any:
    """Query schemas are small: their few references are written out."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return definitions[schema["$ref"].rsplit("/", 1)[1]]
        return {key: _inline(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inline(value, definitions) for value in schema]
    return schema


def _responses(operation: Operation) -> dict[str, Any]:
    """By status; where an answer and a problem have the same, either may come."""
    answers = {
        str(status): _answer(status, answer, operation.told.get(status, ()))
        for status, answer in operation.answers.items()
    }
    problems = _problems(operation)
    for status in answers.keys() & problems.keys():
        answers[status]["description"] += f" or {problems[status]['description']}"
        answers[status]["content"] |= problems[status]["content"]
    return answers | {status: told for status, told in problems.items() if status not in answers}


def _answer(status: int, answer: Any, headers: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": HTTPStatus(status).phrase, **references(headers)}
    if answer is None:
        return told
    if isinstance(answer, str):
        return told | {"content": {answer: {}}}  # bytes, which a schema says nothing of
    if isinstance(answer, type) and issubclass(answer, BaseModel):
        return told | _content("application/json", _ref(answer))
    return told | _content("application/json", {"type": "object"})


def _problems(operation: Operation) -> dict[str, Any]:
    kinds: list[type[MeanwhileError]] = [*operation.problems]
    if not operation.public:
        kinds += [Unauthorized, Forbidden]
    if operation.by_ticket:
        kinds.append(TicketExpired)
    if operation.body or operation.query or operation.form or "{" in operation.path:
        kinds.append(InvalidRequest)
    if operation.body:
        kinds.append(BodyTooLarge)
    by_status: dict[int, list[str]] = {500: ["internal_error"], 503: ["database_away"]}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(kind.status, []).append(kind.code)
    return {
        str(status): {"description": " or ".join(codes), **references(OF_PROBLEMS.get(status, ()))}
        | _content(MEDIA_TYPE, _ref(Problem))
        for status, codes in sorted(by_status.items())
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _content(media_type: str, schema: dict[str, Any], *, example: Any = None) -> dict[str, Any]:
    told = {"schema": schema} | ({} if example is None else {"example": example})
    return {"content": {media_type: told}}


def _form(description: str) -> dict[str, Any]:
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    files = {"type": "array", "items": file, "description": description}
    return {"type": "object", "properties": {"files": files}, "required": ["files"]}
