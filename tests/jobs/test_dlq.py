"""Dead letters: listed, tried again, and dropped, by the program that an operator has."""

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import col

from graphql_api.migrate import migrate
from jobs.bus import Message
from jobs.bus.message import encode
from jobs.dead_letters import NoSuchLetter, NotRetried, retry
from jobs.retries import TRIES
from resolvers.database import Database
from resolvers.log.events import Event
from resolvers.tables import DeadLetter, EventRow, InboxEntry
from tests.jobs.journal import Journal, World, messages, sweeping
from tests.jobs.people import People
from tests.live.inside import happen
from tests.support.server import KEPT_ENVIRONMENT, ROOT

DEADLINE_SECONDS = 20
PROGRAM_SECONDS = 60
DONE, FAILED, WRONG_USE, WRONG_SETTING = 0, 1, 2, 78


pytestmark = pytest.mark.usefixtures("quick")


async def die(world: World, events: list[Event], *bad: Event) -> dict[UUID | None, DeadLetter]:
    """The letters by event, after an effect has failed for good at the bad ones."""
    world.journal.fail(bad, 1000)
    async with sweeping(world.consumer):
        await world.consumer.handle(messages(events))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (await world.positions()).get(events[0].user_id) != events[-1].seq:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    world.journal.then = lambda _: None
    return {letter.event_id: letter for letter in await world.letters()}


