"""Count letters by the address that they go to, and find what waits of one channel, or is claimed.

Safe while the previous release runs: it leaves the new column empty, and such letters are not counted by address.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("recipient", sa.LargeBinary()))
    op.create_index(
        "deliveries_recipient", "deliveries", ["recipient", "created_at"], **_where("recipient IS NOT NULL")
    )
    op.create_index(
        "deliveries_claimed", "deliveries", ["claimed_until"], **_where("claimed_until IS NOT NULL")
    )
    op.create_index("deliveries_waiting", "deliveries", ["channel_id"], **_where("status = 'PENDING'"))


def downgrade() -> None:
    """Forgets which letters went to one address: of each, up to three more may go there within the hour."""
    op.drop_index("deliveries_waiting", "deliveries")
    op.drop_index("deliveries_claimed", "deliveries")
    op.drop_index("deliveries_recipient", "deliveries")
    op.drop_column("deliveries", "recipient")


def _where(condition: str) -> dict[str, object]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
