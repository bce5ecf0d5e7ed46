"""Response headers: what answers say beside their bodies, as the OpenAPI document explains it."""

from collections.abc import Iterable, Mapping
from typing import Any

ACCEPT_RANGES = "Accept-Ranges"
CACHE_CONTROL = "Cache-Control"
CONTENT_DISPOSITION = "Content-Disposition"
CONTENT_RANGE = "Content-Range"
ETAG = "ETag"
LOCATION = "Location"
PREFERENCE_APPLIED = "Preference-Applied"
RETRY_AFTER = "Retry-After"
SET_COOKIE = "Set-Cookie"
WWW_AUTHENTICATE = "WWW-Authenticate"

MEANINGS = {
    ACCEPT_RANGES: "`bytes`: a part of it can be asked for by `Range`",
    CACHE_CONTROL: "Who may keep the answer, and for how long",
    CONTENT_DISPOSITION: "Whether a browser shows it or saves it, and under which name",
    CONTENT_RANGE: "Which bytes of how many these are; `bytes */n` where there are none",
    ETAG: "Stands for what was told; sent back as `If-None-Match`, it makes the answer 304",
    LOCATION: "The address of what was made or found",
    PREFERENCE_APPLIED: "Where `Prefer: wait` was asked for: how long it would have waited",
    RETRY_AFTER: "After how many seconds it is worth another try",
    SET_COOKIE: "The session, for browsers; signing out takes it back",
    WWW_AUTHENTICATE: "`Bearer`: send an API key",
}
OF_PROBLEMS = {
    401: (WWW_AUTHENTICATE,),
    416: (CONTENT_RANGE,),
    429: (RETRY_AFTER,),
    503: (RETRY_AFTER,),
}
"""By status, what comes with every problem of it."""
SOMETIMES = (PREFERENCE_APPLIED,)
NUMBERS = (RETRY_AFTER,)


def components() -> dict[str, Any]:
    """All of them, for answers to refer to."""
    return {
        name: {
            "description": meaning,
            "required": name not in SOMETIMES,
            "schema": {"type": "integer" if name in NUMBERS else "string"},
        }
        for name, meaning in MEANINGS.items()
    }


def references(names: Iterable[str]) -> Mapping[str, Any]:
    """The ``headers`` of one answer."""
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return {"headers": told} if told else {}
