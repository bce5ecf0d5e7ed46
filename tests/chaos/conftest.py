"""One site for most cases, one seed for all, and the tables at the end."""

import os
import random
import sys
from collections.abc import AsyncGenerator
from random import Random

import pytest
import pytest_asyncio

from tests.chaos.report import Report
from tests.chaos.sites import Site, running_site

REPORT = pytest.StashKey[Report]()
SEED = "CHAOS_SEED"

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    told = os.environ.get(SEED)
    config.stash[REPORT] = Report(int(told) if told else random.randrange(1 << 31))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    report = config.stash[REPORT]
    if lines := list(report.lines()):
        terminalreporter.section(f"chaos, {SEED}={report.seed}")
        terminalreporter.write("\n".join(lines) + "\n")


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Report:
    return pytestconfig.stash[REPORT]


@pytest.fixture
def seeded(report: Report, request: pytest.FixtureRequest) -> Random:
    """The same for a test in every run of the same seed; a failure shows it."""
    print(f"{SEED}={report.seed}")
    return Random(f"{report.seed} {request.node.name}")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def battered(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Site]:
    """The site that endures one case after the other."""
    async with running_site(tmp_path_factory.mktemp("battered")) as site:
        yield site
