"""Add recurrences and reminders.

Safe while the previous release runs: it adds tables that it does not know, and columns of `tasks` that are empty
or have a default. What the previous release deletes meanwhile goes by foreign keys.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # One by one and not as a batch: SQLite adds columns in place, and a copy of the table is not needed.
    op.add_column("tasks", sa.Column("recurring", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("spawned_from_id", sa.Uuid()))
    op.add_column("tasks", sa.Column("occurrence_wall", sa.Text()))
    op.add_column("tasks", sa.Column("occurrence_at", INSTANT))
    op.add_column("tasks", sa.Column("spawned_after_id", sa.Uuid()))
    op.create_index("tasks_occurrence", "tasks", ["spawned_from_id", "occurrence_wall"], unique=True)
    op.create_index("tasks_spawned_after", "tasks", ["spawned_from_id", "spawned_after_id"], unique=True)
    op.create_table(
        "recurrences",
        sa.Column("task_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
        _owner(),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text()),
        sa.Column("start_wall", sa.Text(), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("missed", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("effective_lead", sa.Text(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("reached_at", INSTANT, nullable=False),
        sa.Column("next_wall", sa.Text()),
        sa.Column("next_at", INSTANT),
        sa.Column("spawn_at", INSTANT),
        sa.Column("predecessor_id", sa.Uuid()),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_index("ix_recurrences_user_id", "recurrences", ["user_id"])
    op.create_index("recurrences_due", "recurrences", ["spawn_at"], **_where("spawn_at IS NOT NULL"))
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("task_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("remind_at", INSTANT, nullable=False),
        sa.Column("before_due", sa.Text()),
        sa.Column("pattern", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cancelled_by", sa.Text()),
        sa.Column("notified_at", INSTANT),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_reminders_task_id", "reminders", ["task_id"])
    op.create_index("reminders_due", "reminders", ["remind_at", "user_id"], **_where("status = 'PENDING'"))
    op.create_index("reminders_soonest", "reminders", ["user_id", "remind_at", "id"])
    op.create_index("reminders_of_status", "reminders", ["user_id", "status", "remind_at", "id"])


def downgrade() -> None:
    """Loses every recurrence and reminder; spawned tasks stay, as tasks of their own."""
    op.drop_table("reminders")
    op.drop_table("recurrences")
    op.drop_index("tasks_spawned_after", "tasks")
    op.drop_index("tasks_occurrence", "tasks")
    # The event log keeps its events of types that the previous release does not know, and passes over.
    for column in ("spawned_after_id", "occurrence_at", "occurrence_wall", "spawned_from_id", "recurring"):
        op.drop_column("tasks", column)


def _owner() -> sa.Column[object]:
    return sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


def _where(condition: str) -> dict[str, object]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
