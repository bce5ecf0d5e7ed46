"""Drift of 10,000 images against 10,000 whose features are known: time, memory, and Evidently."""

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
from service.compute.drift_numbers import compare_numbers
from service.domain.image_features import DESCRIPTOR_BYTES, NUMBERS, SIGNATURE_BYTES
from tests.benchmarks.figure import Figure
from tests.benchmarks.peers import measured

IMAGES: Final = 10_000
SECONDS: Final = 10
MEGABYTES: Final = 1000
LABELS: Final = ["a", "b", "c"]
KINDS: Final = ("format_code", "mode_code", "orientation")
ROUNDS: Final = 3


async def measure(folder: Path) -> list[Figure]:
    """The whole comparison, then the statistics that Evidently has too."""
    return [*_comparison(folder), *await _beside_evidently(folder)]


def _comparison(folder: Path) -> list[Figure]:
    """In a fresh process, as its child is, with what it has to import."""
    item = {"labels": LABELS} | {
        side: _written(folder / side, seed)
        for seed, side in enumerate(("reference", "current"), start=1)
    }
    seconds, wall, peak, before = _in_a_child(_compare, item)
    name = f"drift, {IMAGES:,} against {IMAGES:,}"
    return [
        Figure(f"{name}, CPU", seconds, "s", at_most=SECONDS),
        Figure(f"{name}, wall", wall, "s"),
        Figure(f"{name}, peak memory", peak, "MB", at_most=MEGABYTES),
        Figure(f"{name}, of which imports", before, "MB"),
    ]


async def _beside_evidently(folder: Path) -> list[Figure]:
    """The same arrays in alternating rounds."""
    columns = [n for n, name in enumerate(NUMBERS) if name not in KINDS]
    reference, current = (_sample(seed)[0][:, columns] * seed**0.03 for seed in (1, 2))
    np.savez(folder / "sides.npz", reference=reference, current=current)
    apart = 0.0
    seconds: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        theirs = await measured("evidently", str(folder / "sides.npz"))
        began = time.process_time()
        ours = [compare_numbers(reference[:, n], current[:, n]) for n in range(len(columns))]
        seconds.append((theirs["seconds"], time.process_time() - began))
        for name, values in theirs["told"].items():
            told = np.array([getattr(one, name) for one in ours])
            apart = max(apart, float(np.abs(told - values).max()))
    theirs_least, ours_least = (min(side) for side in zip(*seconds, strict=True))
    return [
        Figure("drift, largest difference of a figure to Evidently", apart, "", at_most=1e-9),
        Figure("drift of numbers, Evidently / here", theirs_least / ours_least, ""),
    ]


def _sample(seed: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Numbers (N, K) and descriptors (N, D) with as many directions as real ones have."""
    rng = np.random.default_rng(seed)
    numbers = rng.gamma(4, 0.25, (IMAGES, len(NUMBERS)))
    for name in KINDS:
        numbers[:, NUMBERS.index(name)] = rng.integers(1, 3, IMAGES)
    directions = np.random.default_rng(0).normal(0, 6, (40, DESCRIPTOR_BYTES))
    looks = 100 + rng.standard_normal((IMAGES, 40)) @ directions
    return numbers, np.clip(looks, 0, 255).astype(np.uint8)


def _written(folder: Path, seed: int) -> dict[str, str]:
    folder.mkdir()
    numbers, descriptors = _sample(seed)
    ids = range(seed * IMAGES, (seed + 1) * IMAGES)
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
