"""The life of tasks obeys its laws, whatever users, workers, time and chance do in any order."""

from collections.abc import Callable

import pytest

from tests.chaos.mutations import fence_removed, hand_back_charged, rescuer_off
from tests.machine.machine import play
from tests.machine.world import World

STEPS = 50
EXAMPLES, MANY_EXAMPLES = 30, 500
ENOUGH = 500
"""A mistake is found after far fewer."""


def test_the_laws_hold_in_any_order_of_events(world: World) -> None:
    play(world, EXAMPLES, STEPS)


@pytest.mark.chaos
def test_the_laws_hold_in_many_more_orders_of_events(world: World) -> None:
    play(world, MANY_EXAMPLES, 2 * STEPS)


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("mutation", [fence_removed, hand_back_charged, rescuer_off])
def test_the_machine_notices(world: World, mutation: Callable[[], None]) -> None:
    mutation()

    with pytest.raises(AssertionError):
        play(world, ENOUGH, STEPS, shrink=False)
