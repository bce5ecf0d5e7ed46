"""Auth: who asks, by API key or session cookie, and whether a browser was tricked into asking."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from service.domain.users import User
from service.usecases.access import SESSION_LIFETIME, AccessActions, Forbidden, Unauthorized

COOKIE = "meanwhile_session"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


async def authenticate(request: Request, access: AccessActions) -> User:
    """The user of the request's key or session."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        user = await access.by_key(key.strip())
    elif session := request.cookies.get(COOKIE):
        refuse_foreign_pages(request)
        user = await access.by_session(session)
    else:
        user = None
    if user is None:
        raise Unauthorized(
            "sign in, or send an API key as 'Authorization: Bearer mw_…';"
            " `python -m service key` prints one"
        )
    return user


def refuse_foreign_pages(request: Request) -> None:
    """A page of another origin must not act with this browser's cookie."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("the request comes from a page of another origin")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("the request comes from a page of another origin")


def give_session(request: Request, response: Response, session: str) -> None:
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def take_session(response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
