"""Count the links that confirm an address by the address, and find what waits, rests or is late by its index.

Safe while the previous release runs: it knows neither the table nor the indexes. What it sends is not counted here.

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
    op.create_table(
        "confirmation_links",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_confirmation_links_user_id", "confirmation_links", ["user_id"])
    op.create_index("confirmation_links_recipient", "confirmation_links", ["recipient", "sent_at"])
    op.create_index("channels_resting", "channels", ["rests_until"], **_where("rests_until IS NOT NULL"))
    op.create_index("deliveries_waiting", "deliveries", ["channel_id"], **_where("status = 'PENDING'"))
    op.create_index(
        "deliveries_claimed", "deliveries", ["claimed_until"], **_where("claimed_until IS NOT NULL")
    )
    op.create_index(
        "deliveries_late",
        "deliveries",
        ["late_after"],
        **_where("status = 'PENDING' AND late_after IS NOT NULL"),
    )


def downgrade() -> None:
    """Forgets which links went to one address: of each, up to three more may go there within the hour."""
    op.drop_index("deliveries_late", "deliveries")
    op.drop_index("deliveries_claimed", "deliveries")
    op.drop_index("deliveries_waiting", "deliveries")
    op.drop_index("channels_resting", "channels")
    op.drop_table("confirmation_links")


def _where(condition: str) -> dict[str, object]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
