"""Draining: with production's patience, whatever the work is, a worker is gone in time."""

from collections.abc import AsyncGenerator
from random import Random

import pytest
import pytest_asyncio

from tests.chaos.case import Case
from tests.chaos.cases import DRAINS
from tests.chaos.outliving import named, outlive
from tests.chaos.report import Report
from tests.chaos.sites import Site, running_site

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def patient(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    async with running_site(tmp_path_factory.mktemp("patient"), DRAIN_SECONDS="20") as site:
        yield site


@pytest.mark.parametrize("case", named(DRAINS))
async def test_nothing_is_lost_or_charged_by(
    patient: Site, case: Case, seeded: Random, report: Report
) -> None:
    await outlive(patient, case, seeded, report)
