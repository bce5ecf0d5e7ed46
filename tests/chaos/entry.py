"""Entry: what the suite's processes change in themselves before they become the ordinary ones."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.chaos.wrong_clock import go_wrong

FOLDER = "CHAOS_FOLDER"
"""Where orders for points are found."""
MUTATION = "CHAOS_MUTATION"
"""What is broken on purpose, so that the suite can be seen to notice."""
CLOCK = "clock.{}"
"""The file that says by how much the clocks of a role are off."""
POINTS = ("claim", "plan", "reserve", "save", "tell", "finish", "hand_back", "stop")
"""Of what users of a worker's core would call its steps; each has a before and an after."""


def prepare(role: str, name: str) -> None:
    """Makes this process one that can be struck and whose writes bear its name."""
    folder = Path(os.environ[FOLDER])
    go_wrong(folder / CLOCK.format(role))
    _prepare_core(folder, role, name)


def replaced(module: object, **names: object) -> None:
    """Gives names of a module other meanings."""
    for name, value in names.items():
        setattr(module, name, value)


def with_catalogue(open_runtime: Callable[..., Any]) -> Callable[..., Any]:
    """Opens runtimes that know the suite's task types."""
    from tests.chaos.tasks import CHAOS_CATALOGUE

    return partial(open_runtime, catalogue=CHAOS_CATALOGUE)


def _prepare_core(folder: Path, role: str, name: str) -> None:
    """Imports late, since the clock must be wrong before anybody looks at it."""
    from service.db.features import Features
    from service.messaging.tickets import Tickets
    from service.storage.local import LocalStorage
    from service.usecases.runs import RunActions
    from tests.chaos.mutations import MUTATIONS
    from tests.chaos.points import Points
    from tests.chaos.writers import announce

    announce(name)
    if mutation := os.environ.get(MUTATION):
        MUTATIONS[mutation]()
    points = Points(folder, role)
    for method in POINTS:
        points.mark(RunActions, method)
    points.mark(Tickets, "ring")
    points.mark(LocalStorage, "adopt")
    points.mark(Features, "export")
