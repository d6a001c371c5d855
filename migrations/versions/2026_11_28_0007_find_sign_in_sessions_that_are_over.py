"""Find the sign-in sessions that are over by an index, to take them away.

Safe while the previous release runs: indexes change nothing for it, and sessions that are taken away meanwhile were
over for it as well.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("sign_in_sessions_expiring", "sign_in_sessions", ["expires_at"])
    ended = sa.text("ended_at IS NOT NULL")
    op.create_index(
        "sign_in_sessions_ended",
        "sign_in_sessions",
        ["ended_at"],
        postgresql_where=ended,
        sqlite_where=ended,
    )


def downgrade() -> None:
    op.drop_index("sign_in_sessions_ended", "sign_in_sessions")
    op.drop_index("sign_in_sessions_expiring", "sign_in_sessions")
