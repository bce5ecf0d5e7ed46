"""A world for the machine, and what is broken on purpose mended again."""

from collections.abc import Generator

import pytest

from service.db import chunks, finishing, leases, planning, saves, setting_aside
from service.settings import Settings
from tests.machine.world import World, open_world

BREAKABLE = (chunks, finishing, leases, planning, saves, setting_aside)


@pytest.fixture
def world(settings: Settings) -> Generator[World]:
    with open_world(settings) as opened:
        yield opened


@pytest.fixture
def mended() -> Generator[None]:
    """Whatever becomes of their statements, they are as they were afterwards."""
    before = [(module, vars(module).copy()) for module in BREAKABLE]
    yield
    for module, names in before:
        vars(module).update(names)
