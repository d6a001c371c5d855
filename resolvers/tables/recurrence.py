"""What makes a task a series: its rule, and how far it has been spawned."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from resolvers.tables.columns import only, owned_by_user


class Recurrence(SQLModel, table=True):
    """One row per series. Wall clocks are texts, `YYYY-MM-DDTHH:MM:SS` in the series' zone: no instant is meant.

    A wall clock is what an occurrence is known by; its instant follows from the zone's rules of the day.
    """

    __tablename__ = "recurrences"
    __table_args__ = (
        # What comes due is found here, so what waits costs nothing, however much it is.
        sa.Index("recurrences_due", "spawn_at", **only("spawn_at IS NOT NULL")),
    )

    task_id: UUID = Field(primary_key=True, foreign_key="tasks.id", ondelete="CASCADE")
    user_id: UUID = owned_by_user(index=True)
    rule: str = Field(sa_type=sa.Text)
    #: None: that of the task, whatever it becomes.
    time_zone: str | None = Field(default=None, sa_type=sa.Text)
    #: DTSTART.
    start_wall: str = Field(sa_type=sa.Text)
    #: It goes by days, and its tasks are all-day.
    all_day: bool
    #: A RecurrenceMode.
    mode: str = Field(sa_type=sa.Text)
    #: A MissedPolicy.
    missed: str = Field(sa_type=sa.Text)
    #: As it was asked for, an ISO 8601 duration.
    lead: str = Field(sa_type=sa.Text)
    #: As it is: never shorter than the longest `beforeDue` among the task's reminders.
    effective_lead: str = Field(sa_type=sa.Text)
    #: Wall clocks that are left out. They count for COUNT.
    skipped: list[str] = Field(sa_type=sa.JSON)
    #: When the rule was set, the task restored, or what it waited for done: nothing from before is ever spawned, and
    #: nothing was missed before.
    since: datetime
    #: Occurrences up to this instant are spawned or passed over.
    reached_at: datetime
    #: The occurrence to spawn next; None where there is none, or where a completion is waited for.
    next_wall: str | None = Field(default=None, sa_type=sa.Text)
    next_at: datetime | None = None
    #: When to spawn it; None where nothing is to be done, as for a deleted task.
    spawn_at: datetime | None = None
    #: COMPLETION: the task that the next occurrence counts from: the last one spawned, at first the series task.
    predecessor_id: UUID | None = None
    #: COMPLETION: it is not done yet. Also where the recurrence can't be read any more.
    waits: bool = False
    #: COMPLETION: occurrences so far, the series task and skipped ones included.
    number: int = 0

    @property
    def ended(self) -> bool:
        """No occurrence is left."""
        return self.next_wall is None and not self.waits
