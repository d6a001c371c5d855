"""Channels: adding, changing, trying out."""

import strawberry

from resolvers.channels import adding, changing
from resolvers.channels.kinds import Kind
from resolvers.errors import Conflict, Invalid
from schema import inputs
from schema.context import Context, Info
from schema.inputs import given, or_none
from schema.payloads import AnswerRefusals, ChannelPayload, ErrorCode, UserError
from schema.types.channel import Channel

_NAMES = {Kind.WEB_PUSH: "Web push", Kind.EMAIL: "E-mail", Kind.WEBHOOK: "A webhook"}


def _refuse_unless_set_up(context: Context, kind: Kind, field: str) -> None:
    """Raises Invalid with the field."""
    if kind not in context.courier.kinds:
        raise Invalid(f"{_NAMES[kind]} is not set up on this server.", field)


@strawberry.type
class ChannelMutations:
    @strawberry.mutation(
        description="With what the browser's PushSubscription gives.",
        extensions=[AnswerRefusals(ChannelPayload)],
    )
    async def add_web_push_channel(self, info: Info, input: inputs.AddWebPushChannelInput) -> ChannelPayload:
        context = info.context
        context.signed_in  # noqa: B018 - nobody else may have us look up names
        _refuse_unless_set_up(context, Kind.WEB_PUSH, "endpoint")
        await context.courier.check(adding.url(input.endpoint, "endpoint"), "endpoint")
        outcome = await context.change(
            lambda tx: adding.add_web_push(tx, input.endpoint, input.p256dh, input.auth, input.label)
        )
        context.courier.wake()
        return ChannelPayload(channel=Channel.of(outcome.value))

    @strawberry.mutation(
        description="Sends a link first; nothing else until it is followed.",
        extensions=[AnswerRefusals(ChannelPayload)],
    )
    async def add_email_channel(self, info: Info, input: inputs.AddEmailChannelInput) -> ChannelPayload:
        context = info.context
        _refuse_unless_set_up(context, Kind.EMAIL, "address")
        outcome = await context.change(lambda tx: adding.add_email(tx, input.address, input.label))
        context.courier.wake()
        return ChannelPayload(channel=Channel.of(outcome.value))

    @strawberry.mutation(
        description="HTTPS to a public address. The payload's `secret` signs each call and is shown once.",
        extensions=[AnswerRefusals(ChannelPayload)],
    )
    async def add_webhook_channel(self, info: Info, input: inputs.AddWebhookChannelInput) -> ChannelPayload:
        context = info.context
        context.signed_in  # noqa: B018 - nobody else may have us look up names
        types = or_none(input.types)
        chosen = None if types is None else [type_.value for type_ in types]
        await context.courier.check(adding.url(input.url, "url"), "url")
        outcome = await context.change(lambda tx: adding.add_webhook(tx, input.url, input.label, chosen))
        channel, secret = outcome.value
        return ChannelPayload(channel=Channel.of(channel), secret=secret)

    @strawberry.mutation(extensions=[AnswerRefusals(ChannelPayload)])
    async def update_channel(self, info: Info, input: inputs.UpdateChannelInput) -> ChannelPayload:
        types = given(input.types)
        change = changing.ChannelChange(
            label=given(input.label),
            enabled=given(input.enabled),
            types=[type_.value for type_ in types] if isinstance(types, list) else types,
        )
        outcome = await info.context.change(lambda tx: changing.update_channel(tx, input.id, change))
        info.context.courier.wake()
        return ChannelPayload(channel=Channel.of(outcome.value))

    @strawberry.mutation(extensions=[AnswerRefusals(ChannelPayload)])
    async def remove_channel(self, info: Info, input: inputs.ChannelIdInput) -> ChannelPayload:
        outcome = await info.context.change(lambda tx: changing.remove_channel(tx, input.id))
        return ChannelPayload(channel=Channel.of(outcome.value))

    @strawberry.mutation(
        description="Sends one message now, and says what came of it.",
        extensions=[AnswerRefusals(ChannelPayload)],
    )
    async def test_channel(self, info: Info, input: inputs.ChannelIdInput) -> ChannelPayload:
        context = info.context
        channel, user = (await context.change(lambda tx: changing.begin_test(tx, input.id))).value
        if channel.confirmed_at is None:
            context.courier.wake()
            raise Conflict("Its link was not followed yet. It was sent again.", "id", current=channel)
        problem = await context.courier.try_out(channel, user)
        outcome = await context.change(lambda tx: changing.end_test(tx, input.id, arrived=problem is None))
        context.courier.wake()
        payload = ChannelPayload(channel=Channel.of(outcome.value))
        if problem is not None:
            payload.errors = [UserError(code=ErrorCode.DELIVERY_FAILED, message=problem, field=["id"])]
        return payload
