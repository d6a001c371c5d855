"""What can't work is said in one sentence when a program starts, and what is kept is kept from other people."""

import asyncio
import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphql_api import serve as serving
from graphql_api.embedded import SECRET_FILE, kept_secret
from graphql_api.settings import Settings
from resolvers.errors import Unavailable
from tests.services.postgres import PostgreSQL
from tests.support.client import DEADLINE_SECONDS, Api
from tests.support.server import KEPT_ENVIRONMENT, ROOT, Server

WRONG_SETTING, UNAVAILABLE = 78, 69
PROGRAMS = [("config", "check"), ("migrate",), ("serve",), ("serve", "--migrate")]


async def start(data_dir: Path, *arguments: str, **environment: str) -> tuple[int | None, str]:
    """Exit status and stderr of a program that ends by itself."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "graphql_api", *arguments),
        cwd=ROOT,
        env=kept | {"PORT": "0", "DATA_DIR": str(data_dir), "LOG_FORMAT": "json"} | environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://h:abc/d", "can't be read"),
        ("postgresql://h/d?sslmode=bogus", "sslmode is one of"),
        ("postgresql://h/d?nothing=1", "nothing is no option"),
        ("postgresql://h/d?connect_timeout=x", "connect_timeout is"),
        ("sqlite://", "SQLite keeps its database in a file"),
        ("sqlite:///:memory:", "SQLite keeps its database in a file"),
    ],
)
async def test_an_address_that_is_none_is_said_in_a_sentence(tmp_path: Path, url: str, said: str):
    status, complained = await start(tmp_path, "config", "check", DATABASE_URL=url)
    assert status == WRONG_SETTING
    assert complained.startswith(f"taskflow: DATABASE_URL: {said}"), complained
    assert complained.count("\n") == 1


@pytest.mark.parametrize("program", [*PROGRAMS[:2], PROGRAMS[-1]], ids=" ".join)
async def test_a_place_that_can_not_be_used_is_said_by_every_program(
    tmp_path: Path, program: tuple[str, ...]
):
    garbage, file = tmp_path / "garbage.db", tmp_path / "file"
    garbage.write_bytes(b"no database, but longer than the header of one " * 100)
    file.write_text("")
    cases = [
        ({"DATABASE_URL": f"sqlite:///{garbage}"}, f"DATABASE_URL: {garbage} is not an SQLite database"),
        ({"DATABASE_URL": f"sqlite:///{file / 'x.db'}"}, f"DATABASE_URL: can't keep files in {file}"),
        ({"DATA_DIR": "/proc/x"}, "DATA_DIR: can't keep files in /proc/x"),
        ({"DATA_DIR": "/etc/passwd"}, "DATA_DIR: can't keep files in /etc/passwd"),
    ]
    if program != ("migrate",):
        cases.append(({"HOST": "no.such.host.invalid"}, "HOST: 'no.such.host.invalid' is not"))
    for environment, said in cases:
        status, complained = await start(tmp_path / "data", *program, **environment)
        assert status == WRONG_SETTING, (environment, complained)
        assert complained.startswith(f"taskflow: {said}"), complained
        assert complained.count("\n") == 1, complained


@pytest.mark.parametrize("program", PROGRAMS[:2], ids=" ".join)
async def test_a_database_that_is_away_is_said_by_every_program_that_needs_it_at_once(
    tmp_path: Path, program: tuple[str, ...]
):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        place = f"app@127.0.0.1:{nobody.getsockname()[1]}"
        for url in (
            f"postgresql://{place}/d?connect_timeout=10&sslmode=prefer",
            "postgres://app@no.invalid/d",
        ):
            assert await start(tmp_path, *program, DATABASE_URL=url) == (
                UNAVAILABLE,
                "taskflow: the database that DATABASE_URL names does not answer.\n",
            )


@pytest.mark.services
async def test_a_server_that_is_to_migrate_first_waits_for_its_database(tmp_path: Path):
    """Also where it is woken together with it, as on hosts where both sleep."""
    database = PostgreSQL()
    server = Server(tmp_path, DATABASE_URL=database.url)
    try:
        starting = asyncio.create_task(server.start())
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not (server.log_path.exists() and "waiting_to_migrate" in server.log):  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.1)
        assert not starting.done()
        await asyncio.to_thread(database.start)
        await starting
        async with Api(server.url) as api:
            assert (await api.http.get("/readyz")).status_code == 200
    finally:
        await server.kill()
        await asyncio.to_thread(database.remove)


async def test_it_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serving, "MIGRATION_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(serving, "MIGRATION_RETRY_SECONDS", 0.05)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"postgresql://app@127.0.0.1:{nobody.getsockname()[1]}/d"
        settings = Settings(_env_file=None, database_url=url, data_dir=tmp_path, port=0)
        with pytest.raises(Unavailable):
            await asyncio.to_thread(serving.serve, settings, migrate_first=True)


async def test_a_server_starts_without_its_database_and_says_that_it_is_not_ready(tmp_path: Path):
    """Whoever starts them together need not wait for one before the other."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"postgresql://app@127.0.0.1:{nobody.getsockname()[1]}/d"
        server = Server(tmp_path, migrate=False, DATABASE_URL=url)
        await server.start()
        try:
            async with Api(server.url) as api:
                assert (await api.http.get("/livez")).status_code == 200
                ready = await api.http.get("/readyz")
                assert (ready.status_code, ready.json()["database"]) == (503, "does not answer")
        finally:
            await server.stop()


