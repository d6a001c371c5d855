"""The schema, whole."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.mutations.accounts import AccountMutations
from schema.mutations.calendar import CalendarMutations
from schema.mutations.channels import ChannelMutations
from schema.mutations.organising import OrganisingMutations
from schema.mutations.recurrences import RecurrenceMutations
from schema.mutations.reminders import ReminderMutations
from schema.mutations.tasks import TaskMutations
from schema.query import Query
from schema.scalars import SCALARS
from schema.subscription import Subscription

Mutation = merge_types(
    "Mutation",
    (
        AccountMutations,
        TaskMutations,
        RecurrenceMutations,
        ReminderMutations,
        OrganisingMutations,
        ChannelMutations,
        CalendarMutations,
    ),
)


def build_schema() -> strawberry.Schema:
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def export_sdl() -> str:
    """The public API as a document, for people and for code generators."""
    return build_schema().as_str() + "\n"
