"""Events: everything active that the caller may see, live."""

from starlette.responses import Response

from service.api.active_events import active_events
from service.api.operations import STREAM, Call, Operation
from service.api.response_headers import CACHE_CONTROL
from service.api.views import PREFIX


async def stream_active(call: Call) -> Response:
    return active_events(call.state, call.user)


OPERATIONS = (
    Operation(
        "GET",
        f"{PREFIX}/events",
        stream_active,
        "Watch every active task: snapshot with all of them, then progress and done of each",
        {200: STREAM},
        told={200: (CACHE_CONTROL,)},
    ),
)
