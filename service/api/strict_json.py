"""Strict JSON: only what every reader understands alike, and not too deep to be walked through."""

import json
from collections.abc import Sequence
from typing import Any

import orjson

MAX_DEPTH = 64


def loads(data: bytes | bytearray) -> Any:
    """Raises ValueError for what is no JSON (as NaN), names a key twice, or is nested too deeply.

    RFC 8259 leaves open which of two equal keys counts; whoever sends both cannot mean both.
    """
    told = orjson.loads(data)
    _check_depth(told, MAX_DEPTH)
    json.loads(data, object_pairs_hook=_check_keys, parse_int=str)  # orjson tells no pairs
    return told


def _check_depth(told: Any, left: int) -> None:
    if not isinstance(told, dict | list):
        return
    if not left:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    for part in told.values() if isinstance(told, dict) else told:
        _check_depth(part, left - 1)


def _check_keys(pairs: Sequence[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise ValueError(f"the key {name!r} is there twice")
        seen.add(name)
