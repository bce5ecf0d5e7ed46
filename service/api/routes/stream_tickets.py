"""Stream tickets: let a page of another origin watch one task for as long as its stream lasts."""

from starlette.responses import Response

from service.api.operations import Call, Operation
from service.api.response_headers import CACHE_CONTROL
from service.api.schemas.stream_tickets import StreamTicketAnswer
from service.api.views import PREFIX, json
from service.domain.snapshots import rfc3339
from service.usecases.task_problems import TaskNotFound

UNKEPT = {"Cache-Control": "no-store"}


async def create_stream_ticket(call: Call) -> Response:
    task = await call.state.runtime.tasks.find(call.user, call.id())
    ticket = await call.state.runtime.access.new_stream_ticket(call.user, task.id)
    base = call.state.runtime.settings.public_url or str(call.request.base_url)
    told = {
        "ticket": ticket.secret,
        "expires_at": rfc3339(ticket.expires_at),
        "url": f"{base.rstrip('/')}{PREFIX}/tasks/{task.id}/events?ticket={ticket.secret}",
    }
    return json(told, 201, UNKEPT)


OPERATIONS = (
    Operation(
        "POST",
        f"{PREFIX}/tasks/{{id}}/stream-ticket",
        create_stream_ticket,
        "Get a ticket that opens the streams of a task, and nothing else, for 60 seconds",
        {201: StreamTicketAnswer},
        told={201: (CACHE_CONTROL,)},
        problems=(TaskNotFound,),
    ),
)
