"""Request headers that say how a request is to be answered."""

import re

from starlette.requests import Request

from service.api.operations import InvalidRequest
from service.domain.tasks import Task

IDEMPOTENCY_KEY = "Idempotency-Key"
PREFER = "Prefer"
IF_NONE_MATCH = "If-None-Match"
MAX_KEY_LENGTH = 255
MAX_WAIT_SECONDS = 60
"""Proxies give up on an answer that takes much longer."""

QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
VISIBLE = re.compile(r"[\x20-\x7e]+")


def idempotency_key(request: Request) -> str | None:
    """What the client calls this request.

    The draft (draft-ietf-httpapi-idempotency-key-header) has a quoted string; many clients leave
    the quotes out, and mean the same.
    """
    told = request.headers.get(IDEMPOTENCY_KEY)
    if told is None:
        return None
    quoted = QUOTED.fullmatch(told)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else told
    if len(key) > MAX_KEY_LENGTH or not VISIBLE.fullmatch(key):
        wrong = f"1 to {MAX_KEY_LENGTH} visible ASCII characters"
        raise InvalidRequest(f"an {IDEMPOTENCY_KEY} has {wrong}", fields=[(IDEMPOTENCY_KEY, wrong)])
    return key


def preferred_wait(request: Request) -> int | None:
    """For how many seconds an answer may be held back (RFC 7240), at most as long as we would."""
    for preference in ",".join(request.headers.getlist(PREFER)).split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        seconds = value.strip().strip('"')
        if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdecimal():
            return min(int(seconds[:6]), MAX_WAIT_SECONDS)
    return None


def etag(task: Task) -> str:
    """Weak: rates and places in the queue move without a new ``seq``."""
    return weak_etag(task.id, task.seq)


def weak_etag(*parts: object) -> str:
    """Stands for what is told as long as none of the parts is another."""
    return f'W/"{"-".join(map(str, parts))}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has what the tag stands for."""
    told = request.headers.get(IF_NONE_MATCH, "")
    tags = {one.strip().removeprefix("W/") for one in told.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
