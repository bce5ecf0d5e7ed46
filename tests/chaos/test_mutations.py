"""Mutations: where a promise is broken on purpose, the suite says so."""

from dataclasses import dataclass
from functools import partial
from random import Random

import pytest

from tests.chaos.case import Case, endure
from tests.chaos.checker import Wrong
from tests.chaos.faults.children import nothing_more
from tests.chaos.faults.workers import kill_machine, stop_before_save, terminate
from tests.chaos.loads import busy, naps
from tests.chaos.mutations import (
    MUTATIONS,
    fence_removed,
    finished_unseen,
    hand_back_charged,
    lease_never_renewed,
    published_before_commit,
    rescuer_off,
)
from tests.chaos.report import Report
from tests.chaos.sites import DRAIN_SECONDS, running_site
from worker.heart import LEASE_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONGER_THAN_A_LEASE = LEASE_SECONDS + 5


@dataclass(frozen=True)
class Noticed:
    """Where a mutation shows, and as what."""

    wrong: Wrong
    case: Case


NOTICED = {
    fence_removed: Noticed(Wrong.STALE, Case("late saves", 5, stop_before_save, busy)),
    lease_never_renewed: Noticed(
        Wrong.CHARGED,
        Case(
            "long work",
            5,
            nothing_more,
            partial(naps, seconds=LONGER_THAN_A_LEASE),
            may_charge=False,
            end_seconds=LONGER_THAN_A_LEASE,
        ),
    ),
    rescuer_off: Noticed(
        Wrong.LOST,
        Case("a machine dies", 5, kill_machine, busy, end_seconds=2 * LONGER_THAN_A_LEASE),
    ),
    published_before_commit: Noticed(Wrong.UNTRUE, Case("work", 5, nothing_more, busy)),
    hand_back_charged: Noticed(
        Wrong.CHARGED,
        Case(
            "a clean end", 28, terminate, partial(naps, seconds=3 * DRAIN_SECONDS), may_charge=False
        ),
    ),
    finished_unseen: Noticed(Wrong.LOST, Case("work", 5, nothing_more, busy)),
}


TRIES = 3
"""What is broken need not show in every run: whoever wakes up late may have nothing to write."""

SHORT = {fence_removed.__name__}
"""What `make test` runs too."""


@pytest.mark.parametrize(
    "mutation",
    [pytest.param(name, marks=[] if name in SHORT else [pytest.mark.chaos]) for name in MUTATIONS],
)
async def test_the_checker_notices(
    mutation: str, tmp_path_factory: pytest.TempPathFactory, seeded: Random, report: Report
) -> None:
    noticed = NOTICED[MUTATIONS[mutation]]
    kinds: list[Wrong] = []
    async with running_site(tmp_path_factory.mktemp("broken"), mutation=mutation) as site:
        for _ in range(TRIES):
            endured = await endure(site, noticed.case, seeded)
            kinds = sorted({violation.wrong for violation in endured.violations})
            if noticed.wrong in kinds:
                break

    report.mutations.append((mutation.replace("_", " "), ", ".join(kinds) or "nothing"))
    assert noticed.wrong in kinds
