"""Task events: the life of one task as a stream that ends with ``done``."""

import re
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from service.api.hub import Snapshot, is_newer
from service.api.sse import AWAKE, Closing, Events, event, first_event, stream
from service.api.state import State
from service.domain.snapshots import rfc3339, snapshot
from service.domain.tasks import Status
from service.domain.users import User

LOG_LINES = 200
SEQ = re.compile(r"[0-9]{1,19}")


async def task_events(request: Request, state: State, user: User, task_id: UUID) -> Response:
    """The stream of a task; 204 for a client that has seen its end, so that EventSource stops."""
    task = await state.runtime.tasks.find(user, task_id)
    if task.status.final and _last_id(request) == task.seq:
        return Response(status_code=204)
    return stream(_Stream(state, user, task_id).events)


def _last_id(request: Request) -> int | None:
    told = request.headers.get("last-event-id") or request.query_params.get("last_event_id") or ""
    return int(told) if SEQ.fullmatch(told) else None


@dataclass(slots=True)
class _Stream:
    """One client's stream."""

    state: State
    user: User
    task_id: UUID
    preview_seq: int = 0
    log_seq: int = 0

    async def events(self, closing: Closing) -> Events:
        """Subscribes first and reads then, so that nothing falls between."""
        with self.state.hub.watch(self.task_id) as watch:
            task = await self.state.runtime.tasks.find(self.user, self.task_id)
            told = watch.share(snapshot(task))
            yield first_event("snapshot", told, id_=told["seq"])
            while True:
                async for extra in self._extras(told):
                    yield extra
                if Status(told["status"]).final:
                    yield event("done", told, id_=told["seq"])
                    return
                newer = await closing.first(watch.next())
                if newer is None:
                    if closing.now:
                        return
                    yield AWAKE
                elif is_newer(newer, told):
                    told = newer
                    if not Status(told["status"]).final:
                        yield event("progress", told, id_=told["seq"])

    async def _extras(self, told: Snapshot) -> Events:
        """What a snapshot only mentions: new lines of the log, a new preview.

        They have no id: a client resumes by snapshots. Who may not see what is found gets neither.
        """
        if told["log_seq"] <= self.log_seq and told["preview_seq"] <= self.preview_seq:
            return
        tasks = self.state.runtime.tasks
        if not await tasks.shows(self.user, self.task_id):
            await tasks.find(self.user, self.task_id)  # who may not see even that hears no more
            return
        if told["log_seq"] > self.log_seq:
            lines = await tasks.log(
                self.user,
                self.task_id,
                after=max(self.log_seq, told["log_seq"] - LOG_LINES),
                limit=LOG_LINES,
            )
            for line in lines:
                self.log_seq = line.seq
                facts = {"seq": line.seq, "time": rfc3339(line.time), "stage": line.stage}
                yield event("log", facts | {"level": line.level, "message": line.message})
            self.log_seq = max(self.log_seq, told["log_seq"])  # some lines are not for everybody
        if told["preview_seq"] > self.preview_seq:
            self.preview_seq = told["preview_seq"]
            counts = await tasks.preview(self.task_id)
            yield event("preview", {"preview_seq": self.preview_seq, "counts": counts})
