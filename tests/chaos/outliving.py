"""Outliving: what every test of a fault asserts, and what the report is told."""

from random import Random

import pytest
from _pytest.mark import ParameterSet

from tests.chaos.case import Case, Endured, endure
from tests.chaos.checker import Wrong
from tests.chaos.report import Report, Row
from tests.chaos.sites import Site


def named(cases: tuple[Case, ...]) -> list[ParameterSet]:
    return [pytest.param(case, id=case.name) for case in cases]


async def outlive(
    site: Site, case: Case, random: Random, report: Report, *, patience: int = 1
) -> Endured:
    """No promise is broken, and the work goes on in time, if any was left to go on."""
    endured = await endure(site, case, random)
    report.rows.append(_row(case, endured))
    assert not endured.violations, endured.violations
    late = endured.seconds > case.bound_seconds * patience  # not where it is nan
    assert not late, endured.seconds
    return endured


def _row(case: Case, endured: Endured) -> Row:
    lost, doubled = endured.count(Wrong.LOST), endured.count(Wrong.DOUBLED)
    others = len(endured.violations) - lost - doubled
    return Row(case.name, case.bound_seconds, endured.seconds, lost, doubled, others)
