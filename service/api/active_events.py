"""Active events: everything active that somebody may see, as one stream without an end."""

from dataclasses import dataclass

from starlette.responses import Response

from service.api.hub import Feed
from service.api.sse import AWAKE, Closing, Events, event, first_event, stream
from service.api.state import State
from service.domain.snapshots import snapshot
from service.domain.tasks import Status
from service.domain.users import User


def active_events(state: State, user: User) -> Response:
    """The stream of all tasks; it has no ids, since a client that comes back hears all anew."""
    return stream(_Stream(state, user).events)


@dataclass(frozen=True)
class _Stream:
    """One client's stream."""

    state: State
    user: User

    async def events(self, closing: Closing) -> Events:
        """Subscribes first and reads then, so that nothing falls between."""
        with self.state.hub.feed() as feed:
            active = [snapshot(task) for task in await self.state.runtime.tasks.active(self.user)]
            for told in active:
                feed.let_in(told)
            yield first_event("snapshot", {"items": active})
            while not closing.now:
                if not await closing.first(feed.stir()):
                    yield AWAKE
                    continue
                await self._decide(feed)
                for told in feed.take():
                    yield event("done" if Status(told["status"]).final else "progress", told)

    async def _decide(self, feed: Feed) -> None:
        """Who may see a task is asked once a stream; what changes there waits for the next one."""
        if strangers := feed.strangers():
            visible = await self.state.runtime.tasks.visible(self.user, strangers)
            feed.decide(strangers, visible)
