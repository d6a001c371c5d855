"""`backup` and `restore`: one moment of a server that is written to, on either database, and no half measures."""

import asyncio
import contextlib
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
import pytest
import sqlalchemy as sa

from graphql_api.migrate import is_served_by_this_release, migrate
from graphql_api.programs.backup import LEFT_OUT, back_up
from graphql_api.programs.backup_file import MANIFEST, Reader, Writer, kinds_of
from graphql_api.programs.restore import NOT_SENT
from graphql_api.settings import Settings
from resolvers.database import Database
from resolvers.tables import Delivery, Lease, metadata
from tests.conftest import BOTH
from tests.migrations.catalog import put_rows, read_catalog, read_rows
from tests.migrations.test_running import program
from tests.programs.test_replay import replay
from tests.services.postgres import make_database
from tests.support.client import EVENTS, Api, GraphQLFailed, open_socket
from tests.support.replica import Replica, comparable
from tests.support.server import Server

EVENTS_AFTER = """
query ($after: Cursor) { events(after: $after) { nodes { id cursor type aggregateId changed data } } }
"""
BAD_FILE, REFUSED, WRONG_SETTING = 65, 1, 78


@pytest.fixture(params=BOTH)
def make_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """A database that has nothing yet, as DATABASE_URL names it."""

    def make() -> str:
        name = f"t{uuid4().hex}"
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        return make_database(request.getfixturevalue("postgresql_url"), name)

    return make


@contextlib.asynccontextmanager
async def opened(url: str):  # type: ignore[no-untyped-def]
    database = Database(Settings(database_url=url).database)
    try:
        yield database
    finally:
        await database.close()


async def make(api: Api, title: str, **more: object) -> str:
    payload = await api.mutate("createTask", "task { id } errors { code }", title=title, **more)
    assert payload["errors"] == []
    return str(payload["task"]["id"])


async def restore(url: str, tmp_path: Path, *arguments: str) -> str:
    """A server that was killed counts for its lease's time."""
    async with asyncio.timeout(30):
        while True:
            status, said, complained = await program(url, tmp_path, "restore", *arguments)
            if "was killed just now" not in complained:
                assert (status, complained) == (0, "")
                return said
            await asyncio.sleep(0.2)


#: What a restore gives anew: to each log, lest a cursor of later goes on, and to each identity, whose sessions end.
GIVEN_ANEW = {"user_stream": "epoch", "identities": "closed_at"}


def lines(path: Path) -> dict[str, list[bytes]]:
    """What is in a backup, by table, but for what a restore gives anew."""
    with Reader(path) as backup:
        return {
            part.name: sorted(
                repr(
                    {name: value for name, value in row.items() if name != GIVEN_ANEW.get(part.name)}
                ).encode()
                for row in backup.rows(part)
            )
            for part in backup.manifest.parts
        }


