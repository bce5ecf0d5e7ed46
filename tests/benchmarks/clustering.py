"""Clustering 100,000 and 1,000,000 descriptors: CPU seconds on one core, and peak memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figure import Figure

GIB = 1 << 30
CASES = (
    ("auto", 100_000, 15.0, 1.0),
    ("auto", 1_000_000, 90.0, 2.0),
    ("hdbscan", 1_000_000, 90.0, 2.0),
)
"""Method, items, seconds and GiB at most."""

WORK = """
import json, resource, sys, time
from pathlib import Path
began = time.process_time()
import numpy as np
from service.compute.clustering import Asked, cluster
from service.compute.vectors import Vectors
folder, method, items = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rows = np.memmap(folder / "rows", np.uint8, "r", shape=(items, 256))
rng = np.random.default_rng(1)
attributes = {name: rng.random(items) for name in "abcdefghij"}
asked = Asked(method, None, None, 0)
for _ in cluster(np.arange(items), Vectors(rows), attributes, asked, folder / "columns"):
    pass
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([time.process_time() - began, peak]))
"""
"""In a process of its own, whose memory is nobody else's; importing counts too."""

MADE = """
import sys
import numpy as np
rng = np.random.default_rng(0)
items, centres = int(sys.argv[2]), rng.uniform(40, 200, (20, 256))
with open(sys.argv[1], "wb") as file:
    for start in range(0, items, 10_000):
        kinds = rng.integers(20, size=10_000)
        near = centres[kinds] + rng.normal(0, 25, (10_000, 256))
        file.write(np.clip(near, 0, 255).astype(np.uint8).data)
"""
"""Twenty kinds of descriptors, each with as much noise as photographs of a kind have."""


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for method, items, seconds, gib in CASES:
        _run(MADE, str(folder / "rows"), str(items))
        took, peak = json.loads(_run(WORK, str(folder), method, str(items)))
        name = f"clustering, {method}, {items:,} descriptors"
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
