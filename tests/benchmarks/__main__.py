"""`make bench`: what is promised about speed, measured as ratios within one run."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import features, pickup, saving, unpacking


def main() -> int:
    """Prints a table; the status is 0 where every bar is reached."""
    with tempfile.TemporaryDirectory(prefix="meanwhile-bench-") as name:
        folder = Path(name)
        for part in ("features", "pickup", "saving", "unpacking"):
            (folder / part).mkdir()
        figures = [
            *features.measure(folder / "features"),
            *unpacking.measure(folder / "unpacking"),
            *asyncio.run(pickup.measure(folder / "pickup")),
            *asyncio.run(saving.measure(folder / "saving")),
        ]
    for figure in figures:
        print(figure.line())
    return 0 if all(figure.reached for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
