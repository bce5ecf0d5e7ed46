"""Examples: for every operation values that stand for real ones, and a curl line with them."""

import json
import re
from typing import Any

from service.api.operations import STREAM, Operation

DATASET_ID = "5f0c9c1e-6f0a-4a53-9d0b-2f6f3c1b7a10"
TARGET_ID = "0d3b8a52-7c1e-4a86-9f5e-6b0c2d9e1f33"
TASK_ID = "c3d1f0a2-8a4e-4f57-b6c9-7b1f5e2d9a44"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ITEM_PATH = "dogs/1.jpg"
ITEM_ID = 1234567


def path_examples(operation: Operation) -> dict[str, str]:
    """By name, a value for each parameter of the path."""
    known = {
        "id": TASK_ID if "/tasks/" in operation.path else DATASET_ID,
        "dataset_id": DATASET_ID,
        "task_id": TASK_ID,
        "analysis": "image-analysis",
        "sha256": SHA256,
        "path": ITEM_PATH,
        "name": "clip",
    }
    return {name: known[name] for name in re.findall(r"{(\w+)(?::path)?}", operation.path)}


def query_examples(operation: Operation) -> dict[str, str]:
    """By name, a value for each parameter that a query must have."""
    if operation.query is None:
        return {}
    schema = operation.query.model_json_schema()
    return {name: schema["properties"][name]["examples"][0] for name in schema.get("required", ())}


def curl(operation: Operation) -> str:
    """A line for a shell that knows ``$URL`` and ``$AUTH``, as the README sets them."""
    words = [
        "curl",
        *([] if operation.public else ['-H "$AUTH"']),
        *_method(operation),
        *_body(operation),
        *_answer(operation),
        f'"$URL{_address(operation)}"',
    ]
    return " ".join(words)


def _method(operation: Operation) -> list[str]:
    sent = {"multipart": "POST", "file": "PUT", "json": "POST", "nothing": "GET"}
    return [] if operation.method == sent[_kind(operation)] else [f"-X {operation.method}"]


def _body(operation: Operation) -> list[str]:
    match _kind(operation):
        case "multipart":
            return [f"-F files=@{operation.example}"]
        case "file":
            return [f"-T {operation.example}"]
        case "json":
            return [f"-d '{json.dumps(operation.example)}'"]
        case _:
            return []


def _kind(operation: Operation) -> str:
    """What is sent, which is also what curl takes its method from."""
    if operation.form is not None:
        return "multipart"
    if operation.raw is not None:
        return "file"
    return "nothing" if operation.body is None else "json"


def _answer(operation: Operation) -> list[str]:
    told: Any = next(iter(operation.answers.values()))
    if told == STREAM:
        return ["-N"]
    return ["-o blob"] if isinstance(told, str) else []


def _address(operation: Operation) -> str:
    path = operation.path.replace(":path}", "}").format(**path_examples(operation))
    query = "&".join(f"{name}={value}" for name, value in query_examples(operation).items())
    return f"{path}?{query}" if query else path
