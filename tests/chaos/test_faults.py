"""Faults: whatever is done to a site, it goes on in time, loses nothing and does nothing twice."""

from random import Random

import pytest

from tests.chaos.case import Case, endure
from tests.chaos.cases import LONG, POINTS, SHORT
from tests.chaos.checker import Evidence
from tests.chaos.faults.children import nothing_more
from tests.chaos.load import Load
from tests.chaos.outliving import named, outlive
from tests.chaos.report import Report
from tests.chaos.sites import SLOTS, WORKERS, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


PATIENCE = 4
"""How many times as long it may take on a machine that does much else: `make test` is about what
is lost, `make chaos` about when work goes on too."""


@pytest.mark.parametrize("case", named(SHORT))
async def test_nothing_is_lost_however_busy_the_machine_is_when(
    battered: Site, case: Case, seeded: Random, report: Report
) -> None:
    await outlive(battered, case, seeded, report, patience=PATIENCE)


@pytest.mark.chaos
@pytest.mark.parametrize("case", named(SHORT + LONG + POINTS))
async def test_nothing_is_lost_when(
    battered: Site, case: Case, seeded: Random, report: Report
) -> None:
    await outlive(battered, case, seeded, report)


@pytest.mark.chaos
async def test_every_slot_works_after_all_that(battered: Site, seeded: Random) -> None:
    async def a_nap_for_each(load: Load) -> None:
        for _ in range(WORKERS * SLOTS):
            await load.nap(2)

    endured = await endure(battered, Case("slots", 0, nothing_more, a_nap_for_each), seeded)

    assert endured.violations == []
    assert most_at_once(endured.evidence) == WORKERS * SLOTS


@pytest.mark.chaos
async def test_nothing_is_left_of_workers_that_have_ended(battered: Site) -> None:
    await battered.make_whole()

    statuses = await battered.end(*battered.workers)

    assert statuses == [0] * WORKERS
    assert await battered.remains() == []


def most_at_once(evidence: Evidence) -> int:
    running, most = set[int](), 0
    for change in evidence.of("chunks"):
        note = running.add if change.new["state"] == "running" else running.discard
        note(change.new["id"])
        most = max(most, len(running))
    return most