async def test_of_a_server_that_is_written_to_it_is_one_moment_and_goes_back_to_it(
    make_url: Callable[[], str], tmp_path: Path
):
    url, file = make_url(), tmp_path / "backup.zip"
    server = Server(tmp_path / "data", DATABASE_URL=url, LEASE_SECONDS="1")
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            parent = await make(api, "kept")
            await make(api, "below it", parentId=parent)
            written = ["kept", "below it"]

            async def write() -> None:
                for number in range(10_000):
                    await make(api, str(number))
                    written.append(str(number))

            writing = asyncio.create_task(write())
            async with asyncio.timeout(30):
                while len(written) < 20:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                at_least = len(written)
                answer = await program(url, tmp_path, "backup", str(file))
                assert (answer[0], answer[2]) == (0, "")
                at_most = len(written) + 1
                while len(written) < at_most + 5:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            device = await Replica.load(api)
            await server.kill()
            with Reader(file) as backup:
                rows = backup.manifest.rows
            assert at_least <= rows["tasks"] <= at_most
            assert rows["event_log"] == rows["tasks"]

            # Not where somebody has something, unless it is said.
            status, _, complained = await program(url, tmp_path, "restore", str(file))
            assert status == REFUSED
            assert "there are users" in complained or "was killed just now" in complained
            said = await restore(url, tmp_path, str(file), "--replace")
            assert f"1 users, {rows['tasks']} tasks, {rows['event_log']} events." in said

            await server.start()
            # Whoever was signed in is not any more: it may have been ended since the backup.
            with pytest.raises(GraphQLFailed) as refused:
                await api.run("{ cursor }")
            assert refused.value.code == "UNAUTHENTICATED"
            again = await api.another_device()
            assert (await again.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == rows["tasks"]
            await make(again, "another one under the number of what was lost")
            # A device, however it asks, is told to load anew, and never goes on among other events.
            polled = await again.post(EVENTS_AFTER, {"after": device.cursor})
            assert polled["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            async with open_socket(server.url, again.token) as socket:
                await socket.subscribe(EVENTS, after=device.cursor)
                assert (await socket.next())["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            fresh = await Replica.load(again)
            assert {task["title"] for task in fresh.state["task"].values()} == {
                *written[: rows["tasks"]],
                "another one under the number of what was lost",
            }
            await make(again, "and it goes on")
            for event in (await again.run(EVENTS_AFTER, after=fresh.cursor))["events"]["nodes"]:
                fresh.apply(event)
            assert comparable(fresh.state) == comparable((await Replica.load(again)).state)
            await again.http.aclose()
        compared = await replay(url, tmp_path)
        assert compared.status == 0, compared.out
        # The same once more, and cursors of the time between are no better.
        between = fresh.cursor
        await server.kill()
        await restore(url, tmp_path, str(file), "--replace")
        await server.start()
        async with Api(server.url) as api:
            api.email = again.email
            device_2 = await api.another_device()
            answer_2 = await device_2.post(EVENTS_AFTER, {"after": between})
            assert answer_2["errors"][0]["extensions"]["code"] == "CURSOR_EXPIRED"
            await device_2.http.aclose()
    finally:
        await server.kill()


POSTGRESQL = pytest.mark.services


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("sqlite", "sqlite"),
        pytest.param("sqlite", "postgresql", marks=POSTGRESQL),
        pytest.param("postgresql", "sqlite", marks=POSTGRESQL),
        pytest.param("postgresql", "postgresql", marks=POSTGRESQL),
    ],
)
async def test_every_row_comes_back_into_either_database(
    request: pytest.FixtureRequest, tmp_path: Path, source: str, target: str
):
    def url(kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        return make_database(request.getfixturevalue("postgresql_url"), f"t{uuid4().hex}")

    before, after, again = (tmp_path / name for name in ("before.zip", "after.zip", "again.zip"))
    source_url, target_url = url(source, "source"), url(target, "target")
    async with opened(source_url) as database:
        await migrate(database)
        for _ in range(3):
            await put_rows(database)
        # A parent that comes after what is below it.
        async with database.writer.begin() as connection:
            tasks = metadata.tables["tasks"]
            ids = sorted((await connection.execute(sa.select(tasks.c.id))).scalars())
            await connection.execute(sa.update(tasks).where(tasks.c.id == ids[0]).values(parent_id=ids[-1]))
        await back_up(database, before)
    said = await restore(target_url, tmp_path, str(before))
    assert "3 users, 3 tasks, 3 events" in said
    async with opened(target_url) as database:
        assert await is_served_by_this_release(database)
        await back_up(database, after)
        rows = await read_rows(database)
        assert {name for name in LEFT_OUT if rows[name]} == set()
        async with opened(url(target, "fresh")) as fresh:
            await migrate(fresh)
            assert await read_catalog(database) == await read_catalog(fresh)
    assert lines(before) == lines(after)
    assert {name: len(found) for name, found in lines(after).items()} == {
        name: 3 for name in metadata.tables if name not in LEFT_OUT
    }
    # And in the place of what is there.
    await restore(target_url, tmp_path, str(before), "--replace")
    async with opened(target_url) as database:
        await back_up(database, again)
    assert lines(again) == lines(before)


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """Of a database with a row in each table."""
    path = tmp_path / "whole.zip"
    async with opened(f"sqlite:///{tmp_path / 'whole.db'}") as database:
        await migrate(database)
        await put_rows(database)
        await back_up(database, path)
    return path


def changed(path: Path, to: Path, **manifest: object) -> Path:
    with ZipFile(path) as old, ZipFile(to, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, orjson.dumps(orjson.loads(data) | manifest) if name == MANIFEST else data)
    return to


def tampered(path: Path, to: Path, member: str) -> Path:
    """Its own sums are right again, as those of a zip that was put together by hand."""
    with ZipFile(path) as old, ZipFile(to, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"text 1", b"text 2") if name == member else data)
    return to


async def test_a_file_that_is_not_whole_or_not_of_this_release_changes_nothing(backup: Path, tmp_path: Path):
    data = await asyncio.to_thread(backup.read_bytes)
    bad: dict[str, tuple[Path, str]] = {}

    def add(name: str, content: bytes, said: str) -> None:
        path = tmp_path / f"{name}.zip"
        path.write_bytes(content)
        bad[name] = path, said

    for percent in (0, 10, 50, 90, 99):
        add(f"cut {percent}", data[: len(data) * percent // 100], "cut off or damaged")
    middle = data.index(b"tables/users.jsonl") + 40
    add("flipped", data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :], "can't be used")
    add("text", b"no zip at all", "cut off or damaged")
    with ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "somebody else's")
    bad["other"] = tmp_path / "other.zip", "it is no backup of TaskFlow"
    bad["tampered"] = (
        tampered(backup, tmp_path / "tampered.zip", "tables/users.jsonl"),
        "tables/users.jsonl in it is not what was written",
    )
    newer = {"release": "9.0.0"}
    bad["newer form"] = changed(backup, tmp_path / "n1.zip", format=2, **newer), "newer release (9.0.0)"
    bad["newer"] = changed(backup, tmp_path / "n2.zip", revision="9999", **newer), "newer release (9.0.0)"

    url = f"sqlite:///{tmp_path / 'target.db'}"
    async with opened(url) as database:
        await migrate(database)
        await put_rows(database)
        there = await read_rows(database)
        for name, (path, said) in bad.items():
            status, _, complained = await program(url, tmp_path, "restore", str(path), "--replace")
            assert status == BAD_FILE, (name, complained)
            assert said in complained, (name, complained)
            assert complained.count("\n") == 1, complained
            assert await read_rows(database) == there, name
            if name != "newer":  # which only the migrations know
                assert (await program(url, tmp_path, "restore", "--check", str(path)))[0] == BAD_FILE, name
    assert (await program(url, tmp_path, "restore", str(tmp_path / "none")))[0] == 66
    status, said, _ = await program(url, tmp_path, "restore", "--check", str(backup))
    assert (status, "1 users, 1 tasks, 1 events." in said) == (0, True)


@pytest.mark.parametrize("replace", [(), ("--replace",)], ids=["into it", "in its place"])
async def test_a_database_of_a_newer_release_is_left_alone(
    backup: Path, make_url: Callable[[], str], tmp_path: Path, replace: tuple[str, ...]
):
    url = make_url()
    async with opened(url) as database:
        await migrate(database)
        await put_rows(database)
        async with database.transaction() as session:
            await session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        there = await read_rows(database)
    status, _, complained = await program(url, tmp_path, "restore", str(backup), *replace)
    assert status not in (0, None)
    assert "this database is of a newer release" in complained
    async with opened(url) as database:
        assert await read_rows(database) == there


async def test_a_row_that_does_not_fit_leaves_all_as_it_was(
    backup: Path, make_url: Callable[[], str], tmp_path: Path
):
    """In the middle of it, when what was there has gone in the same transaction."""
    loose = tmp_path / "loose.zip"
    with Reader(backup) as whole, loose.open("wb") as file, Writer(file) as writer:
        for part in whole.manifest.parts:
            rows = [list(row.values()) for row in whole.rows(part)]
            writer.add(part.name, part.columns, [] if part.name == "projects" else rows)
        writer.finish("0.1.0", whole.manifest.revision, datetime.now(UTC))
    url = make_url()
    async with opened(url) as database:
        await migrate(database)
        await put_rows(database)
        there = await read_catalog(database), await read_rows(database)
        if not database.is_sqlite:
            async with database.transaction() as session:
                await session.execute(sa.update(Lease).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))
            there = await read_catalog(database), await read_rows(database)
    status, _, complained = await program(url, tmp_path, "restore", str(loose), "--replace")
    assert status not in (0, None)
    assert complained
    async with opened(url) as database:
        assert (await read_catalog(database), await read_rows(database)) == there


