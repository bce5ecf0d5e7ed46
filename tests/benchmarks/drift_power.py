"""Drift power: how often each kind of drift is found, and how often one that is not there.

Run as ``python -m tests.benchmarks.drift_power [folder …]``: prints the table of docs/drift.md.
Pictures are random parts of the photographs in the folders, else of the sample's.
"""

import io
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter

from service.catalog.drift import DriftParams
from service.compute.drift_attributes import compare_attributes
from service.compute.drift_looks import compare_looks
from service.compute.drift_samples import Sample
from service.compute.drift_verdict import Judged, judge, verdict
from service.compute.images import NAMES, extract

Picture = Image.Image
Change = Callable[[Picture], Picture]

POOL: Final = 1200
"""Pictures of each kind, from which every repeat draws others."""
SIZES: Final = (50, 100, 300)
REPEATS: Final = 30
REPEATS_OF_NOTHING: Final = 200
SIDE: Final = 192
LABELS: Final = ("a", "b")
NOTHING: Final = "none"
VERDICT: Final = "the verdict"
LOOKS: Final = ("looks (MMD)", "looks (classifier)")
PARAMS: Final[Mapping[str, Any]] = DriftParams().model_dump(mode="json")


@dataclass(frozen=True)
class Case:
    """A kind of drift: two pools, of which every repeat draws different pictures for its sides."""

    name: str
    reference: Sample
    current: Sample
    repeats: int = REPEATS

    def drawn(self, size: int, repeat: int) -> tuple[NDArray[np.intp], np.random.Generator]:
        """Places of both sides, one behind the other, and the chance that goes on with them."""
        rng = np.random.default_rng([size, repeat])
        return rng.permutation(len(self.reference))[: 2 * size], rng


def main(folders: Sequence[str]) -> None:
    """Prints a table: by kind of drift and images a side, the share of repeats that found it."""
    print(f"| drift | found by | {' | '.join(f'{size}' for size in SIZES)} |")
    print(f"|---|---|{'---|' * len(SIZES)}")
    for case in cases(folders):
        _print_rows(case)


def cases(folders: Sequence[str]) -> Iterator[Case]:
    """No drift first."""
    photographs = _photographs([Path(folder) for folder in folders])
    same = _pool(photographs, lambda picture: picture, seed=1)
    yield Case(NOTHING, same, same, REPEATS_OF_NOTHING)
    for name, change in CHANGES.items():
        yield Case(name, same, _pool(photographs, change, seed=2))
    for share in (0.6, 0.7):
        yield Case(f"labels 50:50 to {share:.0%}", same, _skewed(same, share))
    strangers = _pool(_digits(), lambda picture: picture, seed=3)
    for share in (0.05, 0.1, 0.2):
        yield Case(f"{share:.0%} foreign pictures", same, _mixed(same, strangers, share))


def _print_rows(case: Case) -> None:
    found = {size: shares_found(case, size) for size in SIZES}
    for by in found[SIZES[0]]:
        told = " | ".join(f"{found[size][by]:.1%}" for size in SIZES)
        print(f"| {case.name} | {by} | {told} |", flush=True)


def shares_found(case: Case, size: int) -> dict[str, float]:
    """Shares of repeats in which each part found drift; no picture is on both sides."""
    found: dict[str, float] = dict.fromkeys((VERDICT, "attributes", *LOOKS, "nobody: too few"), 0.0)
    for repeat in range(case.repeats):
        drawn, rng = case.drawn(size, repeat)
        judged = _judged(case.reference.at(drawn[:size]), case.current.at(drawn[size:]), rng)
        by_name = {one.test.name: one.drifted for one in judged}
        decided = verdict(judged, size, size, PARAMS["alpha"])
        found[VERDICT] += (decided.drifted is True) / case.repeats
        found["nobody: too few"] += (decided.drifted is None) / case.repeats
        for looks in LOOKS:
            found[looks] += by_name.pop(looks, False) / case.repeats
        found["attributes"] += any(by_name.values()) / case.repeats
    return found


def _judged(reference: Sample, current: Sample, rng: np.random.Generator) -> list[Judged]:
    times = PARAMS["permutations"]
    attributes = compare_attributes(reference, current, LABELS, PARAMS, tables=times, rng=rng)
    tests = [one.test for one in attributes]
    looks = compare_looks(reference, current, permutations=times, rng=rng)
    return judge([*tests, *(looks.tests if looks else ())], PARAMS)


