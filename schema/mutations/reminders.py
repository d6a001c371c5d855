"""Changing reminders."""

import strawberry

from resolvers.reminders import change
from schema import inputs
from schema.context import Info
from schema.inputs import new_reminder, or_none
from schema.payloads import AnswerRefusals, ReminderPayload


@strawberry.type
class ReminderMutations:
    @strawberry.mutation(extensions=[AnswerRefusals(ReminderPayload)])
    async def create_reminder(self, info: Info, input: inputs.CreateReminderInput) -> ReminderPayload:
        new = new_reminder(input)
        return ReminderPayload.of(
            await info.context.change(
                lambda tx: change.create_reminder(tx, or_none(input.id), input.task_id, new)
            )
        )

    @strawberry.mutation(
        description="Rings again later, whatever its status was: `remindAt` moves, `beforeDue` is dropped, and the reminder "
        "is pending once more.",
        extensions=[AnswerRefusals(ReminderPayload)],
    )
    async def snooze_reminder(self, info: Info, input: inputs.SnoozeReminderInput) -> ReminderPayload:
        version = or_none(input.expected_version)
        return ReminderPayload.of(
            await info.context.change(lambda tx: change.snooze_reminder(tx, input.id, input.until, version))
        )

    @strawberry.mutation(extensions=[AnswerRefusals(ReminderPayload)])
    async def cancel_reminder(self, info: Info, input: inputs.ReminderIdInput) -> ReminderPayload:
        return ReminderPayload.of(
            await info.context.change(
                lambda tx: change.cancel_reminder(tx, input.id, or_none(input.expected_version))
            )
        )
