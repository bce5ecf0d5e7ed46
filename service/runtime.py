"""The composition root: opens everything a process needs once, and closes it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from service.catalog.catalogue import CATALOGUE
from service.catalog.entry import Catalogue
from service.db.ageing import Ageing
from service.db.blobs import Blobs
from service.db.chunks import Chunks
from service.db.columns import Columns
from service.db.datasets import Datasets
from service.db.embeddings import EmbeddingSets
from service.db.engine import Database, open_database
from service.db.exports import Exports
from service.db.features import Features
from service.db.finishing import Finishing
from service.db.frozen_items import FrozenItems
from service.db.item_columns import ItemColumns
from service.db.items import Items
from service.db.leases import Leases
from service.db.listed_files import ListedFiles
from service.db.paces import Paces
from service.db.planning import Planning
from service.db.priorities import Priorities
from service.db.publishing import Publishing
from service.db.removed import Removed
from service.db.retrying import Retrying
from service.db.saves import Saves
from service.db.setting_aside import SettingAside
from service.db.submitting import Submitting
from service.db.subsets import Subsets
from service.db.tags import Tags
from service.db.task_log import TaskLog
from service.db.tasks import Tasks
from service.db.uploads import Uploads
from service.db.users import Users
from service.db.workers import Workers
from service.domain.keeping import Keeping
from service.messaging.connections import open_pool
from service.messaging.snapshots import Snapshots
from service.messaging.tickets import Tickets
from service.processes.parquet_writer import ParquetWriters
from service.settings import Settings
from service.storage.local import LocalStorage
from service.usecases.access import AccessActions
from service.usecases.columns import ColumnActions
from service.usecases.datasets import DatasetActions
from service.usecases.embeddings import EmbeddingActions
from service.usecases.exports import ExportActions
from service.usecases.forgetting import Forgetting
from service.usecases.freshness import FreshnessActions
from service.usecases.grouping import Grouping
from service.usecases.learning import Learning
from service.usecases.maps import MapActions
from service.usecases.removal import Removal
from service.usecases.reports import ReportActions
from service.usecases.runs import RunActions
from service.usecases.subsets import SubsetActions
from service.usecases.tags import TagActions
from service.usecases.tasks import TaskActions
from service.usecases.telling import Telling
from service.usecases.uploads import UploadActions, UploadLimits

REDIS_TIMEOUT_SECONDS = 2
FINISHED_AT_ONCE = 100
PARQUET_WRITERS = 2


@dataclass(frozen=True)
class Runtime:
    """What faces are built from."""

    settings: Settings
    catalogue: Catalogue
    database: Database
    redis: Redis
    storage: LocalStorage
    features: Features
    frozen_items: FrozenItems
    listed_files: ListedFiles
    embeddings: EmbeddingSets
    snapshots: Snapshots
    access: AccessActions
    datasets: DatasetActions
    columns: ColumnActions
    tags: TagActions
    subsets: SubsetActions
    uploads: UploadActions
    own_embeddings: EmbeddingActions
    removal: Removal
    forgetting: Forgetting
    learning: Learning
    freshness: FreshnessActions
    exports: ExportActions
    reports: ReportActions
    tasks: TaskActions
    maps: MapActions
    runs: RunActions


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, connections: int, catalogue: Catalogue = CATALOGUE
) -> AsyncGenerator[Runtime]:
    """Connects to PostgreSQL; Redis may be away, now and at any time."""
    redis = open_redis(settings.redis_url)
    try:
        async with open_database(settings.database_url, connections=connections) as database:
            runtime = _compose(settings, catalogue, database, redis)
            async with aclosing(runtime.runs.telling):
                yield runtime
    finally:
        await redis.aclose()


def open_redis(url: str) -> Redis:
    """A client that fails fast: whoever calls goes on without Redis."""
    pool = open_pool(
        url,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    return Redis.from_pool(pool)


def _compose(settings: Settings, catalogue: Catalogue, database: Database, redis: Redis) -> Runtime:
    tasks = Tasks(database, catalogue)
    chunks, finishing = Chunks(database), Finishing(database)
    snapshots = Snapshots(redis)
    telling = Telling(tasks, Tickets(redis), snapshots)
    storage = LocalStorage.from_url(settings.storage_url)
    datasets, items, blobs = Datasets(database), Items(database), Blobs(database)
    uploads, workers, exports = Uploads(database), Workers(database), Exports(database)
    columns, features = Columns(database), Features(database)
    dataset_actions = DatasetActions(datasets, items, blobs, settings.import_roots)
    embeddings = EmbeddingSets(database)
    own_embeddings = EmbeddingActions(dataset_actions, embeddings, settings.model_roots)
    task_actions = TaskActions(
        tasks,
        Submitting(database, settings.max_active_tasks),
        Retrying(database),
        Priorities(database),
        TaskLog(database),
        telling,
        catalogue,
        own_embeddings,
    )
    return Runtime(
        settings=settings,
        catalogue=catalogue,
        database=database,
        redis=redis,
        storage=storage,
        features=features,
        frozen_items=FrozenItems(database),
        listed_files=ListedFiles(database),
        embeddings=embeddings,
        snapshots=snapshots,
        access=AccessActions(Users(database)),
        datasets=dataset_actions,
        columns=ColumnActions(dataset_actions, features, ItemColumns(database)),
        tags=TagActions(dataset_actions, Tags(database)),
        subsets=SubsetActions(dataset_actions, Subsets(database), settings.max_user_bytes),
        uploads=UploadActions(
            dataset_actions, datasets, blobs, items, uploads, storage, _limits(settings)
        ),
        own_embeddings=own_embeddings,
        removal=Removal(
            dataset_actions,
            task_actions,
            datasets,
            Removed(database),
            blobs,
            uploads,
            embeddings,
            workers,
            storage,
        ),
        forgetting=Forgetting(Ageing(database), catalogue, _keeping(settings)),
        learning=Learning(Paces(database), catalogue),
        freshness=FreshnessActions(items, tasks, catalogue),
        exports=ExportActions(
            task_actions, exports, columns, ParquetWriters(PARQUET_WRITERS), catalogue
        ),
        reports=ReportActions(task_actions, exports, storage, catalogue),
        tasks=task_actions,
        maps=MapActions(task_actions, columns, catalogue),
        runs=RunActions(
            blobs=blobs,
            chunks=chunks,
            leases=Leases(database),
            planning=Planning(database, finishing),
            saves=Saves(database),
            setting_aside=SettingAside(database, finishing),
            finishing=finishing,
            publishing=Publishing(database, finishing),
            solo_ends=Grouping(finishing.finish_solos, most=FINISHED_AT_ONCE),
            telling=telling,
            catalogue=catalogue,
            workers=workers,
        ),
    )


def _keeping(settings: Settings) -> Keeping:
    def time(days: float) -> timedelta | None:
        return timedelta(days=days) if days else None

    return Keeping(
        tasks=time(settings.keep_tasks_days),
        results=time(settings.keep_results_days),
        logs=time(settings.keep_logs_days),
        orphans=time(settings.keep_orphans_days),
    )


def _limits(settings: Settings) -> UploadLimits:
    return UploadLimits(
        file_bytes=settings.max_file_bytes,
        upload_bytes=settings.max_upload_bytes,
        user_bytes=settings.max_user_bytes,
        spare_bytes=settings.spare_bytes,
    )
