"""Projects and labels."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import BytewiseText, id_field, owned_by_user


class Project(SQLModel, table=True):
    __tablename__ = "projects"
    __table_args__ = (sa.Index("projects_position", "user_id", "position", "id"),)

    id: UUID = id_field()
    user_id: UUID = owned_by_user()
    name: str = Field(sa_type=sa.Text)
    #: `#rrggbb`
    color: str = Field(sa_type=sa.Text)
    archived: bool = False
    position: str = Field(sa_type=BytewiseText)
    version: int = 1
    created_at: datetime


class Label(SQLModel, table=True):
    __tablename__ = "labels"

    id: UUID = id_field()
    user_id: UUID = owned_by_user(index=True)
    name: str = Field(sa_type=sa.Text)
    #: `#rrggbb`
    color: str = Field(sa_type=sa.Text)
    version: int = 1
    created_at: datetime
