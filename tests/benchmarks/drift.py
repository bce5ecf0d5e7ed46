"""Drift of 10,000 images against 10,000 whose features are known: time, memory, and peers."""

import importlib
import multiprocessing
import resource
import struct
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.catalog.drift import DriftParams
from service.domain.image_features import DESCRIPTOR_BYTES, NUMBERS, SIGNATURE_BYTES
from tests.benchmarks import drift_beside
from tests.benchmarks.figure import Figure

IMAGES: Final = 10_000
SECONDS: Final = 10
MEGABYTES: Final = 1000
LABELS: Final = ["a", "b", "c"]
DIFFERENCE: Final = 2
"""Of all numbers: to count a p-value is long where sizes differ and samples are far apart."""
KINDS: Final = ("format_code", "mode_code", "orientation")


async def measure(folder: Path) -> list[Figure]:
    """The whole comparison, then the tests that Evidently and Alibi Detect have too."""
    return [*_comparison(folder), *await drift_beside.measure(folder)]


def _comparison(folder: Path) -> list[Figure]:
    """In a fresh process, as its child is, with what it has to import."""
    reference, same = (_written(folder / f"{seed}", *_sample(seed, IMAGES)) for seed in (1, 2))
    numbers, descriptors = _sample(3, IMAGES - 1)
    other = _written(folder / "3", numbers * DIFFERENCE, descriptors)
    item = {"labels": LABELS, "reference": reference}
    seconds, wall, peak, before = _in_a_child(_compare, item | {"current": same})
    apart, *_ = _in_a_child(_compare, item | {"current": other})
    name = f"drift, {IMAGES:,} against {IMAGES:,}"
    return [
        Figure(f"{name}, CPU", seconds, "s", at_most=SECONDS),
        Figure(f"{name} less one, all different, CPU", apart, "s", at_most=SECONDS),
        Figure(f"{name}, wall", wall, "s"),
        Figure(f"{name}, peak memory", peak, "MB", at_most=MEGABYTES),
        Figure(f"{name}, of which imports", before, "MB"),
    ]


def _sample(seed: int, images: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Numbers (N, K) and descriptors (N, D) with as many directions as real ones have."""
    rng = np.random.default_rng(seed)
    numbers = rng.gamma(4, 0.25, (images, len(NUMBERS)))
    for name in KINDS:
        numbers[:, NUMBERS.index(name)] = rng.integers(1, 3, images)
    directions = np.random.default_rng(0).normal(0, 6, (40, DESCRIPTOR_BYTES))
    looks = 100 + rng.standard_normal((images, 40)) @ directions
    return numbers, np.clip(looks, 0, 255).astype(np.uint8)


def _written(
    folder: Path, numbers: NDArray[np.float64], descriptors: NDArray[np.uint8]
) -> dict[str, str]:
    """As files of ids that follow from the folder's number."""
    folder.mkdir()
    first = IMAGES * int(folder.name)
    ids = range(first, first + len(numbers))
    features = [_features(id_, numbers[n], descriptors[n].tobytes()) for n, id_ in enumerate(ids)]
    places = [struct.pack(">hiqiqiq", 3, 8, id_, 8, id_, 8, id_ % 3 + 1) for id_ in ids]
    return {
        name: str(_copied(folder / name, rows))
        for name, rows in (("features", features), ("places", places))
    }


def _features(item_id: int, numbers: NDArray[np.float64], descriptor: bytes) -> bytes:
    elements = b"".join(struct.pack(">id", 8, number) for number in numbers)
    array = struct.pack(">iiiii", 1, 0, 701, len(numbers), 1) + elements
    parts = (array, bytes(SIGNATURE_BYTES), descriptor)
    return struct.pack(">hiqiq", 5, 8, item_id, 8, 0) + b"".join(
        struct.pack(">i", len(part)) + part for part in parts
    )


def _copied(path: Path, rows: list[bytes]) -> Path:
    path.write_bytes(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(rows) + b"\xff\xff")
    return path


def _in_a_child(work: Callable[[Connection, Any], None], told: Any) -> list[float]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=work, args=(there, told))
    process.start()
    figures: list[float] = here.recv()
    process.join()
    return figures


def _compare(answer: Connection, item: dict[str, Any]) -> None:
    importlib.import_module("service.processes.preload")  # one thread for BLAS, as in children
    began, cpu = time.perf_counter(), time.process_time()
    from service.compute.drift import compare

    before = _peak()
    shared = {
        "names": NUMBERS,
        "signature_bytes": SIGNATURE_BYTES,
        "descriptor_bytes": DESCRIPTOR_BYTES,
        "params": DriftParams().model_dump(mode="json"),
    }
    told = list(compare(item, shared))
    assert told[-1]["result"]["looks"] is not None
    answer.send([time.process_time() - cpu, time.perf_counter() - began, _peak(), before])


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
