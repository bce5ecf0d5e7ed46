"""Embeddings: vectors of items that somebody has brought"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "embeddings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("vectors", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_at", TIMESTAMP(timezone=True)),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_embeddings_dataset_id_datasets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embeddings")),
    )
    op.create_index("ix_embeddings_dataset_id_name", "embeddings", ["dataset_id", "name"])
    op.create_table(
        "embedding_vectors",
        sa.Column("embedding_id", sa.Uuid(), nullable=False),
        sa.Column("blob_id", sa.BigInteger(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["embedding_id"],
            ["embeddings.id"],
            name=op.f("fk_embedding_vectors_embedding_id_embeddings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["blob_id"],
            ["blobs.id"],
            name=op.f("fk_embedding_vectors_blob_id_blobs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("embedding_id", "blob_id", name=op.f("pk_embedding_vectors")),
    )
    op.create_index("ix_embedding_vectors_blob_id", "embedding_vectors", ["blob_id"])
    # floats hardly shrink: to try would only cost time
    op.execute("ALTER TABLE embedding_vectors ALTER COLUMN vector SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("embedding_vectors")
    op.drop_table("embeddings")
