"""Silence: connections to PostgreSQL that nobody closes and that never answer again."""

from random import Random

import pytest

from tests.chaos.cases import SILENT_POSTGRES
from tests.chaos.outliving import outlive
from tests.chaos.report import Report
from tests.chaos.sites import running_site

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]


async def test_connections_that_never_answer_again_cost_seconds(
    tmp_path_factory: pytest.TempPathFactory, seeded: Random, report: Report
) -> None:
    async with running_site(tmp_path_factory.mktemp("silent")) as site:
        await outlive(site, SILENT_POSTGRES, seeded, report)