async def test_one_of_an_earlier_release_is_brought_forward(
    backup: Path, make_url: Callable[[], str], tmp_path: Path
):
    earlier = tmp_path / "earlier.zip"
    async with opened(f"sqlite:///{tmp_path / 'earlier.db'}") as database:
        await migrate(database, "0001")
        async with database.reader.connect() as connection:
            form = await connection.run_sync(
                lambda sync: {
                    table: {column["name"] for column in sa.inspect(sync).get_columns(table)}
                    for table in sa.inspect(sync).get_table_names()
                }
            )
    with Reader(backup) as whole, earlier.open("wb") as file, Writer(file) as writer:
        for part in whole.manifest.parts:
            if part.name in form:
                columns = {name: kind for name, kind in part.columns.items() if name in form[part.name]}
                rows = [[row[name] for name in columns] for row in whole.rows(part)]
                writer.add(part.name, columns, rows)
        writer.finish("0.0.1", "0001", datetime.now(UTC))
    url = make_url()
    said = await restore(url, tmp_path, str(earlier))
    assert "release 0.0.1: 1 users, 1 tasks, 1 events." in said
    async with opened(url) as database:
        assert await is_served_by_this_release(database)
        rows = await read_rows(database)
        # What was added since has what its migration gives it.
        assert rows["tasks"][0]["recurring"] is False or rows["tasks"][0]["recurring"] == 0
        assert len(rows["consumer_positions"]) == 1
        assert rows["channels"] == []


