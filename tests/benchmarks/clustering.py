"""Clustering descriptors, and vectors of one's own: CPU seconds on one core, and peak memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figure import Figure

GIB = 1 << 30
DESCRIPTORS, EMBEDDINGS = (256, "u1"), (512, "<f2")
"""How many numbers an item has, and what they are."""
CASES = (
    ("descriptors", DESCRIPTORS, "auto", 100_000, 15.0, 1.0),
    ("descriptors", DESCRIPTORS, "auto", 1_000_000, 90.0, 2.0),
    ("descriptors", DESCRIPTORS, "hdbscan", 1_000_000, 90.0, 2.0),
    ("embeddings of 512", EMBEDDINGS, "auto", 1_000_000, 90.0, 2.0),
)
"""What, its numbers, method, items, seconds and GiB at most."""

WORK = """
import json, resource, sys, time
from pathlib import Path
began = time.process_time()
import numpy as np
from service.compute.clustering import Asked, cluster
from service.compute.vectors import Vectors
folder, method, items = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
numbers, dtype = int(sys.argv[4]), np.dtype(sys.argv[5])
rows = np.memmap(folder / "rows", dtype, "r", shape=(items, numbers))
rng = np.random.default_rng(1)
attributes = {name: rng.random(items) for name in "abcdefghij"}
asked = Asked(method, None, None, 0)
vectors = Vectors(rows, unit_length=dtype.kind == "f")
for _ in cluster(np.arange(items), vectors, attributes, asked, folder / "columns"):
    pass
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([time.process_time() - began, peak]))
"""
"""In a process of its own, whose memory is nobody else's; importing counts too."""

MADE = """
import sys
import numpy as np
rng = np.random.default_rng(0)
items, numbers, dtype = int(sys.argv[2]), int(sys.argv[3]), np.dtype(sys.argv[4])
centres = rng.uniform(40, 200, (20, numbers))
with open(sys.argv[1], "wb") as file:
    for start in range(0, items, 10_000):
        kinds = rng.integers(20, size=10_000)
        near = np.clip(centres[kinds] + rng.normal(0, 25, (10_000, numbers)), 0, 255)
        if dtype.kind == "f":
            near -= 120
            near /= np.linalg.norm(near, axis=1, keepdims=True)
        file.write(near.astype(dtype).data)
"""
"""Twenty kinds of images, each with as much noise as photographs of a kind have."""


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for what, (numbers, dtype), method, items, seconds, gib in CASES:
        _run(MADE, str(folder / "rows"), str(items), str(numbers), dtype)
        took, peak = json.loads(_run(WORK, str(folder), method, str(items), str(numbers), dtype))
        name = f"clustering, {method}, {items:,} {what}"
        figures.append(Figure(f"{name}: one core", took, "s", at_most=seconds))
        figures.append(Figure(f"{name}: memory", peak / GIB, "GiB", at_most=gib))
    return figures


def _run(script: str, *words: str) -> str:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        env=os.environ | threads,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
