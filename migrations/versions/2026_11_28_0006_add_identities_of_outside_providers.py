"""Add who is known to an outside identity provider, and whose account that is.

Safe while the previous release runs: it does not know the table. Accounts without a password have `!` in the place of
its hash, which no password matches there either.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("key", sa.LargeBinary(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])


def downgrade() -> None:
    """Forgets whose accounts are whose: each of those people gets another account with their next token."""
    op.drop_index("ix_identities_user_id", "identities")
    op.drop_table("identities")
