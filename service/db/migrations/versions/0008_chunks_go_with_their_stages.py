"""Chunks go with their stages: deleting a task need not look for its chunks"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.drop_constraint(op.f("fk_chunks_task_id"), "chunks", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key(
        op.f("fk_chunks_task_id"), "chunks", "tasks", ["task_id"], ["id"], ondelete="CASCADE"
    )
