"""Drift power beside Evidently and Alibi Detect: what each calls drift by its defaults.

Run as ``python -m tests.benchmarks.drift_power_beside [folder …]``: prints a table of
docs/drift.md, of the pictures and repeats of ``drift_power``.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.distributions import attributes
from service.compute.drift_looks import principal_components
from service.compute.drift_samples import Sample
from tests.benchmarks.drift_power import VERDICT, Case, cases, shares_found
from tests.benchmarks.peers import ONE_THREAD, measured

SIZE: Final = 100
"""Images a side."""
PEERS: Final = {"Evidently": "evidently", "Alibi Detect": "alibi_detect"}

SIDES: Final = ("reference", "current")

Table = NDArray[np.float64]


def main(folders: Sequence[str]) -> None:
    """Prints a row for each kind of drift: the share of repeats in which each found it."""
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, dict[str, float]] = {}
        paths: list[str] = []
        for number, case in enumerate(cases(folders)):
            found[case.name] = {"here": shares_found(case, SIZE)[VERDICT]}
            paths.append(f"{folder}/{number}.npz")
            _write(case, Path(paths[-1]))
            print(f"{case.name}: drawn", file=sys.stderr, flush=True)
        told = asyncio.run(_by_peers(paths))
    rows = [own | theirs for own, theirs in zip(found.values(), told, strict=True)]
    print(f"| drift | {' | '.join(rows[0])} |")
    print(f"|---|{'---|' * len(rows[0])}")
    for name, row in zip(found, rows, strict=True):
        print(f"| {name} | {' | '.join(f'{share:.1%}' for share in row.values())} |")


async def _by_peers(paths: Sequence[str]) -> list[dict[str, float]]:
    """Of each file, what both say, at once."""
    answers = await asyncio.gather(
        *(measured(peer, "verdicts", *paths, **ONE_THREAD) for peer in PEERS.values())
    )
    return [
        {
            f"{title}: {what}": share
            for title, row in zip(PEERS, told, strict=True)
            for what, share in row.items()
        }
        for told in zip(*(answer["told"] for answer in answers), strict=True)
    ]


def _write(case: Case, path: Path) -> None:
    """Both pools as tables without what never varies, which would only thin out the rest."""
    pools = [case.reference, case.current]
    numbers = [np.column_stack(list(attributes(pool.numbers).values())) for pool in pools]
    labels = [pool.labels[:, None].astype(np.float64) for pool in pools]
    np.savez(
        path,
        drawn=np.stack([case.drawn(SIZE, repeat)[0] for repeat in range(case.repeats)]),
        **_named("numbers", _varying(numbers)),
        **_named("kinds", labels),
        **_named("looks", _looks(pools)),
    )


def _varying(tables: Sequence[Table]) -> list[Table]:
    varies = np.ptp(np.concatenate(tables), axis=0) > 0
    return [table[:, varies] for table in tables]


def _looks(samples: Sequence[Sample]) -> list[NDArray[np.float32]]:
    """The components that our tests of looks have, in one scale whose largest deviation is 1."""
    components = principal_components(np.concatenate([one.descriptors for one in samples]))
    scaled = (components / components.std(axis=0).max()).astype(np.float32)
    return np.split(scaled, [len(samples[0])])


def _named(name: str, tables: Sequence[NDArray[Any]]) -> dict[str, Any]:
    return {f"{side}_{name}": table for side, table in zip(SIDES, tables, strict=True)}


if __name__ == "__main__":
    main(sys.argv[1:])
