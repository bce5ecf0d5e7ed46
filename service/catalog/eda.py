"""eda: what is in a dataset of images: files, labels, splits, origins, leaks, and its health."""

from typing import Annotated

from pydantic import Field

from service.catalog.entry import Entry, Params, Result, StageSpec
from service.catalog.image_analysis import Attribute
from service.catalog.image_features import features_stage
from service.domain.datasets import Kind

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class EdaParams(Params):
    """What counts as a copy."""

    near_duplicate_distance: Annotated[int, Field(ge=0, le=10)] = 4
    """Bits by which the perceptual hashes of near duplicates may differ, of 64."""


class ExampleItem(Result):
    """An item as an example."""

    item_id: int
    path: str
    sha256: str


class HealthPart(Result):
    """One part of the health; share, weight and points are null where it cannot be told."""

    name: str
    share: Share | None
    """Of what docs/eda.md says, 0 is good."""
    weight: float | None
    """Points that it can lose, scaled so that all parts that can be told have 100."""
    all_lost_at: float
    """The share from which on all of its points are lost."""
    points_lost: float | None


class HealthScore(Result):
    """A score of 0 to 100, and how it comes about."""

    score: Annotated[float, Field(ge=0, le=100)]
    formula: str
    parts: list[HealthPart]


class ReasonCount(Result):
    """How many items could not be read for one reason; all are under ``items?kind=unreadable``."""

    code: str
    items: Count
    shown: list[ExampleItem]


class Format(Result):
    """The files of one format."""

    name: str
    items: Count
    size_bytes: Count
    bits_per_pixel: float
    """The median, of the first frame's pixels."""


class SizeCell(Result):
    """Images between edges x and x + 1 wide, and y and y + 1 high."""

    x: int
    y: int
    items: Count
    example: ExampleItem


class CommonSize(Result):
    """A size that several images have exactly."""

    width: int
    height: int
    items: Count


class SizeMap(Result):
    """How many images have about which size; edges are in pixels, the same for both sides."""

    edges: list[float]
    cells: list[SizeCell]
    different: Count
    common: list[CommonSize]


class LowQuality(Result):
    """Images that an image analysis would call so at its defaults."""

    dark: Count
    blurry: Count
    low_information: Count
    any: Count


class NameCount(Result):
    """How many items have a name."""

    name: str
    items: Count
    share: Share
    """Of the items that have any."""
    example: ExampleItem


class Rest(Result):
    """Names that are not shown one by one."""

    different: Count
    items: Count


class Names(Result):
    """How many items have a name, and how many different names there are."""

    named: Count
    unnamed: Count
    different: Count
    rest: Rest


class CameraCounts(Names):
    """Cameras by their frequency."""

    shown: list[NameCount]


class Balance(Result):
    """How evenly items are spread over at least two labels."""

    imbalance_ratio: Annotated[float, Field(ge=1)]
    """The largest label by the smallest."""
    entropy_bits: float
    evenness: Share
    """Entropy by its greatest possible value."""
    effective_classes: Annotated[float, Field(ge=1)]
    """How many equal labels would have this entropy."""


class LabelCounts(Names):
    """Labels by their frequency, and how even they are."""

    shown: list[NameCount]
    balance: Balance | None


class Shift(Result):
    """How far the labels of a split are from those of the largest split."""

    difference: Share
    """Total variation: the share that would have to change label."""
    chi_square: float
    degrees: Count
    p: Share
    simulated: bool
    """Whether p comes from random tables, as some label is too rare for its limit."""
    unseen_labels: Count
    """Labels that the largest split has not."""


class SplitCount(NameCount):
    """A split; the first is the largest, with which the others are compared."""

    labels: list[int]
    """Items of each label, as the labels are shown."""
    rest_labels: Count
    unlabelled: Count
    leaked: Count
    """Images with a copy in another split."""
    copies_in_reference: Count | None
    """Images with a copy in the largest split."""
    shift: Shift | None


class SplitCounts(Names):
    """Splits by their size."""

    shown: list[SplitCount]


class Period(Result):
    """A day, month or year, as ISO 8601 writes it."""

    period: str
    items: Count


class Timeline(Result):
    """When pictures were taken, by the clocks of their cameras; nulls where none says it."""

    items: Count
    first: str | None
    last: str | None
    unit: str | None
    periods: list[Period] | None


class Located(Result):
    """Images that tell where they were taken: something to know before they are passed on."""

    items: Count
    shown: list[ExampleItem]


class Origins(Result):
    """What EXIF data say."""

    cameras: CameraCounts
    taken: Timeline
    located: Located
    orientations: dict[str, int]
    """By EXIF orientation, 1 to 8; 1 is upright or not said."""


class CopyCount(Result):
    """Groups of copies; ``surplus`` could go if one of each group stayed."""

    groups: Count
    items: Count
    surplus: Count


class DuplicateCounts(Result):
    """Equal pixels, and nearly equal looks."""

    exact: CopyCount
    near: CopyCount
    distance: Count
    """Bits within which hashes were near; fewer than asked for where too much is alike."""


class Member(ExampleItem):
    """An item of a group of copies, and where it belongs."""

    label: str | None
    split: str | None


class CopyGroup(Result):
    """Copies of each other that have several names."""

    exact: bool
    """Whether exact copies have several."""
    items: Count
    names: Count
    shown: list[Member]
    """Up to 24, of as many names as there can be."""


class Leakage(Result):
    """Copies under several names: the worst 24 groups; all items are under ``items?kind=``."""

    groups: Count
    items: Count
    exact_groups: Count
    exact_items: Count
    shown: list[CopyGroup]


class EdaResult(Result):
    """What is in a dataset; what cannot be told is null, and ``untold`` says why."""

    items: Count
    analysed: Count
    unreadable: Count
    unreadable_reasons: list[ReasonCount]
    health: HealthScore | None
    total_bytes: Count
    """Of the images that were analysed."""
    formats: list[Format]
    modes: dict[str, int]
    attributes: dict[str, Attribute]
    sizes: SizeMap | None
    low_quality: LowQuality
    labels: LabelCounts
    splits: SplitCounts
    origins: Origins
    duplicates: DuplicateCounts
    label_conflicts: Leakage | None
    split_leaks: Leakage | None
    untold: dict[str, str]
    """By figure: no_items, no_images, no_labels, one_label, no_splits, one_split or no_exif."""


EDA = Entry(
    name="eda",
    version=1,
    title="Exploration",
    summary="Files, labels, splits, EXIF data and leaks of a dataset of images, and its health.",
    params=EdaParams,
    result=EdaResult,
    kinds=(Kind.IMAGE,),
    stages=(features_stage(weight=0.95), StageSpec("exploration", "Summing up", weight=0.05)),
)
