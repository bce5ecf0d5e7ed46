"""Reports: one HTML file, whole without a network, small, and safe whatever items are called."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from service.domain.datasets import Dataset
from service.domain.users import User
from service.reports.document import MOST_PICTURE_BYTES
from service.runtime import Runtime
from service.usecases.task_problems import ResultOutdated
from tests.integration.conftest import analyse, import_folder
from worker.runner import Runner

MOST_BYTES = 5_000_000


class Read(HTMLParser):
    """Headings, and every address that a browser would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.addresses: list[str] = []
        self._heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._heading = tag in ("h1", "h2", "h3")
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        if self._heading and data.strip():
            self.headings.append(data.strip())
            self._heading = False


async def test_a_report_tells_the_whole_result_without_a_network(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    task = await analyse(runtime, user, dataset)

    name, text = await runtime.reports.report(user, task.id)

    read = Read(text)
    assert name == "pictures-image_analysis"
    assert {"Image analysis: pictures", "Overview", "Attributes", "Issues", "Duplicates"} <= {
        *read.headings
    }
    assert text.count("<svg") > 8
    assert len(read.addresses) > 8
    assert all(address.startswith("data:image/") for address in read.addresses)
    assert "url(" not in text
    assert len(text.encode()) < MOST_BYTES


async def test_thumbnails_beyond_the_room_are_only_named(
    runtime: Runtime,
    worker: Runner,
    user: User,
    dataset: Dataset,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    task = await analyse(runtime, user, dataset)
    monkeypatch.setattr("service.reports.document.MOST_PICTURE_BYTES", MOST_PICTURE_BYTES // 200)

    _, text = await runtime.reports.report(user, task.id)

    assert re.search(r"\d+ thumbnails are left out", text)
    assert len(text) < MOST_PICTURE_BYTES // 10


async def test_a_name_is_text_whatever_it_holds(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    await runtime.database.pool.execute(
        "UPDATE datasets SET name = $1 WHERE id = $2", "<script>alert(1)</script>", dataset.id
    )
    task = await analyse(runtime, user, dataset)

    _, text = await runtime.reports.report(user, task.id)

    assert "<script" not in text
    assert "&lt;script&gt;" in text


async def test_a_result_from_before_an_update_says_so(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset
) -> None:
    task = await analyse(runtime, user, dataset)
    await runtime.database.pool.execute("""UPDATE tasks SET result = '{"old": 1}'""")

    with pytest.raises(ResultOutdated):
        await runtime.reports.report(user, task.id)
