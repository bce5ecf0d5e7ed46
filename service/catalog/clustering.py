"""clustering: groups of images that look alike, and a map of all of them."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.catalog.embedding_import import EmbeddingsName
from service.catalog.entry import Entry, Params, Result, StageSpec
from service.catalog.image_features import features_stage
from service.domain.datasets import Kind
from service.domain.map_columns import MapColumn, MapType


class ClusteringParams(Params):
    """How to group; the defaults try both methods and many numbers of clusters."""

    method: Literal["auto", "kmeans", "hdbscan"] = "auto"
    """``kmeans`` makes round clusters of all items; ``hdbscan`` finds dense regions of any shape,
    and leaves the rest in none."""
    clusters: Annotated[int, Field(ge=1, le=100)] | None = None
    """How many, for ``kmeans``; null tries 2 to 30."""
    min_cluster_size: Annotated[int, Field(ge=2)] | None = None
    """Fewest items of a cluster, for ``hdbscan``; null tries 1 % and 2.5 % of all."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Equal seeds give equal results."""
    embeddings: EmbeddingsName | None = None
    """Which of the embeddings brought for the dataset to compare items by; null takes the numbers
    that describe each image."""

    @model_validator(mode="after")
    def _fits_method(self) -> Self:
        if self.method == "hdbscan" and self.clusters is not None:
            raise ValueError("'clusters' is for 'kmeans'; 'hdbscan' finds as many as there are")
        if self.method == "kmeans" and self.min_cluster_size is not None:
            raise ValueError("'min_cluster_size' is for 'hdbscan'; 'kmeans' takes 'clusters'")
        return self


class Reduction(Result):
    """What of the vectors was kept to compare items by."""

    dimensions_before: int
    dimensions: int
    explained: float | None
    """Share of the variance; null where nothing differs."""


class Candidate(Result):
    """A method and number of clusters that was tried on a sample."""

    method: Literal["kmeans", "hdbscan"]
    clusters: int
    min_cluster_size: int | None
    silhouette: float | None
    """-1 to 1: how much nearer items are to their own cluster than to the next."""
    density_validity: float
    """-1 to 1: whether paths between clusters are sparser than those within (DBCV)."""
    unassigned: float
    """Share of items in no cluster."""
    chosen: bool


class Stability(Result):
    """Agreement (adjusted Rand index) with groupings of random halves by other seeds."""

    rounds: int
    mean: float
    lowest: float


class ClusteredItem(Result):
    """An item, and how far it is from the middle of its cluster."""

    item_id: int
    path: str
    sha256: str
    distance: float


class Trait(Result):
    """An attribute that sets a cluster apart."""

    attribute: str
    above: float
    """How often the value of a member is above that of an item of another cluster, 0 to 1."""
    median: float
    median_of_all: float


class Card(Result):
    """A cluster; number 0 is the largest."""

    cluster: int
    size: int
    share: float
    stability: float | None
    """How much of it is found again by other seeds and halves (Jaccard index), 0 to 1."""
    spread: float
    """Median distance from its middle."""
    examples: list[ClusteredItem]
    """Nearest to its middle."""
    outliers: list[ClusteredItem]
    """Farthest from its middle, of those that are no examples."""
    traits: list[Trait]
    """What sets it apart, the most peculiar first."""


class Unassigned(Result):
    """Items in no cluster, those farthest from any first."""

    size: int
    share: float
    examples: list[ClusteredItem]


class ItemMap(Result):
    """The map of all items, which is under ``/tasks/{id}/map``."""

    rows: int
    method: str
    """``t-sne`` around landmarks, or ``pca`` of few or equal items."""


class UnreadableItem(Result):
    """An item that could not be read."""

    item_id: int
    path: str
    sha256: str
    code: str
    detail: str


class Note(Result):
    """Something that could not be told or done, and why."""

    code: str
    detail: str


class EmbeddingsUsed(Result):
    """The embeddings that items were compared by."""

    id: UUID
    name: str
    dimensions: int
    similarity: Literal["cosine"]
    without_vector: int
    """Items that could be read but have none, and so are in no cluster."""


class ClusteringResult(Result):
    """Which items of a dataset look alike."""

    items: int
    clustered: int
    unreadable: int
    reduction: Reduction
    method: Literal["kmeans", "hdbscan"] | None
    clusters: int
    structure: Literal["clear", "weak", "none"] | None
    """How plain the clusters are; null where it cannot be told."""
    candidates: list[Candidate]
    stability: Stability | None
    cards: list[Card]
    unassigned: Unassigned
    map: ItemMap
    unreadable_items: list[UnreadableItem]
    """The first 24; all of them are under ``/tasks/{id}/items?kind=unreadable``."""
    notes: list[Note]
    embeddings: EmbeddingsUsed | None = None
    """Null where items were compared by the numbers that describe each image."""


CLUSTERING = Entry(
    name="clustering",
    version=1,
    title="Clustering",
    summary="Groups of images that look alike, what sets each apart, and a map of all images.",
    params=ClusteringParams,
    result=ClusteringResult,
    kinds=(Kind.IMAGE,),
    stages=(features_stage(weight=0.8), StageSpec("clusters", "Grouping images", weight=0.2)),
    columns=(
        MapColumn("item_id", MapType.I64, "the item, in rising order"),
        MapColumn("x", MapType.F32, "place on the map, -1 to 1"),
        MapColumn("y", MapType.F32, "place on the map, -1 to 1"),
        MapColumn("cluster", MapType.I32, "number of the cluster, -1 for none"),
        MapColumn("distance", MapType.F32, "from the middle of the cluster"),
    ),
)
"""clustering: reads every image that is new, then groups all by their descriptors."""
