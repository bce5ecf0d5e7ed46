"""How much of a stage was done when, instead of two sums"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "stages",
        sa.Column("marks", postgresql.ARRAY(sa.Double()), server_default="{}", nullable=False),
    )
    for name in ("recent_done", "recent_seconds"):
        op.drop_column("stages", name)


def downgrade() -> None:
    for name in ("recent_done", "recent_seconds"):
        op.add_column("stages", sa.Column(name, sa.Double(), server_default="0", nullable=False))
    op.drop_column("stages", "marks")
