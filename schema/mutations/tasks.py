"""Changing tasks."""

import strawberry

from resolvers import tasks
from schema import inputs
from schema.context import Info
from schema.inputs import given, new_recurrence, new_reminder, number, or_none, texts
from schema.payloads import AnswerRefusals, TaskPayload, TasksPayload


@strawberry.type
class TaskMutations:
    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def create_task(self, info: Info, input: inputs.CreateTaskInput) -> TaskPayload:
        label_ids = or_none(input.label_ids)
        recurrence, reminders = or_none(input.recurrence), or_none(input.reminders)
        new = tasks.NewTask(
            title=input.title,
            id=or_none(input.id),
            description=input.description,
            priority=input.priority.value,
            due_at=or_none(input.due_date),
            due_on=or_none(input.due_on),
            time_zone=or_none(input.time_zone),
            project_id=or_none(input.project_id),
            label_ids=None if label_ids is None else [str(id_) for id_ in label_ids],
            parent_id=or_none(input.parent_id),
            recurrence=None if recurrence is None else new_recurrence(recurrence),
            reminders=None if reminders is None else [new_reminder(each) for each in reminders],
        )
        return TaskPayload.of(await info.context.change(lambda tx: tasks.create_task(tx, new)))

    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def update_task(self, info: Info, input: inputs.UpdateTaskInput) -> TaskPayload:
        change = tasks.TaskChange(
            title=given(input.title),
            description=given(input.description),
            priority=number(input.priority),
            due_at=given(input.due_date),
            due_on=given(input.due_on),
            time_zone=given(input.time_zone),
            project_id=given(input.project_id),
            label_ids=texts(input.label_ids),
            parent_id=given(input.parent_id),
            after_id=given(input.after_id),
        )
        return TaskPayload.of(
            await info.context.change(
                lambda tx: tasks.update_task(tx, input.id, change, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(
        description="Completing cancels the task's pending reminders; subtasks stay as they are. Completing what is "
        "complete changes nothing and is no error.",
        extensions=[AnswerRefusals(TaskPayload)],
    )
    async def complete_task(self, info: Info, input: inputs.TaskIdInput) -> TaskPayload:
        return TaskPayload.of(
            await info.context.change(
                lambda tx: tasks.complete_task(tx, input.id, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def reopen_task(self, info: Info, input: inputs.TaskIdInput) -> TaskPayload:
        return TaskPayload.of(
            await info.context.change(
                lambda tx: tasks.reopen_task(tx, input.id, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(
        description="A deleted task is kept for 30 days, its subtasks with it; pending reminders are cancelled, recurrence "
        "rests. Restoring brings all of it back and catches nothing up.",
        extensions=[AnswerRefusals(TaskPayload)],
    )
    async def delete_task(self, info: Info, input: inputs.TaskIdInput) -> TaskPayload:
        return TaskPayload.of(
            await info.context.change(
                lambda tx: tasks.delete_task(tx, input.id, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def restore_task(self, info: Info, input: inputs.TaskIdInput) -> TaskPayload:
        return TaskPayload.of(
            await info.context.change(
                lambda tx: tasks.restore_task(tx, input.id, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(
        description="The same change to many tasks in one transaction: all or none.",
        extensions=[AnswerRefusals(TasksPayload)],
    )
    async def change_tasks(self, info: Info, input: inputs.ChangeTasksInput) -> TasksPayload:
        change = tasks.TasksChange(
            completed=given(input.completed),
            deleted=given(input.deleted),
            project_id=given(input.project_id),
            priority=number(input.priority),
            due_at=given(input.due_date),
            due_on=given(input.due_on),
            add_label_ids=texts(input.add_label_ids),
            remove_label_ids=texts(input.remove_label_ids),
        )
        ids = [str(id_) for id_ in input.ids]
        return TasksPayload.of(await info.context.change(lambda tx: tasks.change_tasks(tx, ids, change)))

    @strawberry.mutation(extensions=[AnswerRefusals(TaskPayload)])
    async def set_due_date(self, info: Info, input: inputs.SetDueDateInput) -> TaskPayload:
        return TaskPayload.of(
            await info.context.change(
                lambda tx: tasks.set_due_date(
                    tx,
                    input.id,
                    given(input.due_date),
                    given(input.due_on),
                    given(input.time_zone),
                    or_none(input.expected_version),
                )
            )
        )
