"""Add channels, their deliveries, links that reset passwords and open feeds, and the ids that tasks had elsewhere.

Safe while the previous release runs: it adds tables that it does not know, and a column of `tasks` that may be empty.
What the previous release deletes meanwhile goes by foreign keys.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("tasks", sa.Column("external_id", sa.Text()))
    op.create_index(
        "tasks_external",
        "tasks",
        ["user_id", "external_id"],
        unique=True,
        **_where("external_id IS NOT NULL"),
    )
    op.create_table(
        "channels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("link_key", sa.LargeBinary(), nullable=False),
        sa.Column("link_sent_at", INSTANT),
        sa.Column("tested_at", INSTANT),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("failed_at", INSTANT),
        sa.Column("failure", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("channels_of_user", "channels", ["user_id", "created_at", "id"])
    op.create_index(
        "channels_address",
        "channels",
        ["user_id", "kind", "address"],
        unique=True,
        **_where("kind <> 'WEBHOOK'"),
    )
    op.create_index("channels_endpoint", "channels", ["address"], **_where("kind = 'WEB_PUSH'"))
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("channel_id", sa.Uuid(), sa.ForeignKey("channels.id", ondelete="CASCADE")),
        sa.Column("event_id", sa.Uuid()),
        sa.Column("seq", sa.BigInteger()),
        sa.Column("reminder_id", sa.Uuid(), sa.ForeignKey("reminders.id", ondelete="CASCADE")),
        sa.Column("letter", sa.JSON()),
        sa.Column("late_after", INSTANT),
        sa.Column("sent_with", sa.Uuid()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("claimed_by", sa.Uuid()),
        sa.Column("claimed_until", INSTANT),
        sa.Column("sent_at", INSTANT),
        sa.Column("failure", sa.Text()),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    for column in ("user_id", "channel_id", "reminder_id"):
        op.create_index(f"ix_deliveries_{column}", "deliveries", [column])
    op.create_index("deliveries_event", "deliveries", ["event_id", "channel_id"], unique=True)
    op.create_index("deliveries_due", "deliveries", ["next_at", "channel_id"], **_where("status = 'PENDING'"))
    op.create_index("deliveries_made", "deliveries", ["created_at"])
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"])
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT),
    )


def downgrade() -> None:
    """Loses every channel with what is still to be sent, every feed, and how imported tasks are known elsewhere."""
    op.drop_table("calendar_feeds")
    op.drop_table("password_resets")
    op.drop_table("deliveries")
    op.drop_table("channels")
    op.drop_index("tasks_external", "tasks")
    op.drop_column("tasks", "external_id")


def _owner() -> sa.Column[object]:
    return sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


def _where(condition: str) -> dict[str, object]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
