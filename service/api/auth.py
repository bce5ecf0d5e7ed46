"""Auth: who asks, by key, cookie or stream ticket, and whether a browser was tricked into it."""

from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from service.domain.users import User
from service.usecases.access import SESSION_LIFETIME, AccessActions, Forbidden, Unauthorized

COOKIE = "meanwhile_session"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


async def authenticate(connection: HTTPConnection, access: AccessActions) -> User:
    """The user of the request's key or session."""
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        user = await access.by_key(key.strip())
    elif session := connection.cookies.get(COOKIE):
        refuse_foreign_pages(connection)
        user = await access.by_session(session)
    else:
        user = None
    if user is None:
        raise Unauthorized(
            "sign in, or send an API key as 'Authorization: Bearer mw_…';"
            " `python -m service key` prints one"
        )
    return user


async def authenticate_watcher(
    connection: HTTPConnection, access: AccessActions, task_id: UUID
) -> User:
    """Who watches a task: whoever got the ticket of the address, else as anywhere."""
    ticket = connection.query_params.get("ticket")
    if ticket is None:
        return await authenticate(connection, access)
    return await access.by_stream_ticket(ticket, task_id)


def refuse_foreign_pages(connection: HTTPConnection) -> None:
    """A page of another origin must not act with this browser's cookie.

    Nor may it read by a WebSocket: browsers open those to everywhere, cookies included, and leave
    it to the server to look at the origin, which they always tell.
    """
    socket = connection.scope["type"] == "websocket"
    if not socket and connection.scope["method"] in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("the request comes from a page of another origin")
    origin = connection.headers.get("origin")
    if origin is None and not socket:
        return
    if _host(origin or "") != connection.headers.get("host"):
        raise Forbidden("the request comes from a page of another origin")


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


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
