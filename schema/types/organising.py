"""Projects and labels."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from resolvers import tables
from resolvers.paging import Page
from schema.context import Info
from schema.types.paging import PageInfo


@strawberry.type
class Project:
    id: strawberry.ID
    name: str
    color: str
    archived: bool
    position: str
    version: int
    created_at: datetime

    @strawberry.field(description="Open tasks, deleted ones left out.")
    async def task_count(self, info: Info) -> int:
        return await info.context.loaders.task_count.load(UUID(self.id)) or 0

    @classmethod
    def of(cls, row: tables.Project) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            color=row.color,
            archived=row.archived,
            position=row.position,
            version=row.version,
            created_at=row.created_at,
        )

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """As an event tells it."""
        return cls(
            id=strawberry.ID(data["id"]),
            name=data["name"],
            color=data["color"],
            archived=data["archived"],
            position=data["position"],
            version=data["version"],
            created_at=datetime.fromisoformat(data["createdAt"]),
        )


@strawberry.type
class ProjectEdge:
    cursor: str
    node: Project


@strawberry.type
class ProjectConnection:
    nodes: list[Project]
    edges: list[ProjectEdge]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field
    async def total_count(self) -> int:
        return await self.count()

    @classmethod
    def of(cls, page: Page[tables.Project], count: Callable[[], Awaitable[int]]) -> Self:
        edges = [ProjectEdge(cursor=cursor, node=Project.of(row)) for cursor, row in page.edges]
        return cls(nodes=[edge.node for edge in edges], edges=edges, page_info=PageInfo.of(page), count=count)


@strawberry.type
class Label:
    id: strawberry.ID
    name: str
    color: str
    version: int
    created_at: datetime

    @classmethod
    def of(cls, row: tables.Label) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            color=row.color,
            version=row.version,
            created_at=row.created_at,
        )

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """As an event tells it."""
        return cls(
            id=strawberry.ID(data["id"]),
            name=data["name"],
            color=data["color"],
            version=data["version"],
            created_at=datetime.fromisoformat(data["createdAt"]),
        )
