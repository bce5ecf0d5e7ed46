"""Schemas of datasets, their items and their files."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from service.api.schemas.common import Answer, Body, Page
from service.api.schemas.tasks import TaskAnswer
from service.domain.datasets import DatasetSort, ItemSort, Kind, Visibility
from service.usecases.freshness import Standing

CHOSEN = r"^[0-9]{1,18}(,[0-9]{1,18}){0,199}$"
"""Ids of items, as many as a page may have."""


class NewDatasetBody(Body):
    """A dataset to create."""

    name: str
    kind: Kind = Kind.IMAGE
    visibility: Visibility = Visibility.PRIVATE


class ImportBody(Body):
    """A folder of the server, below one of its import roots."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class DatasetAnswer(Answer):
    """A dataset at its newest version."""

    id: UUID
    name: str
    kind: Kind
    visibility: Visibility
    version: int
    items: int
    size_bytes: int
    owner: str
    created_at: datetime
    cover: list[str]
    running: list[TaskAnswer]


class DatasetPage(Answer):
    """A page of datasets."""

    items: list[DatasetAnswer]
    next_cursor: str | None


class DatasetsQuery(Page):
    """Which datasets, and in which order."""

    q: Annotated[str | None, Field(max_length=200)] = None
    """What their names hold, in whatever case."""
    sort: DatasetSort = DatasetSort.NEWEST


class ItemAnswer(Answer):
    """An item of a dataset."""

    id: int
    path: str
    sha256: str
    size_bytes: int
    label: str | None
    group: str | None
    split: str | None
    added_in: int
    thumbnail: bool
    """Whether its blob has a thumbnail."""
    tags: list[str]
    score: float | None
    """What the analysis says of the issue that was asked for; lower is worse."""


class ItemPage(Answer):
    """Items of the newest version."""

    items: list[ItemAnswer]
    next_cursor: str | None


class LabelsAnswer(Answer):
    """By which labels, splits and tags items can be asked for, with how many there are.

    Up to 1,000 labels and splits, and all tags.
    """

    labels: dict[str, int]
    splits: dict[str, int]
    tags: dict[str, int]


class AddedFile(Answer):
    """A file that is in the dataset now."""

    path: str
    sha256: str
    size_bytes: int
    item_id: int | None
    """None where the dataset had the same bytes under this path already."""
    state: Literal["added", "unchanged", "replaced"]


class SkippedUpload(Answer):
    """A file that was not added, and why."""

    path: str
    code: str
    reason: str


class FilesAnswer(Answer):
    """What became of uploaded files."""

    version: int
    added: list[AddedFile]
    skipped: list[SkippedUpload]


class ChangedDatasetBody(Body):
    """What of a dataset is to change; what is left out stays."""

    name: str | None = None
    visibility: Visibility | None = None


class FreshnessAnswer(Answer):
    """Whether what an analysis says of the dataset still holds."""

    type: str
    standing: Standing
    task_id: UUID | None
    """The running one, else the last that was completed."""
    stale_items: int
    """How many items have come or gone since, or have other embeddings than it has used."""
    found: dict[str, float]
    """What the last completed one has found, in few figures: issues, groups, the health."""


class DatasetDetails(DatasetAnswer):
    """A dataset, and how its analyses stand."""

    analyses: list[FreshnessAnswer]


class ItemsQuery(Page):
    """Which items, and in which order; with an issue, worst first."""

    issue: Annotated[str | None, Field(max_length=100)] = None
    """As the newest completed image analysis found it."""
    label: Annotated[str | None, Field(max_length=1024)] = None
    split: Annotated[str | None, Field(max_length=1024)] = None
    tag: Annotated[str | None, Field(max_length=100)] = None
    sort: ItemSort = ItemSort.PATH
    ids: Annotated[str | None, Field(pattern=CHOSEN)] = None
    """Instead of all of these: up to 200 ids, separated by commas, for items in this order."""


class VersionAnswer(Answer):
    """The dataset's version after a change."""

    version: int


class RoomAnswer(Answer):
    """How many bytes you have, may have, and may still bring."""

    used_bytes: int
    quota_bytes: int | None
    free_bytes: int
    """What the disk still takes."""
    almost_full: bool
    """Less than a tenth of either is left."""
