"""Column types and defaults that several tables share."""

import uuid
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

#: Sorts by bytes on every database; PostgreSQL would otherwise sort as the server's language does.
BytewiseText = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def id_field() -> Any:
    """A random UUID primary key."""
    return Field(default_factory=uuid.uuid4, primary_key=True)


def owned_by_user(**column: Any) -> Any:
    """A reference to the owner; everything owned goes with the account."""
    return Field(foreign_key="users.id", ondelete="CASCADE", **column)


def only(condition: str) -> dict[str, Any]:
    """Has an index hold only the rows for which the condition, in SQL, is true."""
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}