async def test_a_server_whose_broker_is_away_serves_and_says_what_to_look_at(tmp_path: Path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        broker = f"127.0.0.1:{nobody.getsockname()[1]}"
        server = Server(tmp_path, KAFKA_BOOTSTRAP_SERVERS=broker)
        await server.start()
        try:
            async with Api(server.url) as api, asyncio.timeout(DEADLINE_SECONDS):
                while not (state := (await api.http.get("/readyz")).json())["degraded"]:  # noqa: ASYNC110 - a server
                    await asyncio.sleep(0.1)
                assert state["status"] == "ok"
                assert state["trouble"] == {"kafka": f"KAFKA_BOOTSTRAP_SERVERS: nobody listens at {broker}"}
                await api.sign_up()
        finally:
            await server.stop()


@pytest.mark.services
@pytest.mark.parametrize("program", PROGRAMS, ids=" ".join)
async def test_a_database_that_there_is_not_is_said_by_every_program(
    tmp_path: Path, postgresql_url: str, program: tuple[str, ...]
):
    url = f"{postgresql_url.rpartition('/')[0]}/no_such_database"
    status, complained = await start(tmp_path, *program, DATABASE_URL=url)
    assert (status, complained) == (
        WRONG_SETTING,
        "taskflow: DATABASE_URL: the server has no such database\n",
    )


async def test_config_check_makes_no_database_and_is_content_beside_a_server(tmp_path: Path):
    assert await start(tmp_path, "config", "check") == (0, "")
    assert not (tmp_path / "taskflow.db").exists()
    server = Server(tmp_path)
    await server.start()
    try:
        assert await start(tmp_path, "config", "check", PORT=str(server.port)) == (0, "")
    finally:
        await server.stop()


@pytest.mark.parametrize("there", [True, False])
async def test_config_check_says_what_does_not_answer_and_no_secret(tmp_path: Path, there: bool):
    with socket.socket() as neighbour:
        neighbour.bind(("127.0.0.1", 0))
        if there:
            neighbour.listen()
        place = f"127.0.0.1:{neighbour.getsockname()[1]}"
        status, complained = await start(
            tmp_path,
            *("config", "check"),
            KAFKA_BOOTSTRAP_SERVERS=f"no.invalid:9092,{place}" if there else place,
            REDIS_URL=f"redis://:hush-redis@{place}/0",
            SMTP_URL=f"smtp://app:hush-smtp@{place}",
            MAIL_FROM="t@example.com",
            JWT_SECRET="hush" * 10,
        )
    if there:
        assert (status, complained) == (0, "")
    else:
        assert status == UNAVAILABLE
        assert complained.splitlines() == [
            f"taskflow: {variable}: nobody answers at {place}."
            for variable in ("KAFKA_BOOTSTRAP_SERVERS", "REDIS_URL", "SMTP_URL")
        ]
    assert "hush" not in complained


@pytest.mark.parametrize(
    "wrong",
    [
        {"KAFKA_SASL_PASSWORD": "hush"},
        {"REDIS_URL": "http://:hush@h"},
        {"REDIS_URL": "redis://:hush@h:x/0"},
        {"SMTP_URL": "http://app:hush@h"},
        {"DATABASE_URL": "postgresql://app:hush@h:x/d"},
        {"DATABASE_URL": "postgresql://app:hush@127.0.0.1:9/d"},
        {"JWT_SECRET": "hush"},
        {"TICK_TOKEN": "hush"},
        {"VAPID_PRIVATE_KEY": "hush"},
        {"USE_DAPR": "true", "APP_API_TOKEN": "hush"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_config_check_names_what_is_wrong_and_shows_no_secret(tmp_path: Path, wrong: dict[str, str]):
    status, complained = await start(tmp_path, "config", "check", **wrong)
    assert status in (WRONG_SETTING, UNAVAILABLE)
    assert complained.startswith("taskflow: ")
    assert complained.count("\n") == 1
    assert any(name in complained for name in (*wrong, "KAFKA_SECURITY_PROTOCOL"))
    assert "hush" not in complained


@pytest.fixture
def open_umask() -> Iterator[None]:
    """As generous as an account can be set up."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.mark.usefixtures("open_umask")
async def test_what_a_server_keeps_is_for_its_owner_alone(tmp_path: Path):
    data = tmp_path / "deep" / "data"
    assert await start(data, "migrate") == (0, "")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    # A folder that is there already keeps the mode that somebody gave it; the files in it are closed.
    data.chmod(0o755)
    (data / "taskflow.db").chmod(0o644)
    server = Server(data)
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
        assert stat.S_IMODE(data.stat().st_mode) == 0o755
        kept = modes(data)
        del kept["server.log"]  # the test's own
        assert kept.keys() >= {
            "taskflow.db",
            "taskflow.db-wal",
            "taskflow.db-shm",
            "taskflow.db.lock",
            SECRET_FILE,
        }
        assert set(kept.values()) == {0o600}
    finally:
        await server.stop()


async def test_of_starts_at_once_all_have_the_same_secret_and_none_finds_half_of_it(tmp_path: Path):
    program = (
        "import sys, pathlib; from graphql_api.embedded import kept_secret; "
        "sys.stdin.read(); print(kept_secret(pathlib.Path(sys.argv[1])))"
    )
    ask = (sys.executable, "-c", program, str(tmp_path))
    starts = [
        await asyncio.create_subprocess_exec(
            *ask, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(4)
    ]
    answers = await asyncio.gather(*(start.communicate() for start in starts))
    assert {answer for answer, _ in answers} == {f"{kept_secret(tmp_path)}\n".encode()}
    assert modes(tmp_path) == {SECRET_FILE: 0o600}


def test_the_secret_appears_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever looks before it is on the disk finds no file, and never an empty one."""
    seen = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (seen.append((tmp_path / SECRET_FILE).exists()), sync(fd)))
    secret = kept_secret(tmp_path)
    assert seen == [False]
    assert (tmp_path / SECRET_FILE).read_text() == secret
    assert kept_secret(tmp_path) == secret
