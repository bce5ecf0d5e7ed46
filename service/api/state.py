"""State: what every request and socket of one web process shares."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from service.api.hub import Hub
from service.runtime import Runtime


@dataclass(frozen=True)
class State:
    """Opened by the app's lifespan."""

    runtime: Runtime
    hub: Hub


def state_of(connection: HTTPConnection) -> State:
    return cast("State", connection.state.meanwhile)
