"""image_analysis as a whole task against CleanVision and fastdup; and what is flagged."""

import asyncio
import json
import os
import random
import shutil
import time
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from deploy.local.sample import write_sample
from service.compute.images import extract
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.exports import ExportFormat
from service.domain.tasks import Status
from service.domain.users import Role, User
from service.errors import Unreadable
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.figure import Figure
from tests.benchmarks.peers import measured
from tests.benchmarks.working import working
from tests.integration.conftest import ended, running_worker

ROUNDS = 2
MOST_SECONDS = 600
JOBS = (1, 2)
"""Numbers of processes that CleanVision is tried with."""
SLOTS = 2
"""Of the worker; fastdup has as many threads."""
CELL = (500, 375)
"""Larger pictures are put together from photographs of about this size."""
TINY_SIDE = 64
"""Smaller ones are cut out of a photograph at twice their size or so."""
FLAGS = ("dark", "light", "blurry", "low_information", "grayscale", "odd_aspect_ratio", "odd_size")

MODES = ("L", "RGB", "RGBA")
"""Others CleanVision cannot read, or takes for what they are not."""


@dataclass(frozen=True)
class Set:
    """Pictures of one kind, and the bar: how many times faster than CleanVision."""

    name: str
    count: int
    size: tuple[int, int]
    suffix: str
    at_least: float
    beside: int | None = None
    """With how many processes of CleanVision's; None: with whichever number is faster."""
    rounds: int = ROUNDS
    beside_fastdup: float | None = None
    """How many times faster than fastdup, where it is asked, too."""


SETS = (
    Set("JPEG, 0.2 MP", 1000, (500, 375), "jpg", 4.5, beside_fastdup=5),
    Set("JPEG, 0.5 MP", 300, (816, 612), "jpg", 7),
    Set("JPEG, 9 MP", 24, (3464, 2598), "jpg", 16),
    Set("PNG, 0.2 MP", 300, (480, 360), "png", 2.3),
    Set("PNG, 32 x 32", 50_000, (32, 32), "png", 5, beside=2, rounds=1),
)
"""With tiny images its own choice, a process a core, is slower than one process; both are told."""

REAL = Set("test data", 0, (0, 0), "", 0)


async def measure(folder: Path) -> AsyncGenerator[Figure]:
    """Wall time, ours from the submission to the end of the task; in turns, two cores each."""
    write_sample(folder / "sample")
    photographs = _readable(
        path for label in ("temple", "flower") for path in (folder / "sample" / label).glob("*.jpg")
    )
    async with working(folder) as runtime, running_worker(runtime) as worker:
        await worker.executor.warm()
        user = await runtime.access.ensure("admin", Role.ADMIN)
        if told := os.environ.get("MEANWHILE_TEST_DATA"):
            await asyncio.to_thread(_copy_readable, Path(told), folder / "real")
            for figure in await _compared(runtime, user, folder / "real", REAL):
                yield figure
        for kind in SETS:
            pictures = folder / kind.suffix / kind.name
            await asyncio.to_thread(_write, pictures, kind, photographs)
            for figure in await _compared(runtime, user, pictures, kind):
                yield figure


def _write(folder: Path, kind: Set, photographs: Sequence[Path]) -> None:
    folder.mkdir(parents=True)
    chance = random.Random(20)
    for number in range(kind.count):
        picture = _picture(kind.size, photographs, chance)
        picture.save(folder / f"{number:05}.{kind.suffix}", quality=90)


