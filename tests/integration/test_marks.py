"""What a stage's row says of its past is what the remaining time is told by."""

from uuid import uuid4

from service.domain.datasets import Dataset
from service.domain.marks import MOST_MARKS
from service.domain.saves import FractionSave
from service.domain.stages import Stage
from service.domain.users import User
from service.runtime import Runtime
from tests.counting import counted
from tests.integration.solo import submit

SAVES = 100


async def age(runtime: Runtime, seconds: float) -> None:
    """As if everything had been counted so much earlier."""
    await runtime.database.pool.execute(
        """UPDATE stages SET started_at = started_at - make_interval(secs => $1),
                             counted_at = counted_at - make_interval(secs => $1)""",
        seconds,
    )


async def test_rows_are_marked_as_the_tests_of_the_remaining_time_mark(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def first_stage() -> Stage:
        return (await runtime.tasks.find(user, task.id)).stages[0]

    task = await submit(runtime, user, dataset)
    worker_id = uuid4()
    (claim,) = await runtime.runs.claim(worker_id, 1)

    for turn in range(SAVES):
        await age(runtime, 0.4 * (turn % 7) if turn % 20 else turn)
        before = await first_stage()
        await runtime.runs.save(worker_id, [FractionSave(claim.chunk.fence, 7 * turn)])
        after = await first_stage()

        assert after.counted_at is not None
        expected = counted(before, after.done - before.done, after.counted_at)
        assert [mark.done for mark in after.marks] == [mark.done for mark in expected.marks]
        assert _off(after, expected) < 0.002

    assert len((await first_stage()).marks) == MOST_MARKS


def _off(one: Stage, other: Stage) -> float:
    pairs = zip(one.marks, other.marks, strict=True)
    return max(abs(a.seconds - b.seconds) for a, b in pairs)
