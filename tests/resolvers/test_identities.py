"""Accounts of people whom an identity provider signs in, at a clock that is set by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from resolvers.errors import Unauthenticated
from resolvers.identities import Assertion, admit
from resolvers.password_resets import request_reset
from resolvers.sessions import list_sessions
from resolvers.tables import SignInSession
from resolvers.viewer import Viewer
from tests.resolvers.life import Life

LIFETIME = timedelta(days=90)
TOKEN = timedelta(minutes=5)


def said_at(now: datetime, session: str, *, outlives_the_token: bool = False) -> Assertion:
    return Assertion(
        issuer="https://id.example.com/",
        subject="ana",
        session=session,
        outlives_the_token=outlives_the_token,
        issued_at=now,
        expires_at=now + TOKEN,
        email="ana@example.com",
        name="Ana",
        time_zone="",
    )


async def come(life: Life, said: Assertion) -> Viewer:
    return await admit(life.log, said, "a browser", LIFETIME)


async def shown(life: Life, viewer: Viewer) -> int:
    async with life.database.read() as session:
        return len(await list_sessions(session, viewer.user_id, life.now))


async def test_no_link_leads_to_a_password_beside_the_provider(life: Life):
    """Or who no longer may come in by it could, by the mail that they still read."""
    await come(life, said_at(life.now, "one"))
    assert not await request_reset(life.database, "ana@example.com", sends_mail=True)


async def test_a_session_of_a_token_is_shown_for_as_long_as_the_token_is_good(life: Life):
    viewer = await come(life, said_at(life.now, "one"))
    assert await shown(life, viewer) == 1
    life.now += TOKEN
    assert await shown(life, viewer) == 0


async def test_a_session_that_the_provider_names_lasts_as_ours_do(life: Life):
    first = await come(life, said_at(life.now, "phone", outlives_the_token=True))
    life.now += LIFETIME - timedelta(seconds=1)
    assert await shown(life, first) == 1
    assert await come(life, said_at(life.now, "phone", outlives_the_token=True)) == first
    life.now += timedelta(days=1)
    assert await shown(life, first) == 1


async def test_the_same_name_of_somebody_else_is_another_person(life: Life):
    said = said_at(life.now, "one")
    ana = await come(life, said)
    for other in (
        replace(said, subject="ben"),
        replace(said, issuer="https://another.example.com/"),
    ):
        assert (await come(life, other)).user_id != ana.user_id


async def test_a_session_that_was_ended_is_not_gone_into_again(life: Life):
    said = said_at(life.now, "phone", outlives_the_token=True)
    viewer = await come(life, said)
    async with life.database.transaction() as session:
        row = await session.get(SignInSession, viewer.session_id)
        assert row is not None
        row.ended_at = life.now
    life.now += timedelta(days=89)
    with pytest.raises(Unauthenticated):
        await come(life, said_at(life.now, "phone", outlives_the_token=True))
