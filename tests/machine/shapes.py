"""Shapes: task types of every shape there is, so small that a few steps bring one to its end."""

from service.catalog.entry import Catalogue, Entry, Over, Params, Result, StageSpec
from service.domain.features import Extractor

EXTRACTOR = Extractor("look", version=1)


class ShapeParams(Params):
    """A number, by which tasks are equal or not."""

    n: int = 0


class Made(Result):
    """That it was made."""

    made: str


def _entry(name: str, *stages: StageSpec, cacheable: bool = False) -> Entry:
    return Entry(name, 1, name, name, ShapeParams, Made, stages, cacheable)


SHAPES = Catalogue(
    (
        _entry("nap", StageSpec("sleep", "Sleeping", weight=1)),
        _entry(
            "survey",
            StageSpec(
                "look",
                "Looking",
                weight=0.9,
                over=Over.BLOBS_WITHOUT_FEATURES,
                unit="items",
                chunk_size=2,
                extractor=EXTRACTOR,
            ),
            StageSpec("sum", "Summing up", weight=0.1),
            cacheable=True,
        ),
        _entry(
            "intake",
            StageSpec("list", "Listing", weight=0.1),
            StageSpec(
                "copy", "Copying", weight=0.8, over=Over.LISTED_FILES, unit="files", chunk_size=2
            ),
            StageSpec("report", "Counting", weight=0.1),
        ),
    )
)
