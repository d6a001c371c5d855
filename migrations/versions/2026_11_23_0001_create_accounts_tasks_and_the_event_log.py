"""Create accounts, tasks, projects, labels and the event log.

The first release: there is nothing before it that could be disturbed.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
#: Ranks sort by bytes, whatever the language of the server.
RANK = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False, unique=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("all_day_reminder_time", sa.Time(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_token_hash", sa.LargeBinary()),
        sa.Column("replaced_at", INSTANT),
        sa.Column("rotation_key", sa.LargeBinary(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
    )
    op.create_index("ix_sign_in_sessions_user_id", "sign_in_sessions", ["user_id"])
    op.create_table(
        "user_stream",
        _owner(primary_key=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("cursor_key", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("min_seq", sa.BigInteger(), nullable=False),
        sa.Column("task_count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "event_log",
        _owner(primary_key=True),
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Uuid(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
    )
    op.create_index("event_log_waiting", "event_log", ["created_at"], **_where("published_at IS NULL"))
    op.create_index("event_log_aggregate", "event_log", ["user_id", "aggregate_id", "seq"])
    op.create_index("event_log_created", "event_log", ["user_id", "created_at"])
    op.create_table(
        "idempotent_creates",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_idempotent_creates_user_id", "idempotent_creates", ["user_id"])
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("position", RANK, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("projects_position", "projects", ["user_id", "position", "id"])
    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_labels_user_id", "labels", ["user_id"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _owner(),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("completed_at", INSTANT),
        sa.Column("due_at", INSTANT),
        sa.Column("due_on", sa.Date()),
        sa.Column("overdue_at", INSTANT),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Uuid(), sa.ForeignKey("projects.id", ondelete="SET NULL")),
        sa.Column("parent_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="SET NULL")),
        sa.Column("position", RANK, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT),
        sa.Column("deleted_with", sa.Uuid()),
    )
    op.create_index("tasks_created", "tasks", ["user_id", "created_at", "id"])
    op.create_index("tasks_due", "tasks", ["user_id", "due_at", "id"])
    op.create_index("tasks_priority", "tasks", ["user_id", "priority", "id"])
    op.create_index("tasks_position", "tasks", ["user_id", "position", "id"])
    op.create_index("tasks_updated", "tasks", ["user_id", "updated_at", "id"])
    op.create_index("tasks_parent", "tasks", ["parent_id"])
    op.create_index("tasks_project", "tasks", ["project_id"])
    op.create_index("tasks_deleted", "tasks", ["deleted_at"], **_where("deleted_at IS NOT NULL"))
    op.create_table(
        "task_labels",
        sa.Column("task_id", sa.Uuid(), sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("label_id", sa.Uuid(), sa.ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("ix_task_labels_label_id", "task_labels", ["label_id"])


def downgrade() -> None:
    """Everything is lost: this is the first release."""
    for table in (
        "task_labels",
        "tasks",
        "labels",
        "projects",
        "idempotent_creates",
        "event_log",
        "user_stream",
        "sign_in_sessions",
        "users",
    ):
        op.drop_table(table)


def _owner(primary_key: bool = False) -> sa.Column[object]:
    owner = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Uuid(), owner, primary_key=primary_key, nullable=False)


def _where(condition: str) -> dict[str, object]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
