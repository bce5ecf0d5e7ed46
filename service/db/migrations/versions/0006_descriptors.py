"""Descriptors: what images look like, beside their other features"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("features", sa.Column("descriptor", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("features", "descriptor")
