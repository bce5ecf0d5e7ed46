"""Statements that are wanted at the same moment go together; one that fails fails alone."""

import asyncio
from collections.abc import Sequence

import pytest

from service.usecases.grouping import Grouping


class Slow:
    """Doubles numbers, a group at a time; minds 13, and 14 takes the database away."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []

    async def write(self, asked: Sequence[int]) -> list[int]:
        self.groups.append(list(asked))
        await asyncio.sleep(0)
        if 13 in asked:
            raise ValueError("13")
        if 14 in asked:
            raise ConnectionResetError("14")
        return [2 * number for number in asked]


async def test_who_is_alone_is_written_at_once() -> None:
    slow = Slow()

    told = await Grouping(slow.write, most=10).ask(1)

    assert told == 2
    assert slow.groups == [[1]]


async def test_those_of_the_same_moment_go_together_up_to_a_limit() -> None:
    slow = Slow()
    grouping = Grouping(slow.write, most=4)

    told = await asyncio.gather(*(grouping.ask(number) for number in range(6)))

    assert told == [0, 2, 4, 6, 8, 10]
    assert slow.groups == [[0, 1, 2, 3], [4, 5]]


async def test_what_fails_fails_alone() -> None:
    grouping = Grouping(Slow().write, most=10)

    told = await asyncio.gather(*map(grouping.ask, (1, 13, 3)), return_exceptions=True)

    assert told[0] == 2
    assert isinstance(told[1], ValueError)
    assert told[2] == 6


async def test_a_database_that_is_away_is_asked_once() -> None:
    slow = Slow()
    grouping = Grouping(slow.write, most=10)

    told = await asyncio.gather(*map(grouping.ask, (1, 14, 3)), return_exceptions=True)

    assert [type(one) for one in told] == [ConnectionResetError] * 3
    assert slow.groups == [[1, 14, 3]]


async def test_who_no_longer_waits_keeps_nobody_from_the_answer() -> None:
    grouping = Grouping(Slow().write, most=10)
    left, stays = (asyncio.create_task(grouping.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)

    left.cancel()

    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await left
