"""How fast stages are, lately and usually, and who works"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("tasks", sa.Column("size", sa.BigInteger()))
    op.create_index(
        "ix_tasks_type_completed_at",
        "tasks",
        ["type", "type_version", "completed_at"],
        postgresql_where=sa.text("status = 'completed'"),
    )
    for name in ("recent_done", "recent_seconds"):
        op.add_column("stages", sa.Column(name, sa.Double(), server_default="0", nullable=False))
    op.add_column("stages", sa.Column("counted_at", postgresql.TIMESTAMP(timezone=True)))
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("run_seconds", sa.Double(), nullable=True),
        sa.Column(
            "started_at", postgresql.TIMESTAMP(timezone=True), server_default=NOW, nullable=False
        ),
        sa.Column(
            "seen_at", postgresql.TIMESTAMP(timezone=True), server_default=NOW, nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "paces",
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("type_version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("fixed_seconds", sa.Double(), nullable=False),
        sa.Column("unit_seconds", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("type", "type_version", "stage", name=op.f("pk_paces")),
    )


def downgrade() -> None:
    op.drop_table("paces")
    op.drop_table("workers")
    for name in ("counted_at", "recent_seconds", "recent_done"):
        op.drop_column("stages", name)
    op.drop_index("ix_tasks_type_completed_at", "tasks")
    op.drop_column("tasks", "size")
