"""Signing up, in and out, and changing one's own account."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import strawberry

from resolvers import accounts, password_resets
from resolvers.channels import kinds
from resolvers.errors import Invalid, SessionEnded
from resolvers.sessions import named_session
from schema import inputs
from schema.context import Context, Info
from schema.inputs import given, or_none
from schema.payloads import (
    AnswerRefusals,
    AuthPayload,
    ChangePasswordPayload,
    DeleteAccountPayload,
    EndSessionPayload,
    LogOutPayload,
    RequestPasswordResetPayload,
    UpdateViewerPayload,
)
from schema.types.account import User


def _answer(context: Context, signed_in: accounts.SignedIn, in_cookie: bool) -> AuthPayload:
    grant = signed_in.grant
    token, expires_at = context.tokens.issue(grant.viewer, signed_in.now)
    if in_cookie:
        context.cookies.set(grant.refresh_token, grant.expires_at)
    return AuthPayload.of(signed_in, token, expires_at, None if in_cookie else grant.refresh_token)


def _refuse_cookie(context: Context, in_cookie: bool) -> None:
    """Raises Invalid where a cookie is wanted and none can be set. Before the act, which would be lost with it."""
    if in_cookie and not context.cookies.settable:
        raise Invalid("A cookie is set over HTTP alone, and this came over a WebSocket.", "inCookie")


def _lifetime(context: Context) -> timedelta:
    return timedelta(days=context.session_days)


def _own_attempts(context: Context) -> AbstractAsyncContextManager[None]:
    """Of whoever is signed in, apart from a stranger's at the account: those must not keep its owner from changing the
    password, nor can a session that was stolen be used to guess it. Nobody else knows the id that they are counted by.

    Raises Unauthenticated, RateLimited.
    """
    return context.attempts.password(str(context.signed_in.user_id))


@strawberry.type
class AccountMutations:
    @strawberry.mutation(extensions=[AnswerRefusals(AuthPayload)])
    async def sign_up(self, info: Info, input: inputs.SignUpInput) -> AuthPayload:
        context = info.context
        _refuse_cookie(context, input.in_cookie)
        account = accounts.NewAccount(input.email, input.password, input.name, input.time_zone)
        async with context.attempts.sign_up():
            signed_in = await accounts.sign_up(
                context.database, account, context.user_agent, _lifetime(context)
            )
        return _answer(context, signed_in, input.in_cookie)

    @strawberry.mutation(extensions=[AnswerRefusals(AuthPayload)])
    async def log_in(self, info: Info, input: inputs.LogInInput) -> AuthPayload:
        context = info.context
        _refuse_cookie(context, input.in_cookie)
        async with context.attempts.password(input.email):
            signed_in = await accounts.log_in(
                context.log, input.email, input.password, context.user_agent, _lifetime(context)
            )
        return _answer(context, signed_in, input.in_cookie)

    @strawberry.mutation(
        description="Trades a refresh token for a new pair. The token just replaced answers the same successor for 10 "
        "seconds more (two tabs at once); anything older or later ends the session.",
        extensions=[AnswerRefusals(AuthPayload)],
    )
    async def refresh_session(self, info: Info, input: inputs.RefreshSessionInput) -> AuthPayload:
        context = info.context
        _refuse_cookie(context, input.in_cookie)
        token = or_none(input.refresh_token)
        by_cookie = token is None
        if token is None:
            token = context.cookies.received or ""
        try:
            signed_in = await accounts.refresh_session(context.log, token, _lifetime(context))
        except SessionEnded:
            if by_cookie and context.cookies.received:
                context.cookies.set(None)
            raise
        return _answer(context, signed_in, by_cookie or input.in_cookie)

    @strawberry.mutation(extensions=[AnswerRefusals(LogOutPayload)])
    async def log_out(self, info: Info, input: inputs.LogOutInput) -> LogOutPayload:
        context = info.context
        token, cookie = or_none(input.refresh_token), context.cookies.received
        by_cookie = token is None
        if token is None:
            token = cookie or ""
        ended = await accounts.log_out(context.log, token)
        # Another session's cookie is none of this one's business.
        if cookie and (by_cookie or (ended is not None and ended == named_session(cookie))):
            context.cookies.set(None)
        return LogOutPayload()

    @strawberry.mutation(extensions=[AnswerRefusals(EndSessionPayload)])
    async def end_session(self, info: Info, input: inputs.SessionIdInput) -> EndSessionPayload:
        await accounts.end_one_session(info.context.log, info.context.signed_in, input.id)
        return EndSessionPayload()

    @strawberry.mutation(description="All but this one.", extensions=[AnswerRefusals(EndSessionPayload)])
    async def end_other_sessions(self, info: Info) -> EndSessionPayload:
        await accounts.end_other_sessions(info.context.log, info.context.signed_in)
        return EndSessionPayload()

    @strawberry.mutation(
        description="Ends all other sessions.", extensions=[AnswerRefusals(ChangePasswordPayload)]
    )
    async def change_password(self, info: Info, input: inputs.ChangePasswordInput) -> ChangePasswordPayload:
        context = info.context
        async with _own_attempts(context):
            await accounts.change_password(context.log, context.signed_in, input.password, input.new_password)
        return ChangePasswordPayload()

    @strawberry.mutation(
        description="Sends a link, good for an hour and once, where there is such an account; answers the same where there "
        "is none.",
        extensions=[AnswerRefusals(RequestPasswordResetPayload)],
    )
    async def request_password_reset(
        self, info: Info, input: inputs.RequestPasswordResetInput
    ) -> RequestPasswordResetPayload:
        context = info.context
        sends_mail = kinds.Kind.EMAIL in context.courier.kinds
        if await password_resets.request_reset(context.database, input.email, sends_mail=sends_mail):
            context.courier.wake()
        return RequestPasswordResetPayload()

    @strawberry.mutation(description="Ends all sessions.", extensions=[AnswerRefusals(ChangePasswordPayload)])
    async def reset_password(self, info: Info, input: inputs.ResetPasswordInput) -> ChangePasswordPayload:
        email = await password_resets.reset_password(info.context.log, input.token, input.new_password)
        await info.context.attempts.forgive(email)
        return ChangePasswordPayload()

    @strawberry.mutation(
        description="Everything of the account is gone, at once and for good.",
        extensions=[AnswerRefusals(DeleteAccountPayload)],
    )
    async def delete_account(self, info: Info, input: inputs.DeleteAccountInput) -> DeleteAccountPayload:
        context = info.context
        async with _own_attempts(context):
            await accounts.delete_account(context.log, context.signed_in, input.password)
        if context.cookies.received:
            context.cookies.set(None)
        return DeleteAccountPayload()

    @strawberry.mutation(extensions=[AnswerRefusals(UpdateViewerPayload)])
    async def update_viewer(self, info: Info, input: inputs.UpdateViewerInput) -> UpdateViewerPayload:
        change = accounts.UserChange(
            given(input.name), given(input.time_zone), given(input.all_day_reminder_time)
        )
        outcome = await info.context.change(
            lambda tx: accounts.update_user(tx, change, or_none(input.expected_version))
        )
        return UpdateViewerPayload(user=User.of(outcome.value))
