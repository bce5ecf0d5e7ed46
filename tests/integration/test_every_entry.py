"""What holds for every task type that looks at a dataset, with its defaults."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.api.app import OPERATIONS
from service.api.openapi import openapi
from service.catalog.catalogue import CATALOGUE
from service.catalog.embedding_model import EMBEDDING_MODEL
from service.catalog.entry import Catalogue, Entry
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.tasks import Status, Task
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from service.usecases.task_problems import TaskNotCompleted
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.conftest import ended, import_folder, running_worker
from tests.integration.modelling import model_params
from tests.onnx_files import write_means
from tests.pictures import HOSTILE, photograph
from worker.analyses import ANALYSES
from worker.runner import Runner
from worker.work import Analyses, Batch, MapWork, Run, SoloTools, SoloWork

ENTRIES = [*(entry for entry in CATALOGUE if entry.submitted_directly), EMBEDDING_MODEL]
STAGES = [(entry, stage.name) for entry in ENTRIES for stage in entry.stages]
SCHEMAS = openapi(OPERATIONS, CATALOGUE, "1")["components"]["schemas"]
FINDERS = [entry for entry in ENTRIES if entry is not EMBEDDING_MODEL]
"""Those that find something of any dataset, and be it nothing."""
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


@dataclass(frozen=True)
class Subjects:
    """A dataset, and one to compare it with where the type wants that."""

    runtime: Runtime
    user: User
    datasets: Sequence[Dataset]
    params: Mapping[str, Any]

    async def fill(self, folder: Path) -> int:
        """Imports a folder into each; how many items they have together."""
        for dataset in self.datasets:
            await import_folder(self.runtime, self.user, dataset, folder)
        found = [await self.runtime.datasets.find(self.user, one.id) for one in self.datasets]
        return sum(dataset.items for dataset in found)


@pytest.fixture
async def subjects(
    runtime: Runtime, user: User, dataset: Dataset, entry: Entry, tmp_path: Path
) -> Subjects:
    new = NewDataset("target", Kind.IMAGE, Visibility.PRIVATE)
    more = [await runtime.datasets.create(user, new)] if entry.compares else []
    needed = entry is EMBEDDING_MODEL
    params = model_params(write_means(tmp_path / "means.onnx")) if needed else {}
    return Subjects(runtime, user, [dataset, *more], params)


async def submitted(runtime: Runtime, user: User, subjects: Subjects, entry: Entry) -> Task:
    dataset, *targets = subjects.datasets
    target_id = targets[0].id if targets else None
    asked = Submission(entry.name, dataset.id, target_id, params=subjects.params, force=True)
    return (await runtime.tasks.start(user, asked)).task


async def result_of(
    runtime: Runtime, user: User, subjects: Subjects, entry: Entry
) -> Mapping[str, Any]:
    return (await told_by(runtime, user, subjects, entry))[0]


async def told_by(
    runtime: Runtime, user: User, subjects: Subjects, entry: Entry
) -> tuple[Mapping[str, Any], bytes]:
    """The result of a task, and the bytes of its map."""
    task = await submitted(runtime, user, subjects, entry)
    task = await ended(runtime, user, task.id, seconds=120)
    assert task.status is Status.COMPLETED, task.error
    result = await runtime.tasks.result(user, task.id)
    if not entry.columns:
        return result, b""
    found = await runtime.maps.find(user, task.id)
    return result, b"".join([part async for part in runtime.maps.bytes_of(found)])


def counted(result: Mapping[str, Any], entry: Entry) -> tuple[int, int]:
    """(items, unreadable ones) of all subjects."""
    parts = [result["reference"], result["current"]] if entry.compares else [result]
    return sum(part["items"] for part in parts), sum(part["unreadable"] for part in parts)


@every_entry
async def test_results_are_what_the_openapi_document_says_even_of_hostile_files(
    runtime: Runtime,
    worker: Runner,
    user: User,
    subjects: Subjects,
    sample_folder: Path,
    entry: Entry,
) -> None:
    await subjects.fill(sample_folder)

    result = await result_of(runtime, user, subjects, entry)

    schema = {"$ref": f"#/components/schemas/{entry.result.__name__}"}
    document = schema | {"components": {"schemas": SCHEMAS}}
    told = json.loads(json.dumps(result, allow_nan=False))
    assert list(Draft202012Validator(document).iter_errors(told)) == []
    assert entry.result.model_validate(told)


@every_entry
async def test_every_item_is_accounted_for(
    runtime: Runtime,
    worker: Runner,
    user: User,
    subjects: Subjects,
    sample_folder: Path,
    entry: Entry,
) -> None:
    items = await subjects.fill(sample_folder)
    task = await submitted(runtime, user, subjects, entry)
    await ended(runtime, user, task.id, seconds=120)

    result = await runtime.tasks.result(user, task.id)

    hostile = len(HOSTILE) * len(subjects.datasets)
    assert counted(result, entry) == (items, hostile)
    if not entry.compares:
        rows = await runtime.tasks.items(user, task.id, kind="unreadable", after=None, limit=100)
        assert {row["path"]: row["data"]["code"] for row in rows} == HOSTILE
    if entry.columns:
        told = items if entry.name == "image_analysis" else items - len(HOSTILE)
        assert (await runtime.maps.find(user, task.id)).rows == told


@every_entry
async def test_equal_inputs_give_equal_results_however_the_work_is_cut(
    settings: Settings,
    runtime: Runtime,
    user: User,
    subjects: Subjects,
    sample_folder: Path,
    entry: Entry,
) -> None:
    async with running_worker(runtime):
        await subjects.fill(sample_folder)
        whole = await told_by(runtime, user, subjects, entry)
    await runtime.database.pool.execute("DELETE FROM features")

    async with (
        open_runtime(settings, connections=8, catalogue=Catalogue([cut(entry)])) as finer,
        running_worker(finer),
    ):
        assert await told_by(finer, user, subjects, entry) == whole


def cut(entry: Entry) -> Entry:
    """The entry in smaller chunks, which then end in another order."""
    return replace(entry, stages=tuple(replace(stage, chunk_size=3) for stage in entry.stages))


@pytest.mark.parametrize("entry", FINDERS, ids=lambda entry: entry.name)
@pytest.mark.parametrize("files", [{}, {"torn.jpg": b"\xff\xd8\xff torn"}], ids=["none", "torn"])
async def test_where_there_is_nothing_to_look_at_the_result_says_so(
    runtime: Runtime,
    worker: Runner,
    user: User,
    subjects: Subjects,
    tmp_path: Path,
    entry: Entry,
    files: Mapping[str, bytes],
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    await subjects.fill(folder)

    result = await result_of(runtime, user, subjects, entry)

    every = len(files) * len(subjects.datasets)
    assert counted(result, entry) == (every, every)


@every_entry
async def test_progress_never_goes_back_and_is_100_exactly_at_the_end(
    runtime: Runtime,
    worker: Runner,
    user: User,
    subjects: Subjects,
    sample_folder: Path,
    entry: Entry,
) -> None:
    await subjects.fill(sample_folder)
    task = await submitted(runtime, user, subjects, entry)
    seen: list[tuple[Status, float]] = []

    async def final() -> bool:
        (told,) = await runtime.tasks.snapshots([task.id])
        seen.append((told["status"], told["progress"]))
        return told["status"] == Status.COMPLETED

    await eventually(final, seconds=120)

    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert {share == 100 for status, share in seen if status != Status.COMPLETED} <= {False}
    assert shares[-1] == 100


@pytest.mark.parametrize(
    ("entry", "stage"), STAGES, ids=[f"{entry.name}-{stage}" for entry, stage in STAGES]
)
async def test_a_task_that_is_cancelled_at_any_stage_leaves_no_trace(
    runtime: Runtime,
    user: User,
    subjects: Subjects,
    sample_folder: Path,
    tmp_path: Path,
    entry: Entry,
    stage: str,
) -> None:
    held = Held(entry, stage)
    new = tmp_path / "new"
    new.mkdir()
    photograph(seed=1).save(new / "1.jpg")
    async with running_worker(runtime, analyses=held.analyses) as worker:
        await subjects.fill(sample_folder)
        await import_folder(runtime, user, subjects.datasets[-1], new)
        task = await submitted(runtime, user, subjects, entry)
        await asyncio.wait_for(held.reached.wait(), 60)

        await runtime.tasks.cancel(user, task.id)

        assert (await ended(runtime, user, task.id)).status is Status.CANCELLED
        await eventually(lambda: nothing_runs(worker))
    with pytest.raises(TaskNotCompleted):
        await runtime.tasks.result(user, task.id)
    assert list(incoming(runtime)) == []
    async with running_worker(runtime):
        again = await result_of(runtime, user, subjects, entry)
    assert counted(again, entry)[1] == len(HOSTILE) * len(subjects.datasets)


class Held:
    """The analyses, of which one stage does what it does and then waits for ever."""

    def __init__(self, entry: Entry, stage: str) -> None:
        self.reached = asyncio.Event()
        work = ANALYSES[entry.name][stage]
        held = self._map(work) if isinstance(work, MapWork) else self._solo(work)
        self.analyses: Analyses = {**ANALYSES, entry.name: {**ANALYSES[entry.name], stage: held}}

    def _map(self, work: MapWork) -> MapWork:
        async def read(run: Run) -> Batch:
            await work.read(run)
            return await self._wait()

        return replace(work, read=read)

    def _solo(self, work: SoloWork) -> SoloWork:
        async def do(run: Run, tools: SoloTools) -> Mapping[str, Any] | None:
            await work.work(run, tools)
            return await self._wait()

        return SoloWork(do)

    async def _wait(self) -> Any:
        self.reached.set()
        await asyncio.Event().wait()


async def nothing_runs(worker: Runner) -> bool:
    return not list(worker.active)


def incoming(runtime: Runtime) -> Iterator[Path]:
    """What runs have put aside for themselves."""
    root = Path(runtime.settings.storage_url.removeprefix("file://"))
    return (path for path in (root / "incoming").rglob("*") if path.is_file())
