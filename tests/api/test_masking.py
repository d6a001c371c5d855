"""What goes wrong inside stays inside: a client learns that it did, and the id under which the log tells why."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import LOG_IN, PASSWORD, SIGN_UP, Api, open_socket
from tests.support.server import Server

#: What would give away how the server is made.
INSIDES = re.compile(
    r"traceback|sqlalchemy|sqlite|select|insert|no such table|/[a-z]+/|\.py|Error", re.IGNORECASE
)


REPLAY = """
subscription ($after: Cursor) { events(after: $after) { type task { project { id } } } }
"""


async def test_a_fault_inside_is_told_by_its_correlation_id_alone(tmp_path: Path):
    server = Server(tmp_path)
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up()
            start = (await api.run("{ cursor }"))["cursor"]
            project = await api.mutate("createProject", "project { id }", name="Home")
            await api.mutate("createTask", "task { id }", title="x", projectId=project["project"]["id"])
            with sqlite3.connect(tmp_path / "taskflow.db") as database:
                database.execute("ALTER TABLE projects RENAME TO projects_gone")
            query = "{ projects { nodes { id } } }"
            answer = await api.http.post(
                "/graphql",
                json={"query": query},
                headers={"Authorization": f"Bearer {api.token}", "X-Correlation-ID": "over-http"},
            )
            assert answer.json()["data"] is None
            failures = answer.json()["errors"]
            assert failures[0]["extensions"] == {"code": "INTERNAL", "correlationId": "over-http"}
            assert api.token is not None
            async with open_socket(server.url, api.token) as socket:
                await socket.subscribe(query, "1")
                failures += (await socket.next())["errors"]
                assert await socket.receive() == {"id": "1", "type": "complete"}
                await socket.subscribe(REPLAY, "2", after=start)
                assert (await socket.next()).get("errors") is None  # the project, as the log has it
                failures += (await socket.next())["errors"]  # the task, whose project can't be read
            assert len(failures) == 3
            for failure in failures:
                assert failure["extensions"]["code"] == "INTERNAL"
                assert failure["extensions"]["correlationId"] in server.log
                assert not INSIDES.search(failure["message"]), failure
            assert "projects" in server.log  # whoever runs the server does learn what happened
    finally:
        await server.stop()


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE tasks; --", "%_\\", "\u202e\u200b\ufeff", "😀" * 100, "<script>"]
)
async def test_a_strange_text_is_kept_letter_by_letter_and_found_again(ana: Api, text: str):
    payload = await ana.mutate(
        "createTask", "task { title description } errors { code }", title=f"x{text}x", description=text
    )
    assert payload == {"task": {"title": f"x{text}x", "description": text}, "errors": []}
    found = await ana.run("query ($s: String!) { tasks(filter: {search: $s}) { totalCount } }", s=f"x{text}x")
    assert found["tasks"]["totalCount"] == 1


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"], ids=["NUL", "half a character"])
@pytest.mark.parametrize(
    ("mutation", "field"),
    [
        ("createTask", "title"),
        ("createTask", "description"),
        ("createProject", "name"),
        ("createLabel", "name"),
        ("createLabel", "color"),
        ("updateViewer", "name"),
        ("updateViewer", "timeZone"),
        ("logIn", "email"),
        ("logIn", "password"),
        ("signUp", "email"),
        ("signUp", "name"),
        ("refreshSession", "refreshToken"),
    ],
)
async def test_what_no_database_keeps_is_refused_at_its_field(ana: Api, mutation: str, field: str, text: str):
    needed = {
        "createTask": {"title": "x"},
        "createProject": {"name": "x"},
        "createLabel": {"name": "x"},
        "logIn": {"email": "a@example.com", "password": "correct horse"},
        "signUp": {"email": "a@example.com", "password": "correct horse"},
    }
    variables = {"input": needed.get(mutation, {}) | {field: text}}
    type_ = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {type_}!) {{ {mutation}(input: $input) {{ errors {{ code field }} }} }}"
    answer = await ana.http.post(
        "/graphql",
        content=json.dumps({"query": query, "variables": variables}),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {ana.token}"},
    )
    body = answer.json()
    if answer.status_code == 400:  # half a character is no JSON text at all
        assert body["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
        return
    [error] = body["data"][mutation]["errors"]
    assert error["code"] in {"INVALID_INPUT", "BAD_CREDENTIALS", "SESSION_ENDED"}
    if error["code"] == "INVALID_INPUT":
        assert error["field"] == [field]


@pytest.mark.parametrize(
    ("filter_", "field"),
    [
        ({"search": "a\x00b"}, "search"),
        ({"search": "a " * 251}, "search"),
        ({"labelIds": ["x"] * 51}, "labelIds"),
        ({"dueAfter": "0001-01-01T00:00:00Z"}, "dueAfter"),
        ({"dueAfter": "1969-12-31T23:59:59Z"}, "dueAfter"),
        ({"dueBefore": "2201-01-01T00:00:00Z"}, "dueBefore"),
        ({"dueBefore": "9999-12-31T23:59:59Z"}, "dueBefore"),
    ],
    ids=["NUL", "long", "many", "year 1", "before 1970", "after 2200", "year 9999"],
)
async def test_a_filter_beyond_the_limits_is_refused_at_its_field(
    ana: Api, filter_: dict[str, Any], field: str
):
    answer = await ana.post("query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }", {"f": filter_})
    assert answer["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": ["filter", field]}


@pytest.mark.parametrize(
    "filter_",
    [
        {"projectId": "a\x00"},
        {"parentId": "x" * 10_000},
        {"labelIds": ["x"] * 50},
        {"search": "a " * 250},
        {"priority": ["LOW"] * 20_000},
        {"priority": []},
    ],
    ids=lambda filter_: next(iter(filter_)),
)
async def test_a_strange_filter_matches_nothing(ana: Api, filter_: dict[str, Any]):
    await ana.mutate("createTask", "task { id }", title="x")
    found = await ana.run("query ($f: TaskFilter) { tasks(filter: $f) { totalCount } }", f=filter_)
    assert found["tasks"]["totalCount"] == 0


@pytest.mark.parametrize("log_format", ["json", "text"])
async def test_a_fault_while_somebody_logs_in_puts_no_password_into_the_log(tmp_path: Path, log_format: str):
    server = Server(tmp_path, LOG_FORMAT=log_format)
    await server.start()
    try:
        async with Api(server.url) as api:
            await api.sign_up(email="ana@example.com")
            with sqlite3.connect(tmp_path / "taskflow.db") as database:
                database.execute("ALTER TABLE users RENAME TO users_gone")
            answer = await api.post(LOG_IN, {"input": {"email": "ana@example.com", "password": PASSWORD}})
            assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
            answer = await api.post(SIGN_UP, {"input": {"email": "ben@example.com", "password": PASSWORD}})
            assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert "no such table" in server.log
            for secret in (PASSWORD, "$argon2", "ana@example.com", api.token):
                assert secret not in server.log
    finally:
        await server.stop()
