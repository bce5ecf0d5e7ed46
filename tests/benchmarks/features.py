"""Features against a pure Pillow decode of the same files, one core, alternating."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from deploy.local.sample import write_sample
from service.compute.images import extract
from service.errors import Unreadable
from tests.benchmarks.figure import Figure

ROUNDS = 5
FILES = 200


def measure(folder: Path) -> list[Figure]:
    """Of the sample's photographs, and of MEANWHILE_TEST_DATA's where it is set."""
    write_sample(folder / "sample")
    figures = [_ratio("sample", folder / "sample", at_least=0.35)]
    if told := os.environ.get("MEANWHILE_TEST_DATA"):
        figures.append(_ratio("test data", Path(told), at_least=None))
    return figures


def _ratio(name: str, folder: Path, *, at_least: float | None) -> Figure:
    files = [path for path in sorted(folder.rglob("*.jpg")) if _whole(path)][:FILES]
    ours = theirs = float("inf")
    for _ in range(ROUNDS):
        theirs = min(theirs, _seconds(_decode, files))
        ours = min(ours, _seconds(_extract, files))
    return Figure(f"features / full decode, {name}, {len(files)} JPEG", theirs / ours, "", at_least)


def _seconds(work: Callable[[Path], None], files: list[Path]) -> float:
    began = time.process_time()
    for path in files:
        work(path)
    return time.process_time() - began


def _decode(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


def _extract(path: Path) -> None:
    extract({"path": str(path), "size_bytes": path.stat().st_size}, {})


def _whole(path: Path) -> bool:
    try:
        _extract(path)
    except Unreadable:
        return False
    return True
