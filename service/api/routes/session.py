"""Session: signing in by a one-time link, and out."""

from starlette.responses import Response

from service.api.auth import COOKIE, give_session, refuse_foreign_pages, take_session
from service.api.operations import Call, Operation
from service.api.response_headers import SET_COOKIE
from service.api.schemas.session import Session, SignIn
from service.api.views import PREFIX, json
from service.domain.users import User
from service.usecases.access import Forbidden, LinkUsed


async def sign_in(call: Call) -> Response:
    refuse_foreign_pages(call.request)
    user, session = await call.state.runtime.access.sign_in(call.body.token)
    response = json(_view(user))
    give_session(call.request, response, session)
    return response


async def read_session(call: Call) -> Response:
    return json(_view(call.user))


async def sign_out(call: Call) -> Response:
    if session := call.request.cookies.get(COOKIE):
        await call.state.runtime.access.sign_out(session)
    response = Response(status_code=204)
    take_session(response)
    return response


def _view(user: User) -> dict[str, object]:
    return {"user": {"name": user.name, "role": user.role}}


PATH = f"{PREFIX}/session"
OPERATIONS = (
    Operation(
        "POST",
        PATH,
        sign_in,
        "Sign in with a one-time link's token",
        {200: Session},
        body=SignIn,
        example={"token": "what stands behind the # of the link"},
        problems=(LinkUsed, Forbidden),
        told={200: (SET_COOKIE,)},
        public=True,
    ),
    Operation("GET", PATH, read_session, "Who is signed in", {200: Session}),
    Operation("DELETE", PATH, sign_out, "Sign out", {204: None}, told={204: (SET_COOKIE,)}),
)
