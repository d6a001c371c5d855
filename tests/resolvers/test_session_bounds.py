"""How many sign-in sessions there are, of one user and of those that are over, at a clock that is set by hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from jobs import timetable as timetable_module
from jobs.timetable import Timetable
from resolvers import session_bounds
from resolvers.accounts import NewAccount, log_in, refresh_session, sign_up
from resolvers.errors import SessionEnded, Unauthenticated
from resolvers.identities import admit
from resolvers.log.transaction import Committed
from resolvers.session_bounds import KEPT, MOST_SESSIONS, end_surplus
from resolvers.sessions import Grant, begin_session, end_sessions, list_sessions
from resolvers.tables import SignInSession
from resolvers.viewer import Viewer
from tests.api.test_batching import listening
from tests.resolvers.life import Life
from tests.resolvers.test_identities import LIFETIME, said_at
from tests.support.client import PASSWORD

SECOND = timedelta(seconds=1)


async def sign_in(life: Life) -> Grant:
    async with life.database.transaction() as session:
        return begin_session(session, life.user, "", life.now, LIFETIME)


async def standing(life: Life, user: UUID | None = None) -> list[UUID]:
    async with life.database.read() as session:
        return [row.id for row in await list_sessions(session, user or life.user, life.now)]


async def kept(life: Life) -> set[UUID]:
    async with life.database.read() as session:
        return set((await session.execute(sa.select(col(SignInSession.id)))).scalars())


async def end(life: Life, viewer: Viewer) -> None:
    async with life.database.transaction() as session:
        assert await end_sessions(session, viewer.user_id, life.now, only=viewer.session_id)


async def purge(life: Life) -> int:
    return await Timetable(life.database, life.log, life.jobs).purge_sessions()


async def test_one_more_than_one_may_have_ends_the_longest_unused(life: Life):
    ended: list[UUID] = []
    life.log.on_commit.append(lambda committed: ended.extend(committed.ended_sessions))
    account = NewAccount("ana@example.com", PASSWORD, "", "UTC")
    oldest = (await sign_up(life.database, account, "", LIFETIME)).grant
    life.user = oldest.viewer.user_id
    life.now += SECOND
    second = await sign_in(life)
    for _ in range(MOST_SESSIONS - 2):
        life.now += SECOND
        await sign_in(life)
    # It is used, and so the one after it is the longest unused.
    life.now += SECOND
    oldest = (await refresh_session(life.log, oldest.refresh_token, LIFETIME)).grant
    assert len(await standing(life)) == MOST_SESSIONS
    assert ended == []

    life.now += SECOND
    newest = (await log_in(life.log, account.email, PASSWORD, "", LIFETIME)).grant.viewer.session_id
    assert ended == [second.viewer.session_id]
    there = await standing(life)
    assert len(there) == MOST_SESSIONS
    assert there[:2] == [newest, oldest.viewer.session_id]
    with pytest.raises(SessionEnded):
        await refresh_session(life.log, second.refresh_token, LIFETIME)


async def test_sessions_that_are_over_and_those_of_others_do_not_count(
    life: Life, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session_bounds, "MOST_SESSIONS", 3)
    for _ in range(3):
        await end(life, (await sign_in(life)).viewer)
        await sign_in(life)
    life.now += LIFETIME
    mine = [(await sign_in(life)).viewer for _ in range(3)]
    async with life.database.transaction() as session:
        assert await end_surplus(session, mine[-1], life.now) == []
        # Of many that were too many from before there was a bound, all are ended at once.
        monkeypatch.setattr(session_bounds, "MOST_SESSIONS", 1)
        assert set(await end_surplus(session, mine[-1], life.now)) == {v.session_id for v in mine[:-1]}
    assert await standing(life) == [mine[-1].session_id]


async def test_those_that_a_provider_names_are_as_many_at_most(life: Life, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session_bounds, "MOST_SESSIONS", 3)
    told: list[Committed] = []
    life.log.on_commit.append(told.append)
    viewers = []
    for number in range(5):
        said = said_at(life.now, str(number), outlives_the_token=True)
        viewers.append(await admit(life.log, said, "", LIFETIME))
        life.now += SECOND
    there = await standing(life, viewers[0].user_id)
    assert there == [viewer.session_id for viewer in reversed(viewers[2:])]
    assert [each.ended_sessions for each in told] == [[viewers[0].session_id], [viewers[1].session_id]]
    with pytest.raises(Unauthenticated):
        await admit(life.log, said_at(life.now, "0", outlives_the_token=True), "", LIFETIME)


async def test_what_is_over_is_taken_away_after_a_while(life: Life, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session_bounds, "PURGE_SESSIONS", 2)
    monkeypatch.setattr(timetable_module, "PURGE_SESSIONS", 2)
    ended = [(await sign_in(life)).viewer for _ in range(5)]
    for viewer in ended:
        await end(life, viewer)
    expiring = await sign_in(life)
    life.now += KEPT
    assert await purge(life) == 0
    life.now += SECOND
    assert await purge(life) == 5
    assert await kept(life) == {expiring.viewer.session_id}

    # One that is used stands, and still tells of a token that is used again.
    used = await sign_in(life)
    life.now += LIFETIME - SECOND
    await refresh_session(life.log, used.refresh_token, LIFETIME)
    life.now += KEPT
    assert await purge(life) == 1
    assert await kept(life) == {used.viewer.session_id}
    for grant in (expiring, used):
        with pytest.raises(SessionEnded):
            await refresh_session(life.log, grant.refresh_token, LIFETIME)
    assert await standing(life) == []


async def test_one_that_a_provider_names_stays_ended_for_as_long_as_it_could_be_issued(life: Life):
    viewer = await admit(life.log, said_at(life.now, "phone", outlives_the_token=True), "", LIFETIME)
    await end(life, viewer)
    life.now += LIFETIME - SECOND
    assert await purge(life) == 0
    with pytest.raises(Unauthenticated):
        await admit(life.log, said_at(life.now, "phone", outlives_the_token=True), "", LIFETIME)
    life.now += KEPT + 2 * SECOND
    assert await purge(life) == 1


async def test_sessions_of_tokens_do_not_pile_up(life: Life):
    for number in range(20):
        await admit(life.log, said_at(life.now, str(number)), "", LIFETIME)
        life.now += timedelta(days=1)
        await purge(life)
    assert len(await kept(life)) <= KEPT / timedelta(days=1) + 1


async def test_those_that_are_over_are_found_by_an_index(life: Life):
    heard: list[tuple[str, Any]] = []
    with listening(life.database, heard):
        await purge(life)
    [(statement, parameters)] = [each for each in heard if each[0].startswith("DELETE")]
    explain = "EXPLAIN QUERY PLAN " if life.database.is_sqlite else "EXPLAIN "
    async with life.database.transaction() as session:
        connection = await session.connection()
        if not life.database.is_sqlite:
            # An empty table is read whole, whatever indexes it has.
            await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = str((await connection.exec_driver_sql(explain + statement, parameters)).all())
    assert "sign_in_sessions_expiring" in plan
    assert "sign_in_sessions_ended" in plan