def _picture(
    size: tuple[int, int], photographs: Sequence[Path], chance: random.Random
) -> Image.Image:
    if max(size) < TINY_SIDE:
        return _cut_out(size, chance.choice(photographs), chance)
    across, down = (max(1, round(side / cell)) for side, cell in zip(size, CELL, strict=True))
    picture = Image.new("RGB", size)
    cell = (-(-size[0] // across), -(-size[1] // down))
    for place in range(across * down):
        row, column = divmod(place, across)
        with Image.open(chance.choice(photographs)) as photograph:
            tile = ImageOps.fit(photograph.convert("RGB"), cell)
        picture.paste(tile, (column * cell[0], row * cell[1]))
    return picture


def _cut_out(size: tuple[int, int], path: Path, chance: random.Random) -> Image.Image:
    with Image.open(path) as photograph:
        side = min(TINY_SIDE, *photograph.size)
        left, top = (chance.randint(0, length - side) for length in photograph.size)
        part = photograph.convert("RGB").crop((left, top, left + side, top + side))
    return part.resize(size)


def _readable(paths: Iterable[Path]) -> list[Path]:
    """One file that cannot be read ends CleanVision."""
    return [path for path in sorted(paths) if path.is_file() and _is_readable(path)]


def _is_readable(path: Path) -> bool:
    try:
        extract({"path": str(path), "size_bytes": path.stat().st_size}, {})
        with Image.open(path) as image:
            image.load()
            return image.mode in MODES
    except (Unreadable, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def _copy_readable(source: Path, folder: Path) -> None:
    folder.mkdir()
    for number, path in enumerate(_readable(source.rglob("*"))):
        shutil.copyfile(path, folder / f"{number:05}{path.suffix.lower()}")


async def _compared(runtime: Runtime, user: User, folder: Path, kind: Set) -> list[Figure]:
    dataset = await runtime.datasets.create(
        user, NewDataset(kind.name, Kind.IMAGE, Visibility.PRIVATE)
    )
    asked = Submission("folder_import", dataset.id, params={"path": str(folder)})
    importing = await runtime.tasks.start(user, asked)
    await ended(runtime, user, importing.task.id, seconds=MOST_SECONDS)
    images = len(os.listdir(folder))  # noqa: PTH208 - names alone
    ours = fastdup = float("inf")
    theirs: dict[int, float] = {}
    flagged, their_flags = dict[str, set[str]](), dict[str, set[str]]()
    for _ in range(kind.rounds):
        seconds, flagged = await _analysed(runtime, user, dataset)
        ours = min(ours, seconds)
        told = await measured("cleanvision", str(folder), ",".join(map(str, JOBS)))
        for jobs in JOBS:
            theirs[jobs] = min(theirs.get(jobs, float("inf")), told["seconds"][str(jobs)])
        their_flags = {name: set(paths) for name, paths in told["flagged"].items()}
        if kind.beside_fastdup:
            told = await measured("fastdup", str(folder), str(SLOTS))
            assert told["images"] == images, told
            fastdup = min(fastdup, told["seconds"])
    beside = f"fastdup / image_analysis, {kind.name}"
    return [
        *([Figure(beside, fastdup / ours, "", kind.beside_fastdup)] if kind.beside_fastdup else []),
        *_times_as_fast(kind, theirs, ours),
        Figure(f"image_analysis, {kind.name}", images / ours, "/s"),
        _disagreement(f"flags that differ, {kind.name}, {images} images", flagged, their_flags),
    ]


def _times_as_fast(kind: Set, theirs: Mapping[int, float], ours: float) -> Iterator[Figure]:
    name = f"CleanVision / image_analysis, {kind.name}"
    if kind.beside is None:
        yield Figure(name, min(theirs.values()) / ours, "", kind.at_least)
        return
    for jobs, seconds in theirs.items():
        bar = kind.at_least if jobs == kind.beside else None
        yield Figure(f"{name}, {jobs} of its processes", seconds / ours, "", bar)


async def _analysed(
    runtime: Runtime, user: User, dataset: Dataset
) -> tuple[float, dict[str, set[str]]]:
    """Seconds of a task that finds nothing computed yet, and the paths that it flags."""
    await runtime.database.pool.execute("TRUNCATE features")
    began = time.monotonic()
    asked = Submission("image_analysis", dataset.id, force=True)
    submitted = await runtime.tasks.submit(user, asked)
    task = await ended(runtime, user, submitted.task.id, seconds=MOST_SECONDS)
    seconds = time.monotonic() - began
    assert task.status is Status.COMPLETED, task.error
    export = await runtime.exports.export(user, task.id)
    data = b"".join([part async for part in runtime.exports.written(export, ExportFormat.JSON)])
    rows = json.loads(data)
    flagged = {name: {row["path"] for row in rows if row.get(f"{name}_found")} for name in FLAGS}
    copies = {row["path"] for row in rows if row.get("exact_duplicates_group") is not None}
    return seconds, {**flagged, "exact_duplicates": copies}


def _disagreement(
    name: str, ours: Mapping[str, set[str]], theirs: Mapping[str, set[str]]
) -> Figure:
    """Pairs of image and issue that one flags and the other does not."""
    different = {issue: ours[issue] ^ theirs[issue] for issue in ours}
    for issue, paths in different.items():
        for path in sorted(paths)[:5]:
            print(f"  {issue}: {path} by {'us' if path in ours[issue] else 'CleanVision'} alone")
    return Figure(name, sum(map(len, different.values())), "", at_most=0)
