"""Previews: mergeable counts that show what a running stage has found so far."""

from collections.abc import Iterable, Mapping
from typing import Any


def merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The sum of counts of several workers: numbers add up, lists by place, mappings by key."""
    whole: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            whole[key] = _plus(whole[key], value) if key in whole else value
    return whole


def _plus(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return merged((one, other))
    if isinstance(one, list):
        return [_plus(a, b) for a, b in zip(one, other, strict=True)]
    return one + other
