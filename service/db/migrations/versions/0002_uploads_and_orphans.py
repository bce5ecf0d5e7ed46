"""Uploads that wait for their task, and blobs that nothing points to any more"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("blobs", sa.Column("orphaned_at", postgresql.TIMESTAMP(timezone=True)))
    op.create_index(
        "ix_blobs_orphaned_at",
        "blobs",
        ["orphaned_at"],
        postgresql_where=sa.text("orphaned_at IS NOT NULL"),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_uploads_owner_id_users")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name=op.f("fk_uploads_task_id_tasks"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(
        "ix_items_dataset_id_label_path",
        "items",
        ["dataset_id", "label", "path"],
        postgresql_where=sa.text("removed_in IS NULL AND label IS NOT NULL"),
    )
    op.create_index(
        "ix_items_dataset_id_removed_in",
        "items",
        ["dataset_id", "removed_in"],
        postgresql_where=sa.text("removed_in IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_pending",
        "tasks",
        ["created_at", "id"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("ix_tasks_pending", "tasks")
    op.drop_index("ix_items_dataset_id_removed_in", "items")
    op.drop_index("ix_items_dataset_id_label_path", "items")
    op.drop_table("uploads")
    op.drop_index("ix_blobs_orphaned_at", "blobs")
    op.drop_column("blobs", "orphaned_at")
