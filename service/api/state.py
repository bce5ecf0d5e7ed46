"""State: what every request of one web process shares."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from service.api.hub import Hub
from service.runtime import Runtime


@dataclass(frozen=True)
class State:
    """Opened by the app's lifespan."""

    runtime: Runtime
    hub: Hub


def state_of(request: Request) -> State:
    return cast("State", request.state.meanwhile)
