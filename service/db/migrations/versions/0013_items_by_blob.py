"""Items of a dataset by blob: a chunk finds its range without reading the dataset"""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_items_dataset_id_blob_id", "items", ["dataset_id", "blob_id"])


def downgrade() -> None:
    op.drop_index("ix_items_dataset_id_blob_id", "items")
