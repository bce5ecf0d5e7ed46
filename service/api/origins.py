"""Origins: what pages of other origins may do, by CORS."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED = ("Authorization", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "Prefer", "Range")
TOLD = (
    *("Content-Disposition", "Content-Range", "ETag", "Location"),
    *("Preference-Applied", "Retry-After"),
)


def cross_origin(allowed: Sequence[str]) -> list[Middleware]:
    """Lets pages of these origins send keys and tickets; never cookies, whoever they are.

    See docs/decisions/0007-cookies-stay-at-home.md.
    """
    if not allowed:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=allowed,
            allow_methods=METHODS,
            allow_headers=ASKED,
            expose_headers=TOLD,
            allow_credentials=False,
        )
    ]