def _camera(picture: Picture) -> Picture:
    """Another one: less colour, some noise, a little softer."""
    softer = ImageEnhance.Color(picture).enhance(0.8).filter(ImageFilter.GaussianBlur(0.5))
    noise = np.random.default_rng(picture.size[0]).normal(0, 6, (*picture.size[::-1], 3))
    return Image.fromarray(np.clip(np.asarray(softer) + noise, 0, 255).astype(np.uint8))


def _cropped(picture: Picture) -> Picture:
    width, height = picture.size
    box = (width // 10, height // 10, width - width // 10, height - height // 10)
    return picture.crop(box).resize(picture.size, Image.Resampling.BICUBIC)


CHANGES: Final[Mapping[str, Change]] = {
    "brightness × 0.9": lambda picture: ImageEnhance.Brightness(picture).enhance(0.9),
    "brightness × 0.8": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "blur of 0.7 pixels": lambda picture: picture.filter(ImageFilter.GaussianBlur(0.7)),
    "blur of 1.5 pixels": lambda picture: picture.filter(ImageFilter.GaussianBlur(1.5)),
    "crop by a fifth": _cropped,
    "another camera": _camera,
}


def _photographs(folders: Sequence[Path]) -> list[Picture]:
    if not folders:
        from sklearn.datasets import load_sample_images

        return [Image.fromarray(np.asarray(image)) for image in load_sample_images().images]
    files = sorted(path for folder in folders for path in folder.rglob("*.jpg"))
    return [Image.open(path).convert("RGB") for path in files]


def _digits() -> list[Picture]:
    from sklearn.datasets import load_digits

    told: Any = load_digits()
    return [Image.fromarray((255 - 15 * digit).astype(np.uint8)) for digit in told.images[:400]]


def _pool(photographs: Sequence[Picture], change: Change, *, seed: int) -> Sample:
    """Features of random parts, the same for each seed; its labels are what they are parts of."""
    chance = random.Random(seed)
    places = [chance.randrange(len(photographs)) for _ in range(POOL)]
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            _features(change(_part(photographs[place], chance)), Path(folder) / "picture.jpg")
            for place in places
        ]
    columns = np.array([[row["numbers"][name] for name in NAMES] for row in rows])
    return Sample(
        ids=np.arange(POOL),
        blobs=np.arange(POOL),
        numbers={name: columns[:, n] for n, name in enumerate(NAMES)},
        labels=np.array([2 * place // len(photographs) for place in places], np.intp),
        descriptors=np.array([list(bytes.fromhex(row["descriptor"])) for row in rows], np.uint8),
    )


def _part(photograph: Picture, chance: random.Random) -> Picture:
    """A third to two thirds of it, maybe mirrored, in a slightly other light."""
    scale = chance.uniform(0.35, 0.65)
    width, height = (round(scale * side) for side in photograph.size)
    left, top = (chance.randint(0, full - part)
                 for full, part in zip(photograph.size, (width, height), strict=True))  # fmt: skip
    shape = (SIDE, SIDE * 3 // 4)
    part = photograph.crop((left, top, left + width, top + height)).convert("RGB").resize(shape)
    if chance.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return ImageEnhance.Brightness(part).enhance(chance.uniform(0.8, 1.2))


def _features(picture: Picture, path: Path) -> dict[str, Any]:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=88)
    path.write_bytes(written.getvalue())
    return extract({"path": str(path), "size_bytes": path.stat().st_size}, {})[0]


def _skewed(pool: Sample, share: float) -> Sample:
    """The same, with so many of the first label at the places of any part of it."""
    rng = np.random.default_rng(4)
    by_label = [np.flatnonzero(pool.labels == label) for label in (0, 1)]
    wanted = (rng.random(len(pool)) >= share).astype(int)
    places = np.array([rng.choice(by_label[label]) for label in wanted], np.intp)
    return replace(pool.at(places), ids=pool.ids, blobs=pool.blobs)


def _mixed(pool: Sample, strangers: Sample, share: float) -> Sample:
    """The same, with strangers of the same label in place of some."""
    foreign = np.random.default_rng(5).random(len(pool)) < share
    return Sample(
        pool.ids,
        pool.blobs,
        {
            name: np.where(foreign, strangers.numbers[name], values)
            for name, values in pool.numbers.items()
        },
        pool.labels,
        np.where(foreign[:, None], strangers.descriptors, pool.descriptors),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
