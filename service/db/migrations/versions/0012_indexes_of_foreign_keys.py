"""Indexes of foreign keys: what goes with a row is found without reading the whole table"""

from alembic import op

revision = "0012"
down_revision = "0011"

INDEXES = (
    ("api_keys", "user_id"),
    ("datasets", "owner_id"),
    ("idempotency_keys", "task_id"),
    ("sessions", "user_id"),
    ("sign_in_links", "user_id"),
    ("stream_tickets", "task_id"),
    ("stream_tickets", "user_id"),
    ("task_items", "item_id"),
    ("tasks", "owner_id"),
    ("tasks", "target_id"),
    ("uploads", "owner_id"),
    ("uploads", "task_id"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)
