"""The life of tasks obeys its laws, whatever users, workers, time and chance do in any order."""

from collections.abc import Callable

import pytest

from tests.chaos.mutations import fence_removed, hand_back_charged, rescuer_off
from tests.machine.machine import TaskMachine, machine_of, play
from tests.machine.world import World

EXAMPLES, MANY_EXAMPLES = 20, 200
STEPS = 50
ENOUGH = 500
"""A mistake is found after far fewer."""


def test_the_laws_hold_in_any_order_of_events(world: World) -> None:
    play(world, EXAMPLES, STEPS)


@pytest.mark.chaos
def test_the_laws_hold_in_many_more_orders_of_events(world: World) -> None:
    play(world, MANY_EXAMPLES, 2 * STEPS)


def be_late(machine: TaskMachine) -> None:
    machine.lose(0, "silent", taken=True)
    machine.be_late(0)


def drain(machine: TaskMachine) -> None:
    machine.give_up(0, "drain")


def fall_silent(machine: TaskMachine) -> None:
    machine.lose(0, "silent", taken=False)


MISTAKES = [(fence_removed, be_late), (hand_back_charged, drain), (rescuer_off, fall_silent)]


@pytest.mark.parametrize(("_", "steps"), MISTAKES)
def test_what_shows_a_mistake_is_lawful_without_it(
    world: World, _: object, steps: Callable[[TaskMachine], None]
) -> None:
    steps(_with_work(world))


@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize(("mistake", "steps"), MISTAKES)
def test_the_machine_notices_a_mistake(
    world: World, mistake: Callable[[], None], steps: Callable[[TaskMachine], None]
) -> None:
    machine = _with_work(world)

    mistake()

    with pytest.raises(AssertionError):
        steps(machine)


@pytest.mark.chaos
@pytest.mark.usefixtures("mended")
@pytest.mark.parametrize("mistake", [mistake for mistake, _ in MISTAKES])
def test_the_steps_that_show_a_mistake_are_found(world: World, mistake: Callable[[], None]) -> None:
    mistake()

    with pytest.raises(AssertionError):
        play(world, ENOUGH, STEPS, shrink=False)


def _with_work(world: World) -> TaskMachine:
    """The first worker has something to do."""
    machine = machine_of(world)()
    machine.begin(["nap", "survey"])
    machine.claim(0, 2)
    return machine
