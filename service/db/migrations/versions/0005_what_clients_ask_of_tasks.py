"""Idempotency keys, priorities that change, retries, and logs with traces"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

HEAD_START = """CASE priority WHEN 'high' THEN interval '60 seconds'
    WHEN 'low' THEN interval '-60 seconds' ELSE interval '0' END"""


def upgrade() -> None:
    _task_columns()
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_idempotency_keys_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["tasks.id"],
            name=op.f("fk_idempotency_keys_task_id_tasks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


_TIME = postgresql.TIMESTAMP(timezone=True)


def _task_columns() -> None:
    op.add_column(
        "tasks", sa.Column("start_tag", _TIME, server_default=sa.text("now()"), nullable=False)
    )
    op.execute(f"UPDATE tasks SET start_tag = created_at - {HEAD_START}")
    _index_pending("start_tag")
    op.create_index(
        "ix_tasks_owner_id_active",
        "tasks",
        ["owner_id"],
        postgresql_where=sa.text("status IN ('pending', 'in_progress')"),
    )
    for name in ("known", "done_before"):
        op.add_column(
            "stages", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    op.add_column(
        "task_log",
        sa.Column("private", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def _index_pending(column: str) -> None:
    """Tasks that wait, in the order of work."""
    op.drop_index("ix_tasks_pending", "tasks")
    op.create_index(
        "ix_tasks_pending",
        "tasks",
        [column, "id"],
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    _index_pending("created_at")
    op.drop_table("idempotency_keys")
    op.drop_column("task_log", "private")
    op.drop_column("stages", "done_before")
    op.drop_column("stages", "known")
    op.drop_index("ix_tasks_owner_id_active", "tasks")
    op.drop_column("tasks", "start_tag")
