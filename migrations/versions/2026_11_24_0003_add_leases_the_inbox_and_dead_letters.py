"""Add leases, the inbox of the once-only consumer, and dead letters.

Safe while the previous release runs: it adds tables that it does not know. Users who sign up there meanwhile have no
position, which stands for the beginning of their log.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("fencing", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), primary_key=True),
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        _owner(nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
    )
    op.create_index("ix_inbox_user_id", "inbox", ["user_id"])
    op.create_index("inbox_noted", "inbox", ["noted_at"])
    op.create_table(
        "consumer_positions",
        sa.Column("consumer", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_consumer_positions_user_id", "consumer_positions", ["user_id"])
    # What happened before there was a consumer is not to be acted upon now.
    op.execute(
        "INSERT INTO consumer_positions (consumer, user_id, seq) "
        "SELECT 'taskflow-consumers', user_id, last_seq FROM user_stream"
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid()),
        _owner(nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
    )
    op.create_index("ix_dead_letters_user_id", "dead_letters", ["user_id"])
    op.create_index("dead_letters_event", "dead_letters", ["consumer", "event_id"], unique=True)
    op.create_index(
        "dead_letters_unpublished",
        "dead_letters",
        ["created_at"],
        postgresql_where=sa.text("published_at IS NULL"),
        sqlite_where=sa.text("published_at IS NULL"),
    )


def downgrade() -> None:
    """Loses the dead letters, and what the consumer has dealt with; the events themselves stay."""
    op.drop_table("dead_letters")
    op.drop_table("consumer_positions")
    op.drop_table("inbox")
    op.drop_table("leases")


def _owner(*, nullable: bool) -> sa.Column[object]:
    return sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=nullable)
