"""How large an answer may be: what is more is refused before it takes the memory, and what people have fits."""

from typing import Any

import pytest

from schema.context import ANSWER_BYTES, EVENT_BYTES
from tests.support.client import Api, open_socket
from tests.support.server import Server

CREATE = "mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } errors { code } } }"
TOO_LARGE = (
    "QUERY_TOO_COMPLEX",
    f"The query is too complex: an answer of more than {ANSWER_BYTES:,} bytes.",
)
#: As long as a description can be. In JSON it is six times as long, which shows only once it is written.
ESCAPED = "\x01" * 20_000
#: Four bytes each.
WIDE = "\U0001f642" * 20_000


async def someone(server: Server, description: str, count: int) -> Api:
    """Who has so many tasks."""
    api = Api(server.url)
    await api.sign_up()
    for _ in range(count):
        made = await api.run(CREATE, input={"title": "x", "description": description})
        assert made["createTask"]["errors"] == []
    return api


def pages(count: int, selection: str) -> str:
    return (
        "{ " + " ".join(f"a{each}: tasks(first: 100) {{ nodes {selection} }}" for each in range(count)) + " }"
    )


def refusal(answer: dict[str, Any]) -> tuple[str, str]:
    assert answer["data"] is None
    [error] = answer["errors"]
    return error["extensions"]["code"], error["message"]


async def test_what_is_too_large_is_refused_and_says_the_limit(shared_server: Server):
    async with await someone(shared_server, "x" * 20_000, 50) as api:
        assert len((await api.run(pages(5, "{ description }")))["a4"]["nodes"]) == 50
        query = pages(20, "{ description }")
        assert refusal(await api.post(query)) == TOO_LARGE
        async with open_socket(shared_server.url, api.token) as socket:
            await socket.subscribe(query)
            assert refusal(await socket.next()) == TOO_LARGE
            assert (await socket.receive())["type"] == "complete"


async def test_texts_count_though_they_are_not_shown(shared_server: Server):
    async with await someone(shared_server, "x" * 20_000, 70) as api:
        assert refusal(await api.post(pages(20, "{ id }"))) == TOO_LARGE
        children = pages(1, "{ " + " ".join(f"p{each}: parent {{ id }}" for each in range(20)) + " }")
        assert len((await api.run(children))["a0"]["nodes"]) == 70  # each is read once


async def test_names_count_as_well(shared_server: Server):
    async with await someone(shared_server, "", 100) as api:
        name = "n" * 127_000
        assert len((await api.run(pages(1, f"{{ {name}: id }}")))["a0"]["nodes"]) == 100
        assert refusal(await api.post(pages(1, f"{{ {name}: id {name}2: id }}"))) == TOO_LARGE


@pytest.mark.parametrize("description", [WIDE, ESCAPED], ids=["wide", "escaped"])
async def test_the_largest_that_the_web_app_asks_for_fits(shared_server: Server, description: str):
    """Tasks as long as there may be: a page of them, a change of many, the past, and all of the account."""
    async with await someone(shared_server, description, 110) as api:
        fields = "id title description project { id } labels { id } reminders { id }"
        page = await api.run(f"{{ cursor tasks(first: 100) {{ nodes {{ {fields} }} }} }}")
        ids = [node["id"] for node in page["tasks"]["nodes"]]
        assert len(ids) == 100
        change = "changeTasks(input: {ids: $ids, completed: true})"
        changed = await api.run(
            f"mutation ($ids: [ID!]!) {{ {change} {{ tasks {{ {fields} }} errors {{ code }} }} }}", ids=ids
        )
        assert len(changed["changeTasks"]["tasks"]) == 100
        events = await api.run(f"{{ events(first: 100) {{ nodes {{ task {{ {fields} }} }} }} }}")
        assert len(events["events"]["nodes"]) == 100
        # Written many times, it is too large after all.
        many = " ".join(f"d{number}: description" for number in range(4))
        assert refusal(await api.post(pages(1, f"{{ {many} }}"))) == TOO_LARGE
        exported = await export(api, "exportData", "nodes")
        assert [len(nodes) for nodes in exported] == [101, 10]
        tasks = {node["id"] for nodes in exported for node in nodes if node["kind"] == "task"}
        assert len(tasks) == 110
        calendar = "".join(await export(api, "exportCalendar", "ics"))
        assert calendar.count("BEGIN:VTODO") == 110
        assert calendar.count("BEGIN:VCALENDAR") == calendar.count("END:VCALENDAR") == 1


async def export(api: Api, field: str, part: str) -> list[Any]:
    """The parts of all pages."""
    query = f"query ($after: String) {{ {field}(after: $after) {{ {part} pageInfo {{ hasNextPage endCursor }} }} }}"
    parts, after = [], None
    while True:
        page = (await api.run(query, after=after))[field]
        parts.append(page[part])
        if not page["pageInfo"]["hasNextPage"]:
            return parts
        after = page["pageInfo"]["endCursor"]


async def test_an_event_on_a_socket_is_held_to_less(shared_server: Server):
    async with (
        await someone(shared_server, "", 0) as api,
        open_socket(shared_server.url, api.token) as socket,
    ):
        many = " ".join(f"d{number}: data" for number in range(12))
        await socket.subscribe(f"subscription {{ events {{ id {many} }} }}")
        await socket.subscribe("subscription { events { id } }", id_="2")
        # Both have begun: a socket's messages are taken in turn.
        await socket.subscribe("{ viewer { id } }", id_="3")
        assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
        made = await api.run(CREATE, input={"title": "x", "description": ESCAPED})
        assert made["createTask"]["errors"] == []
        said = {message["id"]: message["payload"] for message in [await socket.receive() for _ in range(2)]}
        assert refusal(said["1"])[1] == (
            f"The query is too complex: an answer of more than {EVENT_BYTES:,} bytes."
        )
        assert said["2"]["data"]["events"]["id"]
