"""The schema: every table, its keys and its indexes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NOW = text("now()")
EAGER_VACUUM = {
    "fillfactor": 70,
    "autovacuum_vacuum_scale_factor": 0,
    "autovacuum_vacuum_threshold": 5000,
}
"""For tables whose rows change all the time: room for HOT updates, dead rows gone early."""


class Base(DeclarativeBase):
    """Types and constraint names that hold for every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain dict
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        UUID: Uuid,
        str: Text,
        bytes: LargeBinary,
        float: Double,
        list[float]: ARRAY(Double),
    }


def _one_of(column: str, *values: str) -> CheckConstraint:
    told = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({told})", name=column)


class UserRow(Base):
    """A user."""

    __tablename__ = "users"
    __table_args__ = (_one_of("role", "viewer", "member", "admin"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ApiKeyRow(Base):
    """An API key, stored as its SHA-256."""

    __tablename__ = "api_keys"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class SignInLinkRow(Base):
    """A one-time link, stored as its SHA-256."""

    __tablename__ = "sign_in_links"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class SessionRow(Base):
    """A browser session, stored as its cookie's SHA-256."""

    __tablename__ = "sessions"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class StreamTicketRow(Base):
    """Who may watch one task for a moment without a key or a cookie, stored as a SHA-256."""

    __tablename__ = "stream_tickets"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class DatasetRow(Base):
    """A dataset; its row lock orders the changes of its items."""

    __tablename__ = "datasets"
    __table_args__ = (
        _one_of("kind", "image"),
        _one_of("visibility", "private", "everyone"),
        Index(
            "ix_datasets_owner_id_name",
            "owner_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    visibility: Mapped[str] = mapped_column(server_default="private")
    version: Mapped[int] = mapped_column(server_default="0")
    items: Mapped[int] = mapped_column(BigInteger, server_default="0")
    size_bytes: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    deleted_at: Mapped[datetime | None]


class BlobRow(Base):
    """Bytes in storage, once under their SHA-256; ``id`` orders and joins."""

    __tablename__ = "blobs"
    __table_args__ = (
        Index(
            "ix_blobs_orphaned_at", "orphaned_at", postgresql_where=text("orphaned_at IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sha256: Mapped[bytes] = mapped_column(unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    orphaned_at: Mapped[datetime | None]
    """When it was first seen that no item points to it."""


class UploadRow(Base):
    """An archive or a list that waits in storage for its task."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("tasks.id", ondelete="SET NULL"), index=True
    )
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class ItemRow(Base):
    """A path in a dataset from the version ``added_in`` until before ``removed_in``."""

    __tablename__ = "items"
    __table_args__ = (
        Index(
            "ix_items_dataset_id_path",
            "dataset_id",
            "path",
            unique=True,
            postgresql_where=text("removed_in IS NULL"),
        ),
        Index("ix_items_dataset_id_id", "dataset_id", "id"),
        Index(
            "ix_items_dataset_id_label_path",
            "dataset_id",
            "label",
            "path",
            # with a condition that looking up a path does not meet, which has an index of its own
            postgresql_where=text("removed_in IS NULL AND label IS NOT NULL"),
        ),
        Index(
            "ix_items_dataset_id_removed_in",
            "dataset_id",
            "removed_in",
            postgresql_where=text("removed_in IS NOT NULL"),
        ),
        Index("ix_items_dataset_id_blob_id", "dataset_id", "blob_id"),
        Index("ix_items_blob_id", "blob_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("datasets.id"))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blobs.id"))
    path: Mapped[str] = mapped_column(Text(collation="C"))
    label: Mapped[str | None]
    group: Mapped[str | None]
    split: Mapped[str | None]
    added_in: Mapped[int]
    removed_in: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class TagRow(Base):
    """A tag of a dataset."""

    __tablename__ = "tags"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("datasets.id"))
    name: Mapped[str]


class ItemTagRow(Base):
    """An item that is marked with a tag."""

    __tablename__ = "item_tags"
    __table_args__ = (Index("ix_item_tags_item_id", "item_id"),)

    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True
    )


class FeatureRow(Base):
    """What an extractor made of a blob; a claim counts while its chunk's run is running."""

    __tablename__ = "features"
    __table_args__ = (_one_of("state", "claimed", "ready", "unreadable"),)

    blob_id: Mapped[int] = mapped_column(
        ForeignKey("blobs.id", ondelete="CASCADE"), primary_key=True
    )
    extractor: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    chunk_id: Mapped[int] = mapped_column(BigInteger)
    run: Mapped[int]
    numbers: Mapped[list[float] | None]
    signature: Mapped[bytes | None]
    descriptor: Mapped[bytes | None]
    facts: Mapped[dict[str, Any] | None]
    reason_code: Mapped[str | None]
    reason_detail: Mapped[str | None]


class EmbeddingRow(Base):
    """Vectors that somebody brought under a name; nobody sees them before ``published_at``."""

    __tablename__ = "embeddings"
    __table_args__ = (Index("ix_embeddings_dataset_id_name", "dataset_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("datasets.id"))
    name: Mapped[str]
    dimensions: Mapped[int] = mapped_column(server_default="0")
    vectors: Mapped[int] = mapped_column(BigInteger, server_default="0")
    published_at: Mapped[datetime | None]


class EmbeddingVectorRow(Base):
    """The vector of a blob: little-endian float16 of unit length."""

    __tablename__ = "embedding_vectors"
    __table_args__ = (Index("ix_embedding_vectors_blob_id", "blob_id"),)

    embedding_id: Mapped[UUID] = mapped_column(
        ForeignKey("embeddings.id", ondelete="CASCADE"), primary_key=True
    )
    blob_id: Mapped[int] = mapped_column(
        ForeignKey("blobs.id", ondelete="CASCADE"), primary_key=True
    )
    vector: Mapped[bytes]


class TaskRow(Base):
    """A task."""

    __tablename__ = "tasks"
    __table_args__ = (
        _one_of("status", "pending", "in_progress", "completed", "failed", "cancelled"),
        _one_of("priority", "high", "normal", "low"),
        Index(
            "ix_tasks_active",
            "scope",
            "fingerprint",
            unique=True,
            postgresql_where=text("status IN ('pending', 'in_progress')"),
        ),
        Index(
            "ix_tasks_cached",
            "scope",
            "fingerprint",
            "completed_at",
            postgresql_where=text("status = 'completed'"),
        ),
        Index("ix_tasks_created_at_id", "created_at", "id"),
        Index("ix_tasks_pending", "start_tag", "id", postgresql_where=text("status = 'pending'")),
        Index("ix_tasks_dataset_id_created_at", "dataset_id", "created_at"),
        Index(
            "ix_tasks_type_completed_at",
            "type",
            "type_version",
            "completed_at",
            postgresql_where=text("status = 'completed'"),
        ),
        Index(
            "ix_tasks_owner_id_active",
            "owner_id",
            postgresql_where=text("status IN ('pending', 'in_progress')"),
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    type_version: Mapped[int]
    scope: Mapped[UUID]
    """Whose requests may share it: those on the same dataset, else those of the same owner."""
    fingerprint: Mapped[bytes]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    dataset_id: Mapped[UUID | None] = mapped_column(ForeignKey("datasets.id"))
    dataset_version: Mapped[int | None]
    target_id: Mapped[UUID | None] = mapped_column(ForeignKey("datasets.id"), index=True)
    target_version: Mapped[int | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    """How many items its datasets had when it was submitted."""
    params: Mapped[dict[str, Any]]
    priority: Mapped[str]
    start_tag: Mapped[datetime] = mapped_column(server_default=NOW)
    """When it joined the queue, less its priority's head start; its chunks have the same."""
    status: Mapped[str] = mapped_column(server_default="pending")
    cancel_requested_at: Mapped[datetime | None]
    partial: Mapped[bool] = mapped_column(server_default=text("false"))
    set_aside: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    seq: Mapped[int] = mapped_column(BigInteger, server_default="1")
    preview_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    log_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class IdempotencyKeyRow(Base):
    """What a user's key was answered with, for a day."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[bytes]
    """The SHA-256 of what was asked for with it."""
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)


class StageRow(Base):
    """A stage of a task; ``chunks_open`` reaching 0 opens the next."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("task_id", "position"),
        _one_of("kind", "solo", "map"),
        {"postgresql_with": EAGER_VACUUM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    kind: Mapped[str]
    weight: Mapped[float]
    total: Mapped[int | None] = mapped_column(BigInteger)
    known: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How many items needed no work of their own when it was planned."""
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    done_before: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How many of them were done before the task was retried last."""
    chunks_open: Mapped[int] = mapped_column(Integer, server_default="0")
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    marks: Mapped[list[float]] = mapped_column(server_default="{}")
    """Seconds and counts by turns: how much was done when."""
    counted_at: Mapped[datetime | None]


class PaceRow(Base):
    """What a stage of a task type usually takes: learnt from the tasks before, kept after them."""

    __tablename__ = "paces"

    type: Mapped[str] = mapped_column(primary_key=True)
    type_version: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    fixed_seconds: Mapped[float]
    unit_seconds: Mapped[float]
    spread: Mapped[float]


class ChunkRow(Base):
    """A chunk: what is leased. The indexes hold only what is still to be done.

    It goes with its stage, and so with its task; by its task nobody could find it.
    """

    __tablename__ = "chunks"
    __table_args__ = (
        _one_of("kind", "plan", "work"),
        _one_of("state", "waiting", "held", "running", "done", "cancelled", "failed"),
        Index(
            "ix_chunks_waiting",
            "owner_id",
            "start_tag",
            "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_chunks_held", "held_until", postgresql_where=text("state = 'held'")),
        Index("ix_chunks_running", "worker_id", postgresql_where=text("state = 'running'")),
        Index(
            "ix_chunks_open",
            "task_id",
            postgresql_where=text("state IN ('waiting', 'held', 'running')"),
        ),
        Index("ix_chunks_stage_id", "stage_id"),
        {"postgresql_with": EAGER_VACUUM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    task_id: Mapped[UUID]
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    first_key: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_key: Mapped[int] = mapped_column(BigInteger, server_default="0")
    size: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[int] = mapped_column(server_default="0")
    start_tag: Mapped[datetime]
    """Its task's: the order of work."""
    held_until: Mapped[datetime | None]
    run: Mapped[int] = mapped_column(server_default="0")
    token: Mapped[UUID | None]
    worker_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class WorkerRow(Base):
    """A worker that lives, or was alive a moment ago."""

    __tablename__ = "workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    slots: Mapped[int]
    run_seconds: Mapped[float | None]
    """What its runs took lately, on average."""
    started_at: Mapped[datetime] = mapped_column(server_default=NOW)
    seen_at: Mapped[datetime] = mapped_column(server_default=NOW)


class SetAsideRow(Base):
    """A key of a map stage that could not be worked on, and why: poison, stalled, given up."""

    __tablename__ = "set_aside"

    stage_id: Mapped[int] = mapped_column(
        ForeignKey("stages.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[str]
    detail: Mapped[str]


class TaskItemRow(Base):
    """What a task says of an item: a kind, a score (lower is worse) and whatever else."""

    __tablename__ = "task_items"
    __table_args__ = (
        Index("ix_task_items_task_id_kind_score", "task_id", "kind", "score", "item_id"),
    )

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    score: Mapped[float]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class TaskColumnRow(Base):
    """A block of a column: what a task says of many items, packed."""

    __tablename__ = "task_columns"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class PreviewRow(Base):
    """Mergeable counts of one worker for one task, while its map stage runs."""

    __tablename__ = "previews"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]]


class LogRow(Base):
    """A line of a task's log."""

    __tablename__ = "task_log"

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    time: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    stage: Mapped[str | None]
    level: Mapped[str]
    message: Mapped[str]
    private: Mapped[bool] = mapped_column(server_default=text("false"))
    """For the owner and admins only: a trace may name files of the server."""


class ListedFileRow(Base):
    """A file that an import found, and what became of it."""

    __tablename__ = "listed_files"
    __table_args__ = (_one_of("state", "listed", "added", "unchanged", "replaced", "skipped"),)

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    path: Mapped[str]
    """The item's path."""
    source: Mapped[bytes]
    """The file's name on the server, relative to the folder, in its own bytes."""
    state: Mapped[str] = mapped_column(server_default="listed")
    reason_code: Mapped[str | None]
    reason_detail: Mapped[str | None]
