"""drift: whether the images of a target differ from those of a dataset, how much and in what."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from service.catalog.entry import Entry, Params, Result, StageSpec
from service.catalog.image_features import features_stage
from service.domain.datasets import Kind

Share = Annotated[float, Field(ge=0, le=1)]
Distance = Annotated[float, Field(ge=0, le=1000)]
SplitName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Part(Params):
    """Which of a side's images count."""

    split: SplitName | None = None
    """Only those of this split; null is all."""


class DriftParams(Params):
    """When a difference counts: it must be significant and large. Distances are Evidently's."""

    alpha: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    """Corrected p-values below it are significant."""
    least_difference: Share = 0.1
    """Of an attribute: the largest difference of distribution functions, or of shares."""
    least_auc: Annotated[float, Field(ge=0.5, le=1)] = 0.55
    """Of looks: how well a classifier tells the sides apart."""
    least_share: Share = 0.01
    """Of looks: the share of their variety that goes with the side."""
    psi_threshold: Distance = 0.1
    wasserstein_threshold: Distance = 0.1
    jensen_shannon_threshold: Distance = 0.1
    permutations: Annotated[int, Field(ge=99, le=9999)] = 999
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    reference: Part = Part()
    """Of the dataset."""
    current: Part = Part()
    """Of the target."""


Side = Literal["reference", "current"]


class Compared(Result):
    """One side: its items, those without features, and the different images that were compared."""

    items: int
    unreadable: int
    compared: int


class Correction(Result):
    """How p-values are corrected for their number."""

    method: Literal["benjamini_hochberg"]
    tests: int
    alpha: float


class DriftTest(Result):
    """A test; what is both significant and large has drifted."""

    method: Literal["kolmogorov_smirnov", "chi_square", "chi_square_simulated", "mmd", "classifier"]
    statistic: float
    p: float
    corrected_p: float
    effect: float
    least_effect: float
    significant: bool
    large: bool
    drifted: bool


class DistanceTold(Result):
    """A distance beside the threshold above which Evidently calls it drift."""

    value: float
    threshold: float
    exceeded: bool


class Distances(Result):
    """The distances of an attribute; that of Wasserstein is of numbers."""

    psi: DistanceTold
    jensen_shannon: DistanceTold
    wasserstein: DistanceTold | None


class Summary(Result):
    """The values of one side."""

    mean: float
    median: float
    deviation: float


class Overlay(Result):
    """Counts of both sides between the same edges; the last bin includes its upper edge."""

    edges: list[float]
    reference: list[int]
    current: list[int]


class CategoryCount(Result):
    """How many images of each side are of a category."""

    name: str
    reference: int
    current: int


class AttributeDrift(Result):
    """One attribute: numbers have summaries and a histogram, categories have counts."""

    name: str
    test: DriftTest
    distances: Distances
    reference: Summary | None
    current: Summary | None
    histogram: Overlay | None
    categories: list[CategoryCount] | None


class MmdTold(Result):
    """Maximum mean discrepancy of the descriptors, with its permutation test."""

    squared: float
    share: float
    bandwidth: float
    permutations: int
    approximated: bool
    test: DriftTest


class ClassifierTold(Result):
    """A classifier's AUC on the half that it has not learnt, with its 95 % interval."""

    auc: float
    low: float
    high: float
    tested: int
    test: DriftTest


class ShownItem(Result):
    """An image, as galleries show it."""

    item_id: int
    path: str
    sha256: str


class TypicalItem(ShownItem):
    """An image that is typical of its side: the score is the chance to be of the other."""

    score: float


class Typical(Result):
    """The 24 most typical images of each side; all are under ``/tasks/{id}/items?kind=``."""

    reference: list[TypicalItem]
    current: list[TypicalItem]


class DriftCluster(Result):
    """Images that look alike: how many of each side, and some of the side that has more."""

    reference: int
    current: int
    difference: float
    """Of the shares of both sides; positive where the target has more."""
    items: list[ShownItem]


class SampledSides(Result):
    """How many images of each side were compared."""

    reference: int
    current: int


class LooksDrift(Result):
    """What the descriptors of at most 10,000 images a side say."""

    compared: SampledSides
    mmd: MmdTold
    classifier: ClassifierTold
    typical: Typical
    clusters: list[DriftCluster]
    """Those whose shares differ most come first."""


class LabelDrift(Result):
    """A label on both sides; ``auc`` says how well its images are told apart."""

    name: str
    reference: int
    current: int
    difference: float
    auc: float | None


class DriftResult(Result):
    """Whether the target has drifted from the dataset; null is *too few to tell*."""

    drifted: bool | None
    code: Literal["drift", "no_drift", "too_few", "same_images", "unreadable", "empty"]
    sentence: str
    strongest: str | None
    """The test that differs most."""
    reference: Compared
    current: Compared
    shared: int
    """Different images that both sides have."""
    shared_counted_for: Side | None
    """Where leaving them out left too few on one side."""
    correction: Correction
    attributes: list[AttributeDrift]
    looks: LooksDrift | None
    labels: list[LabelDrift]


DRIFT = Entry(
    name="drift",
    version=1,
    title="Drift",
    summary="Whether the images of another dataset differ from this one's, how much and in what.",
    params=DriftParams,
    result=DriftResult,
    kinds=(Kind.IMAGE,),
    stages=(
        features_stage(weight=0.45),
        features_stage(weight=0.45, of_target=True),
        StageSpec("comparison", "Comparing", weight=0.1),
    ),
    compares=True,
)
