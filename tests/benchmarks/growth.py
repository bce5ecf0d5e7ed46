"""Growth: analysing a dataset again after it has grown by a hundredth, against the first time."""

import asyncio
import time
from pathlib import Path

from deploy.local.sample import write_sample
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.integration.conftest import ended, import_folder, running_worker

COPIES = 16
MORE_SHARE = 0.01


async def measure(folder: Path) -> list[Figure]:
    """Wall time from submission to result, cold and after the growth."""
    async with working(folder) as runtime, running_worker(runtime) as worker:
        await worker.executor.warm()
        user = await runtime.access.ensure("admin", Role.ADMIN)
        new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
        dataset = await runtime.datasets.create(user, new)
        images = await asyncio.to_thread(_write_copies, folder / "sample", folder / "more")
        await import_folder(runtime, user, dataset, folder / "sample")
        cold = await _seconds_to_analyse(runtime, user, dataset)
        await import_folder(runtime, user, dataset, folder / "more")
        grown = await _seconds_to_analyse(runtime, user, dataset)
    name = f"cold / again after +{MORE_SHARE:.0%}, {images:,} images"
    return [Figure(name, cold / grown, "", at_least=20)]


def _write_copies(folder: Path, more: Path) -> int:
    """The sample many times over, by bytes behind the ends of its files; the last copies apart."""
    write_sample(folder)
    originals = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in originals:
        for n in range(1, COPIES):
            path.with_name(f"{path.stem} {n}{path.suffix}").write_bytes(
                path.read_bytes() + bytes([n])
            )
    more.mkdir()
    count = int(len(originals) * COPIES * MORE_SHARE)
    for path in originals[:: len(originals) // count]:
        (more / f"{path.stem} more{path.suffix}").write_bytes(path.read_bytes() + b"more")
    return len(originals) * COPIES


async def _seconds_to_analyse(runtime: Runtime, user: User, dataset: Dataset) -> float:
    began = time.monotonic()
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    await ended(runtime, user, submitted.task.id, seconds=600)
    return time.monotonic() - began
