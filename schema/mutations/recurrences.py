"""Changing how tasks recur."""

import strawberry

from resolvers.recurrences import change
from schema import inputs
from schema.context import Info
from schema.inputs import new_recurrence, or_none
from schema.payloads import AnswerRefusals, TaskPayload


@strawberry.type
class RecurrenceMutations:
    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def set_recurrence(self, info: Info, input: inputs.SetRecurrenceInput) -> TaskPayload:
        new, version = new_recurrence(input.recurrence), or_none(input.expected_version)
        return TaskPayload.of(
            await info.context.change(lambda tx: change.set_recurrence(tx, input.task_id, new, version))
        )

    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def clear_recurrence(self, info: Info, input: inputs.TaskIdInput) -> TaskPayload:
        return TaskPayload.of(
            await info.context.change(
                lambda tx: change.clear_recurrence(tx, input.id, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(
        description="Leaves out one occurrence, the next where none is named.",
        extensions=[AnswerRefusals(TaskPayload)],
    )
    async def skip_occurrence(self, info: Info, input: inputs.SkipOccurrenceInput) -> TaskPayload:
        occurrence, version = or_none(input.occurrence), or_none(input.expected_version)
        return TaskPayload.of(
            await info.context.change(
                lambda tx: change.skip_occurrence(tx, input.task_id, occurrence, version)
            )
        )
