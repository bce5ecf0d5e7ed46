"""image_analysis: attributes, issues and duplicates of the images of a dataset."""

from typing import Annotated, Any

from pydantic import Field

from service.catalog.entry import Entry, Params, Result, StageSpec
from service.catalog.image_features import features_stage
from service.domain.datasets import Kind
from service.domain.map_columns import MapColumn, MapType, score_of

Share = Annotated[float, Field(ge=0, le=1)]

ISSUES = (
    "dark",
    "light",
    "blurry",
    "low_information",
    "odd_aspect_ratio",
    "odd_size",
    "grayscale",
    "overexposed",
    "underexposed",
    "colour_cast",
    "noisy",
    "blocky",
    "low_jpeg_quality",
    "border",
    "label_outliers",
    "exact_duplicates",
    "near_duplicates",
)
"""What every item that can be read has a score for."""


class ImageAnalysisParams(Params):
    """Thresholds below which a score is an issue; the first six are CleanVision's."""

    dark_threshold: Share = 0.32
    light_threshold: Share = 0.05
    low_information_threshold: Share = 0.3
    odd_aspect_ratio_threshold: Share = 0.35
    blurry_threshold: Share = 0.29
    odd_size_threshold: Share = 0.5
    overexposed_threshold: Share = 0.7
    underexposed_threshold: Share = 0.7
    colour_cast_threshold: Share = 0.85
    noisy_threshold: Share = 0.7
    blocky_threshold: Share = 0.55
    low_jpeg_quality_threshold: Share = 0.5
    border_threshold: Share = 0.95
    label_outlier_deviations: Annotated[float, Field(ge=1, le=100)] = 5
    """How far from the median of its label an image is an outlier, in robust deviations."""
    near_duplicate_distance: Annotated[int, Field(ge=0, le=10)] = 4
    """Bits by which the perceptual hashes of near duplicates may differ, of 64."""


class Quantiles(Result):
    """Values below which 1, 5, 25, 50, 75, 95 and 99 % of the images lie."""

    p01: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    p99: float


class Histogram(Result):
    """Counts between neighbouring edges; the last bin includes its upper edge."""

    edges: list[float]
    counts: list[int]


class Attribute(Result):
    """How one attribute is distributed; figures are null where no image could be read."""

    count: int
    min: float | None
    max: float | None
    mean: float | None
    quantiles: Quantiles | None
    histogram: Histogram | None


class Reason(Result):
    """Why an item could not be read."""

    code: str
    detail: str


class FlaggedItem(Result):
    """An item with its score; lower is worse."""

    item_id: int
    path: str
    sha256: str
    score: float | None
    data: dict[str, Any] | None = None
    """What else is known: the attribute of an outlier and its deviations, a duplicate's group."""
    reason: Reason | None = None


class Issue(Result):
    """One kind of issue: how often, at what threshold, and the worst examples."""

    name: str
    count: int
    share: float
    threshold: float | None
    items: list[FlaggedItem]
    """The worst 24; all of them are under ``/tasks/{id}/items?kind=``."""


class GroupMember(Result):
    """An item of a duplicate group."""

    item_id: int
    path: str
    sha256: str
    keep: bool
    """Whether it is the best of its group: most pixels, then sharpest, then most bytes."""


class Groups(Result):
    """Groups of items that look the same."""

    groups: int
    items: int
    shown: list[list[GroupMember]]
    """The largest 24."""


class Duplicates(Result):
    """Equal pixels, and nearly equal looks."""

    exact: Groups
    near: Groups


class ImageAnalysisResult(Result):
    """What is in a dataset of images, and what is wrong with it."""

    items: int
    analysed: int
    unreadable: int
    attributes: dict[str, Attribute]
    formats: dict[str, int]
    modes: dict[str, int]
    animated: int
    rotated: int
    """Images whose EXIF orientation is not upright."""
    issues: list[Issue]
    duplicates: Duplicates


IMAGE_ANALYSIS = Entry(
    name="image_analysis",
    version=4,
    title="Image analysis",
    summary="Attributes, quality issues and duplicates of images; each is decoded once, ever.",
    params=ImageAnalysisParams,
    result=ImageAnalysisResult,
    kinds=(Kind.IMAGE,),
    stages=(features_stage(weight=0.95), StageSpec("summary", "Summing up", weight=0.05)),
    columns=(
        MapColumn("item_id", MapType.I64, "the item, in rising order"),
        *(
            MapColumn(score_of(issue), MapType.F32, f"{issue}: 0 to 1, lower is worse, or NaN")
            for issue in ISSUES
        ),
    ),
)