async def dlq(database: Database, *arguments: object) -> tuple[int | None, str, str]:
    """Exit status, stdout and stderr of the program."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    if database.is_sqlite:
        url = f"sqlite:///{database.url.database}"
    else:
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "graphql_api", "dlq", *map(str, arguments)),
        cwd=ROOT,
        env=kept | {"DATABASE_URL": url, "LOG_FORMAT": "json"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PROGRAM_SECONDS):
            said, complained = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode(), complained.decode()


async def test_an_operator_sees_retries_and_drops(world: World, people: People):
    user = await people.join()
    events = await happen(people.log, user, 4)
    letters = await die(world, events, events[1], events[2])
    await world.consumer.handle([Message("key", b"\x1b[31mno event")])
    garbage = next(letter for letter in await world.letters() if letter.event_id is None)
    retried, dropped = letters[events[1].event_id], letters[events[2].event_id]

    status, said, complained = await dlq(world.database, "list")
    assert (status, complained) == (DONE, "")
    head, *rows = said.splitlines()
    assert head.split() == ["id", "when", "type", "event", "user", "attempts", "error"]
    assert [row.split()[0] for row in rows] == [str(each.id) for each in (retried, dropped, garbage)]
    assert rows[0].split()[2:] == [
        *("task.updated", str(events[1].event_id), str(user), str(TRIES)),
        *("ValueError:", "on", "purpose"),
    ]
    assert rows[2].split()[2:6] == ["-", "-", "-", "1"]
    assert "\x1b" not in said
    status, said, _ = await dlq(world.database, "list", "--json", "--limit", 1)
    listed = json.loads(said)
    assert (status, listed["id"], listed["event"]) == (DONE, str(retried.id), str(events[1].event_id))
    assert listed["body"].encode() == encode(events[1]).body

    assert await dlq(world.database, "retry", retried.id) == (DONE, f"{retried.id}: retried.\n", "")
    statuses = await world.statuses()
    assert [statuses[event.event_id] for event in events] == ["done", "done", "dead", "done"]
    status, said, complained = await dlq(world.database, "retry", retried.id, garbage.id)
    assert (status, said) == (FAILED, "")
    first, second = complained.splitlines()
    assert first == f"{retried.id}: there is no such dead letter."
    assert second.startswith(f"{garbage.id}: not retried: it still can't be read (not an event: ")

    status, said, complained = await dlq(world.database, "drop", dropped.id)
    assert (status, complained) == (DONE, "")
    what, done = said.splitlines()
    assert all(word in what for word in (str(events[2].event_id), "task.updated", str(user), "ValueError"))
    assert done == f"{dropped.id}: dropped."
    # What is dropped stays dead, however often it comes.
    await world.another().handle(messages(events))
    assert (await world.statuses())[events[2].event_id] == "dead"
    assert [letter.id for letter in await world.letters()] == [garbage.id]

    assert (await dlq(world.database, "drop", "--all"))[0] == DONE
    assert await dlq(world.database, "list") == (DONE, "There are no dead letters.\n", "")
    assert await dlq(world.database, "retry", "--all") == (DONE, "There are no dead letters.\n", "")
    status, _, complained = await dlq(world.database, "drop", garbage.id)
    assert (status, complained) == (FAILED, f"{garbage.id}: there is no such dead letter.\n")


@pytest.mark.parametrize(
    "arguments", [(), ("retry",), ("drop",), ("retry", "seven"), ("list", "--limit", "0"), ("bury",)], ids=str
)
async def test_a_wrong_use_is_said_and_does_nothing(tmp_path: Path, arguments: tuple[str, ...]):
    nowhere = Database(sa.make_url(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}"))
    status, said, complained = await dlq(nowhere, *arguments)
    assert (status, said) == (WRONG_USE, "")
    assert "usage: python -m graphql_api dlq" in complained


async def test_to_look_for_dead_letters_makes_no_database_and_changes_none(
    tmp_path: Path, database: Database
):
    path = tmp_path / "none.db"
    status, _, complained = await dlq(Database(sa.make_url(f"sqlite+aiosqlite:///{path}")), "list")
    assert (status, complained) == (WRONG_SETTING, "taskflow: DATABASE_URL: there is no database yet\n")
    assert not path.exists()
    await migrate(database, "0002")
    status, _, complained = await dlq(database, "list")
    assert status == WRONG_SETTING
    assert complained.startswith("taskflow: DATABASE_URL: the database is not in this release's form; ")


async def test_a_retry_takes_effect_once_however_many_try(world: World, people: People):
    user = await people.join()
    events = await happen(people.log, user, 3)
    letters = await die(world, events, events[1])
    id_ = letters[events[1].event_id].id
    elsewhere = Database(world.database.url)
    try:
        outcomes = await asyncio.gather(
            *(retry(each, [world.journal], id_) for each in (world.database, elsewhere) * 2),
            return_exceptions=True,
        )
    finally:
        await elsewhere.close()
    assert sorted(map(repr, outcomes)) == ["NoSuchLetter()"] * 3 + ["None"]
    assert await world.written() == {user: [1, 3, 2]}
    assert (await world.statuses())[events[1].event_id] == "done"
    with pytest.raises(NoSuchLetter):
        await retry(world.database, [world.journal], id_)


async def test_a_retry_that_fails_says_why_and_leaves_the_letter(world: World, people: People):
    user = await people.join()
    events = await happen(people.log, user, 1)
    letters = await die(world, events, events[0])
    id_ = letters[events[0].event_id].id
    again = Journal()
    again.fail(events, 1, KeyError("another"))
    with pytest.raises(NotRetried, match="it failed again: KeyError: 'another'"):
        await retry(world.database, [again], id_)
    (letter,) = await world.letters()
    assert (letter.attempts, letter.error) == (TRIES + 1, "KeyError: 'another'")
    assert await world.written() == {}
    assert set((await world.statuses()).values()) == {"dead"}
    await retry(world.database, [again], id_)
    assert await world.written() == {user: [1]}


async def test_a_letter_whose_note_was_purged_is_retried_once(world: World, people: People):
    user = await people.join()
    events = await happen(people.log, user, 2)
    letters = await die(world, events, events[0])
    async with world.database.transaction() as session:
        await session.execute(sa.delete(InboxEntry))
    await retry(world.database, [world.journal], letters[events[0].event_id].id)
    await world.another().handle(messages(events))
    assert await world.written() == {user: [2, 1]}


async def test_what_only_says_that_it_is_an_event_of_ours_is_not_retried(world: World, people: People):
    """Anybody may write to a bus: what a dead letter says is believed where the log says it, too."""
    user = await people.join()
    (event,) = await happen(people.log, user)
    envelope = orjson.loads(encode(event).body)
    async with world.database.transaction() as session:
        for forged in ({"id": str(uuid4())}, {"sequence": "2"}, {"partitionkey": str(await people.join())}):
            session.add(
                DeadLetter(
                    consumer="taskflow-consumers",
                    key=str(user),
                    body=orjson.dumps(envelope | forged),
                    error="BadMessage: ",
                    attempts=1,
                    created_at=event.created_at,
                )
            )
    letters = await world.letters()
    assert len(letters) == 3
    for letter in letters:
        with pytest.raises(NotRetried, match="it is not an event of this database"):
            await retry(world.database, [world.journal], letter.id)
    assert await world.written() == {}


async def test_what_an_older_release_could_not_read_this_one_can(world: World, people: People):
    """Its letter holds what the newer one wrote. Here the newer one is this one, and the log is put back after it."""
    user = await people.join()
    events = await happen(people.log, user, 2)
    change = sa.update(EventRow).where(col(EventRow.event_id) == events[0].event_id)
    async with world.database.transaction() as session:
        await session.execute(change.values(schema_version=2))
    await world.consumer.handle(messages(events[1:]))
    (letter,) = await world.letters()
    with pytest.raises(NotRetried, match="it still can't be read"):
        await retry(world.database, [world.journal], letter.id)
    async with world.database.transaction() as session:
        await session.execute(change.values(schema_version=1))
        await session.execute(sa.update(DeadLetter).values(body=encode(events[0]).body))
    await retry(world.database, [world.journal], letter.id)
    assert await world.written() == {user: [2, 1]}
