"""Changing projects and labels."""

import strawberry

from resolvers import labels, projects
from schema import inputs
from schema.context import Info
from schema.inputs import given, or_none
from schema.payloads import AnswerRefusals, LabelPayload, ProjectPayload


@strawberry.type
class OrganisingMutations:
    @strawberry.mutation(extensions=[AnswerRefusals(ProjectPayload)])
    async def create_project(self, info: Info, input: inputs.CreateProjectInput) -> ProjectPayload:
        return ProjectPayload.of(
            await info.context.change(
                lambda tx: projects.create_project(tx, or_none(input.id), input.name, input.color)
            )
        )

    @strawberry.mutation(extensions=[AnswerRefusals(ProjectPayload)])
    async def update_project(self, info: Info, input: inputs.UpdateProjectInput) -> ProjectPayload:
        change = projects.ProjectChange(
            given(input.name), given(input.color), given(input.archived), given(input.after_id)
        )
        return ProjectPayload.of(
            await info.context.change(
                lambda tx: projects.update_project(tx, input.id, change, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(
        description="Its tasks stay, without a project.", extensions=[AnswerRefusals(ProjectPayload)]
    )
    async def delete_project(self, info: Info, input: inputs.ProjectIdInput) -> ProjectPayload:
        return ProjectPayload.of(
            await info.context.change(
                lambda tx: projects.delete_project(tx, input.id, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(extensions=[AnswerRefusals(LabelPayload)])
    async def create_label(self, info: Info, input: inputs.CreateLabelInput) -> LabelPayload:
        return LabelPayload.of(
            await info.context.change(
                lambda tx: labels.create_label(tx, or_none(input.id), input.name, input.color)
            )
        )

    @strawberry.mutation(extensions=[AnswerRefusals(LabelPayload)])
    async def update_label(self, info: Info, input: inputs.UpdateLabelInput) -> LabelPayload:
        change = labels.LabelChange(given(input.name), given(input.color))
        return LabelPayload.of(
            await info.context.change(
                lambda tx: labels.update_label(tx, input.id, change, or_none(input.expected_version))
            )
        )

    @strawberry.mutation(extensions=[AnswerRefusals(LabelPayload)])
    async def delete_label(self, info: Info, input: inputs.LabelIdInput) -> LabelPayload:
        return LabelPayload.of(
            await info.context.change(
                lambda tx: labels.delete_label(tx, input.id, or_none(input.expected_version))
            )
        )