async def test_beside_a_server_nothing_is_restored(backup: Path, make_url: Callable[[], str], tmp_path: Path):
    url = make_url()
    server = Server(tmp_path / "data", DATABASE_URL=url)
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            async with asyncio.timeout(20):  # until it has taken its lease
                while True:
                    answer = await program(url, tmp_path, "restore", str(backup), "--replace")
                    if answer[0] != 0:
                        break
            status, _, complained = answer
            if url.startswith("sqlite"):
                assert (status, "another process already serves this SQLite file" in complained) == (
                    WRONG_SETTING,
                    True,
                )
            else:
                assert (status, "a server runs on this database" in complained) == (REFUSED, True)
            assert (await api.run("{ viewer { email } }"))["viewer"]["email"] == api.email
    finally:
        await server.kill()


async def test_what_was_on_its_way_is_not_sent_twice_and_what_came_due_since_is_said(
    make_url: Callable[[], str], tmp_path: Path
):
    url, file = make_url(), tmp_path / "backup.zip"
    server = Server(tmp_path / "data", DATABASE_URL=url, LEASE_SECONDS="1")
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            # After the backup, which takes seconds on a busy machine.
            soon = (datetime.now(UTC) + timedelta(seconds=12)).isoformat()
            await make(api, "rings", reminders=[{"remindAt": soon}])
            async with opened(url) as database:
                now = datetime.now(UTC)
                row = {"id": uuid4(), "user_id": UUID(api.user_id), "status": "PENDING", "attempts": 1}
                later = {"next_at": now + timedelta(hours=1), "created_at": now, "letter": {"kind": "reset"}}
                async with database.transaction() as session:
                    await session.execute(sa.insert(Delivery).values(**row, **later))
            assert (await program(url, tmp_path, "backup", str(file)))[0] == 0
            rung = "{ events(types: [REMINDER_TRIGGERED]) { nodes { data } } }"
            async with asyncio.timeout(30):
                while not (await api.run(rung))["events"]["nodes"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await server.kill()
            said = await restore(url, tmp_path, str(file), "--replace")
            assert "1 messages were on their way: they are not sent" in said
            assert "1 reminders came due since: they ring late" in said
            async with opened(url) as database, database.read() as session:
                [delivery] = (await session.execute(sa.select(Delivery))).scalars()
                assert (delivery.status, delivery.failure, delivery.letter) == ("FAILED", NOT_SENT, None)
            await server.start()
            device = await api.another_device()
            async with asyncio.timeout(30):
                while not (await device.run(rung))["events"]["nodes"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await device.http.aclose()
    finally:
        await server.kill()


async def test_the_file_is_for_its_owner_and_is_there_when_it_is_whole(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'taskflow.db'}"
    async with opened(url) as database:
        await migrate(database)
    file = tmp_path / "backup.zip"
    file.write_text("an older one")
    file.chmod(0o644)
    assert (await program(url, tmp_path, "backup", str(file)))[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    generous = os.umask(0)
    try:
        async with opened(url) as database:
            await back_up(database, file)
    finally:
        os.umask(generous)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with Reader(file) as backup:
        assert backup.manifest.rows["users"] == 0
    status, said, complained = await program(url, tmp_path, "backup", str(tmp_path / "none" / "backup.zip"))
    assert (status, said) == (73, "")
    assert complained.endswith("(No such file or directory).\n")
    file.write_text("kept")
    async with opened(url) as database:
        with contextlib.suppress(TypeError):
            broken = metadata.tables["users"].c.name
            before, broken.type = broken.type, sa.Interval()
            try:
                await back_up(database, file)
            finally:
                broken.type = before
    assert file.read_text() == "kept"
    assert await asyncio.to_thread(lambda: list(tmp_path.glob(".backup*"))) == []


def test_every_column_that_there_is_can_be_written():
    for table in metadata.tables.values():
        assert list(kinds_of(table)) == table.columns.keys()
