"""Cursors: opaque places in a list, made of its sort key."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from service.api.operations import InvalidRequest


def encode(*key: object) -> str:
    """A sort key as text."""
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def by_time(cursor: str | None) -> tuple[datetime, UUID] | None:
    """A place in a list by (time, id)."""
    if cursor is None:
        return None
    try:
        time, id_ = _decode(cursor)
        return datetime.fromisoformat(time).astimezone(UTC), UUID(id_)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _unknown() from error


def by_score(cursor: str | None) -> tuple[float, int] | None:
    """A place in a list by (score, item id)."""
    if cursor is None:
        return None
    try:
        score, id_ = _decode(cursor)
        return float(score), _int8(id_)
    except (ValueError, TypeError, OverflowError) as error:
        raise _unknown() from error


def by_text(cursor: str) -> str:
    """A place in a list by a text."""
    try:
        (text,) = _decode(cursor)
        if isinstance(text, str) and "\0" not in text:
            return text
    except (ValueError, TypeError, OverflowError) as error:
        raise _unknown() from error
    raise _unknown()


def by_number(cursor: str) -> int:
    """A place in a list by a number."""
    try:
        (number,) = _decode(cursor)
        return _int8(number)
    except (ValueError, TypeError, OverflowError) as error:
        raise _unknown() from error


def by_text_and_id(cursor: str) -> tuple[str, UUID]:
    """A place in a list by (text, id)."""
    try:
        text, id_ = _decode(cursor)
        if isinstance(text, str) and "\0" not in text:
            return text, UUID(id_)
    except (ValueError, TypeError, AttributeError) as error:
        raise _unknown() from error
    raise _unknown()


def by_number_and_id(cursor: str) -> tuple[int, UUID]:
    """A place in a list by (number, id)."""
    try:
        number, id_ = _decode(cursor)
        return _int8(number), UUID(id_)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _unknown() from error


def by_flag_and_time(cursor: str) -> tuple[bool, datetime, UUID]:
    """A place in a list by (flag, time, id)."""
    try:
        flag, time, id_ = _decode(cursor)
        return bool(flag), datetime.fromisoformat(time).astimezone(UTC), UUID(id_)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _unknown() from error


def page(items: list[Mapping[str, Any]], limit: int, *key: object) -> dict[str, Any]:
    """A page, and the cursor of the next if this one is full."""
    return {"items": items, "next_cursor": encode(*key) if len(items) == limit else None}


def _decode(cursor: str) -> Any:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return orjson.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, UnicodeError) as error:
        raise ValueError(cursor) from error


def _int8(told: Any) -> int:
    """What PostgreSQL takes for a bigint."""
    number = int(told)
    if not -(1 << 63) <= number < 1 << 63:
        raise ValueError(told)
    return number


def _unknown() -> InvalidRequest:
    return InvalidRequest(
        "the cursor is not one of this list; start again without it", fields=[("cursor", "unknown")]
    )
