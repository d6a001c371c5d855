"""Projects and labels: what can be done to them, what is refused, and what tasks lose with them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.support.client import Api

FIELDS = {
    "project": "id name color archived taskCount position version createdAt",
    "label": "id name color version createdAt",
}
PROJECTS = f"""
query ($first: Int! = 100, $after: String) {{
  projects(first: $first, after: $after) {{
    nodes {{ {FIELDS["project"]} }} edges {{ cursor node {{ id }} }} totalCount
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  }}
}}
"""
TASKS = "{ tasks { nodes { id version updatedAt project { id } labels { id } } } }"
EVENTS = """
query ($after: Cursor) { events(after: $after) { nodes {
  type aggregateId changed data task { id } project { id name version } label { id name version } } } }
"""
BOTH = pytest.mark.parametrize("kind", ["project", "label"])

type Thing = dict[str, Any]


async def mutate(api: Api, act: str, kind: str, /, **input_: Any) -> Thing:
    """The whole payload of createProject, updateLabel and the like."""
    fields = f"{kind} {{ {FIELDS[kind]} }} cursor errors {{ code field message }}"
    return await api.mutate(f"{act}{kind.title()}", fields, **input_)


async def done(api: Api, act: str, kind: str, /, **input_: Any) -> Thing:
    payload = await mutate(api, act, kind, **input_)
    assert payload["errors"] == []
    assert payload["cursor"] is not None
    return dict(payload[kind])


async def refusal(api: Api, act: str, kind: str, /, **input_: Any) -> tuple[str, list[str]]:
    """Code and field of the one error; nothing may have changed."""
    before = await cursor(api)
    payload = await mutate(api, act, kind, **input_)
    [error] = payload["errors"]
    assert error["message"].endswith(".")
    assert payload["cursor"] is None
    assert await cursor(api) == before
    return error["code"], error["field"]


async def cursor(api: Api) -> str:
    return str((await api.run("{ cursor }"))["cursor"])


async def projects(api: Api) -> list[Thing]:
    return list((await api.run(PROJECTS))["projects"]["nodes"])


async def listed(api: Api, kind: str) -> list[Thing]:
    if kind == "project":
        return await projects(api)
    return list((await api.run(f"{{ labels {{ {FIELDS['label']} }} }}"))["labels"])


async def create_task(api: Api, **input_: Any) -> str:
    payload = await api.mutate("createTask", "task { id } errors { code field }", title="x", **input_)
    assert payload["errors"] == []
    return str(payload["task"]["id"])


async def run(api: Api, mutation: str, **input_: Any) -> None:
    assert (await api.mutate(mutation, "errors { code field }", **input_))["errors"] == []


@BOTH
async def test_it_is_created_changed_and_deleted_and_each_is_one_event(ana: Api, kind: str):
    start = await cursor(ana)
    made = await done(ana, "create", kind, name="  Home ", color="#ABCDEF")
    assert (made["name"], made["color"], made["version"]) == ("Home", "#abcdef", 1)
    assert await listed(ana, kind) == [made]

    changed = await done(ana, "update", kind, id=made["id"], name="House", color="#000000", expectedVersion=1)
    assert changed == made | {"name": "House", "color": "#000000", "version": 2}
    assert await listed(ana, kind) == [changed]

    deleted = await done(ana, "delete", kind, id=made["id"], expectedVersion=2)
    assert deleted == changed
    assert await listed(ana, kind) == []

    events = (await ana.run(EVENTS, after=start))["events"]["nodes"]
    upper = kind.upper()
    assert [event["type"] for event in events] == [f"{upper}_CREATED", f"{upper}_UPDATED", f"{upper}_DELETED"]
    assert {event["aggregateId"] for event in events} == {made["id"]}
    assert [event["changed"] for event in events] == [[], ["name", "color"], []]
    assert [event[kind] and event[kind]["name"] for event in events] == ["Home", "House", None]
    assert [event["data"]["version"] for event in events] == [1, 2, 3]
    assert all(event["task"] is None for event in events)


@BOTH
async def test_it_has_a_colour_also_where_none_was_chosen(ana: Api, kind: str):
    assert (await done(ana, "create", kind, name="x"))["color"] == "#64748b"


@BOTH
async def test_what_changes_nothing_is_no_event_and_no_new_version(ana: Api, kind: str):
    made = await done(ana, "create", kind, name="Home", color="#abcdef")
    before = await cursor(ana)
    payload = await mutate(ana, "update", kind, id=made["id"], name=" Home", color="#ABCDEF")
    assert payload == {kind: made, "cursor": None, "errors": []}
    assert (await mutate(ana, "update", kind, id=made["id"]))["cursor"] is None
    assert await cursor(ana) == before


@BOTH
async def test_names_and_colours_are_held_to_their_form(ana: Api, kind: str):
    made = await done(ana, "create", kind, name="x" * 100)
    emoji = "👩‍👩‍👧‍👦" * 14
    assert (await done(ana, "create", kind, name=f"  {emoji} "))["name"] == emoji
    for name in ("", "   ", "\t\u3000\n", "x" * 101, "a\x00b"):
        assert await refusal(ana, "create", kind, name=name) == ("INVALID_INPUT", ["name"])
        assert await refusal(ana, "update", kind, id=made["id"], name=name) == ("INVALID_INPUT", ["name"])
    for color in (
        "",
        "red",
        "#fff",
        "#12345g",
        "123456",
        "#1234567",
        "#123456\n",
        "#１２３４５６",
        "#12345é",
    ):
        assert await refusal(ana, "create", kind, name="x", color=color) == ("INVALID_INPUT", ["color"])
        assert await refusal(ana, "update", kind, id=made["id"], color=color) == ("INVALID_INPUT", ["color"])
    for field in ("name", "color"):
        input_ = {"id": made["id"], field: None}
        assert await refusal(ana, "update", kind, **input_) == ("INVALID_INPUT", [field])


@BOTH
async def test_two_may_have_the_same_name(ana: Api, kind: str):
    for _ in range(2):
        await done(ana, "create", kind, name="Home")
    assert [thing["name"] for thing in await listed(ana, kind)] == ["Home", "Home"]


@BOTH
async def test_an_unknown_id_another_users_and_one_that_is_gone_are_the_same(ana: Api, ben: Api, kind: str):
    bens = await done(ben, "create", kind, name="x")
    gone = await done(ana, "create", kind, name="x")
    await done(ana, "delete", kind, id=gone["id"])
    for id_ in (str(uuid4()), bens["id"], gone["id"], "nonsense", "", "\x00", "x" * 10_000):
        assert await refusal(ana, "update", kind, id=id_, name="y") == ("NOT_FOUND", ["id"])
        assert await refusal(ana, "delete", kind, id=id_) == ("NOT_FOUND", ["id"])
    assert await listed(ben, kind) == [bens]


@BOTH
async def test_where_it_has_moved_on_the_conflict_shows_it_as_it_is(ana: Api, kind: str):
    made = await done(ana, "create", kind, name="First")
    now = await done(ana, "update", kind, id=made["id"], name="Second", expectedVersion=1)
    before = await cursor(ana)
    for act, more in (("update", {"name": "Third"}), ("delete", {})):
        for version in (1, 3, 0, -1, 2**31 - 1):
            payload = await mutate(ana, act, kind, id=made["id"], expectedVersion=version, **more)
            assert payload[kind] == now
            [error] = payload["errors"]
            assert (error["code"], error["field"]) == ("CONFLICT", ["expectedVersion"])
    assert await cursor(ana) == before


@BOTH
async def test_of_writers_who_expect_the_same_version_one_is_heard(ana: Api, kind: str):
    made = await done(ana, "create", kind, name="x")
    payloads = await asyncio.gather(
        *(mutate(ana, "update", kind, id=made["id"], name=str(n), expectedVersion=1) for n in range(8))
    )
    [heard] = [payload[kind] for payload in payloads if not payload["errors"]]
    refused = [payload for payload in payloads if payload["errors"]]
    assert {payload["errors"][0]["code"] for payload in refused} == {"CONFLICT"}
    assert all(payload[kind] == heard for payload in refused)
    assert await listed(ana, kind) == [heard]


@BOTH
async def test_the_same_create_sent_twice_creates_once(ana: Api, ben: Api, kind: str):
    id_ = str(uuid4())
    create = {"id": id_, "name": "Home", "color": "#123456"}
    first = await mutate(ana, "create", kind, **create)
    assert first["errors"] == []
    assert first[kind]["id"] == id_
    again = await asyncio.gather(*(mutate(ana, "create", kind, **create) for _ in range(4)))
    assert all(payload == first for payload in again)
    assert await listed(ana, kind) == [first[kind]]

    # The thing as it now is, with the creation's cursor.
    changed = await done(ana, "update", kind, id=id_, name="House")
    late = await mutate(ana, "create", kind, **create)
    assert late == {kind: changed, "cursor": first["cursor"], "errors": []}

    other = await mutate(ana, "create", kind, **create | {"name": "Other"})
    assert [error["code"] for error in other["errors"]] == ["CONFLICT"]
    assert other[kind] == changed
    bens = await mutate(ben, "create", kind, **create)
    assert [(error["code"], error["field"]) for error in bens["errors"]] == [("CONFLICT", ["id"])]
    assert bens[kind] is None

    await done(ana, "delete", kind, id=id_)
    gone = await mutate(ana, "create", kind, **create)
    assert gone == {kind: None, "cursor": first["cursor"], "errors": []}
    assert await listed(ana, kind) == []


@BOTH
async def test_an_id_that_is_no_uuid_is_refused(ana: Api, kind: str):
    for id_ in ("", "7", "nonsense", "{" + str(uuid4()) + "}", uuid4().hex):
        assert await refusal(ana, "create", kind, id=id_, name="x") == ("INVALID_INPUT", ["id"])


@BOTH
async def test_five_hundred_are_enough(ana: Api, ben: Api, kind: str):
    """Twenty to a request, as many as one may hold."""
    create = f"create{kind.title()}"
    fields = (
        f"{create}(input: {{ name: $name }}) {{ {kind} {{ id }} errors {{ code field }} }}".replace(
            "$name", f'"{n}"'
        )
        for n in range(20)
    )
    twenty = "mutation { " + " ".join(f"a{n}: {field}" for n, field in enumerate(fields)) + " }"
    for _ in range(24):
        await ana.run(twenty)
    answers = await asyncio.gather(ana.run(twenty), ana.run(twenty))
    refused = [
        payload["errors"] for answer in answers for payload in answer.values() if payload["errors"] != []
    ]
    assert refused == [[{"code": "LIMIT_EXCEEDED", "field": []}]] * 20
    assert await refusal(ana, "create", kind, name="one more") == ("LIMIT_EXCEEDED", [])
    # What is wrong with it comes first.
    assert await refusal(ana, "create", kind, name="") == ("INVALID_INPUT", ["name"])
    # Everybody's own.
    await done(ben, "create", kind, name="x")
    if kind == "project":
        found: list[str] = []
        after = None
        while True:
            page = (await ana.run(PROJECTS, after=after))["projects"]
            assert page["totalCount"] == 500
            found += [project["id"] for project in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        some = found[0]
        assert len(found) == len(set(found)) == 500
    else:
        labels = await listed(ana, kind)
        some = labels[0]["id"]
        assert len(labels) == 500
    await done(ana, "delete", kind, id=some)
    await done(ana, "create", kind, name="fits again")


async def order(api: Api) -> str:
    found = await projects(api)
    ranks = [project["position"].encode() for project in found]
    assert ranks == sorted(set(ranks))
    return "".join(project["name"] for project in found)


async def test_a_project_is_put_right_after_another_or_first(ana: Api):
    ids = {name: (await done(ana, "create", "project", name=name))["id"] for name in "abcde"}
    assert await order(ana) == "abcde"
    for moved, anchor, expected in [
        ("e", "a", "aebcd"),
        ("a", "d", "ebcda"),
        ("c", None, "cebda"),
        ("d", "c", "cdeba"),
        ("b", "d", "cdbea"),
    ]:
        before = await cursor(ana)
        project = await done(ana, "update", "project", id=ids[moved], afterId=anchor and ids[anchor])
        assert await order(ana) == expected
        [event] = (await ana.run(EVENTS, after=before))["events"]["nodes"]
        assert event["changed"] == ["position"]
        assert event["data"]["position"] == project["position"]
    # There already.
    for name, anchor in (("c", None), ("d", "c"), ("a", "e")):
        after_id = anchor and ids[anchor]
        assert (await mutate(ana, "update", "project", id=ids[name], afterId=after_id))["cursor"] is None


async def test_a_project_stands_after_no_unknown_one_and_not_after_itself(ana: Api, ben: Api):
    project = await done(ana, "create", "project", name="x")
    bens = await done(ben, "create", "project", name="x")
    label = await done(ana, "create", "label", name="x")
    for anchor in (str(uuid4()), bens["id"], label["id"], "nonsense", ""):
        answer = await refusal(ana, "update", "project", id=project["id"], name="y", afterId=anchor)
        assert answer == ("NOT_FOUND", ["afterId"])
    answer = await refusal(ana, "update", "project", id=project["id"], afterId=project["id"])
    assert answer == ("INVALID_INPUT", ["afterId"])


async def test_projects_are_paged_through_while_they_come_and_go(ana: Api):
    ids = [(await done(ana, "create", "project", name=str(n)))["id"] for n in range(10)]
    found: list[str] = []
    after = None
    # The one that the next page goes on from, one of an earlier page, one that was still to come.
    for gone in (2, 0, 9):
        page = (await ana.run(PROJECTS, first=3, after=after))["projects"]
        found += [project["id"] for project in page["nodes"]]
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
        assert page["pageInfo"] == {
            "hasNextPage": True,
            "hasPreviousPage": after is not None,
            "startCursor": cursors[0],
            "endCursor": cursors[-1],
        }
        after = page["pageInfo"]["endCursor"]
        await done(ana, "delete", "project", id=ids[gone])
        first = await done(ana, "create", "project", name="first")
        await done(ana, "update", "project", id=first["id"], afterId=None)
    assert found == ids[:9]
    last = (await ana.run(PROJECTS, first=3, after=after))["projects"]
    assert last["nodes"] == []
    assert last["totalCount"] == 10
    assert last["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": None,
        "endCursor": None,
    }


async def test_a_project_is_archived_and_taken_out_again_and_stays_where_it_is(ana: Api):
    ids = {name: (await done(ana, "create", "project", name=name))["id"] for name in "ab"}
    task = await create_task(ana, projectId=ids["a"])
    archived = await done(ana, "update", "project", id=ids["a"], archived=True)
    assert archived["archived"]
    assert archived["taskCount"] == 1
    assert await order(ana) == "ab"
    payload = await mutate(ana, "update", "project", id=ids["a"], archived=True)
    assert (payload["cursor"], payload["project"]["version"]) == (None, 2)
    assert await refusal(ana, "update", "project", id=ids["a"], archived=None) == (
        "INVALID_INPUT",
        ["archived"],
    )
    assert not (await done(ana, "update", "project", id=ids["a"], archived=False))["archived"]
    assert (await ana.run(TASKS))["tasks"]["nodes"][0]["id"] == task


async def test_a_project_counts_its_open_tasks_deleted_ones_left_out(ana: Api):
    project, other, empty = [(await done(ana, "create", "project", name=n))["id"] for n in "abc"]

    async def counts() -> list[int]:
        return [found["taskCount"] for found in await projects(ana)]

    tasks = [await create_task(ana, projectId=project) for _ in range(4)]
    await create_task(ana, projectId=project, parentId=tasks[0])
    await create_task(ana, projectId=other)
    await create_task(ana)
    assert await counts() == [5, 1, 0]
    await run(ana, "completeTask", id=tasks[1])
    assert await counts() == [4, 1, 0]
    # Its subtask goes along.
    await run(ana, "deleteTask", id=tasks[0])
    assert await counts() == [2, 1, 0]
    await run(ana, "deleteTask", id=tasks[1])
    await run(ana, "updateTask", id=tasks[2], projectId=empty)
    assert await counts() == [1, 1, 1]
    await run(ana, "restoreTask", id=tasks[0])
    await run(ana, "restoreTask", id=tasks[1])
    await run(ana, "reopenTask", id=tasks[1])
    assert await counts() == [4, 1, 1]


async def test_labels_are_listed_by_name_case_and_accents_aside(ana: Api):
    names = [
        "zoo",
        "Äpfel",
        "Apfel",
        "ΑΒΓ",
        "apple",
        "Éclair",
        "eclipse",
        "10",
        "9",
        "STRASSE",
        "Straße",
        "_x",
    ]
    for name in names:
        await done(ana, "create", "label", name=name)
    assert [label["name"] for label in await listed(ana, "label")] == [
        "10",
        "9",
        "_x",
        "Apfel",
        "Äpfel",
        "apple",
        "Éclair",
        "eclipse",
        "STRASSE",
        "Straße",
        "zoo",
        "ΑΒΓ",
    ]


async def test_deleting_a_project_clears_it_from_its_tasks_in_one_event(ana: Api):
    await cleared(ana, "project", lambda id_: {"projectId": id_}, lambda task: task["project"])


async def test_deleting_a_label_clears_it_from_its_tasks_in_one_event(ana: Api):
    await cleared(ana, "label", lambda id_: {"labelIds": [id_]}, lambda task: task["labels"] or None)


async def cleared(api: Api, kind: str, refer: Any, reference: Any) -> None:
    """Delete what tasks in every state refer to: they lose it, keep their versions, and one event says so."""
    id_ = (await done(api, "create", kind, name="x"))["id"]
    tasks = [await create_task(api, **refer(id_)) for _ in range(4)]
    await run(api, "completeTask", id=tasks[1])
    await run(api, "deleteTask", id=tasks[2])
    untouched = await create_task(api)
    before = {task["id"]: task for task in (await api.run(TASKS))["tasks"]["nodes"]}
    assert [reference(before[id_]) is not None for id_ in (tasks[0], tasks[1], tasks[3])] == [True] * 3
    at = await cursor(api)

    await done(api, "delete", kind, id=id_)
    [event] = (await api.run(EVENTS, after=at))["events"]["nodes"]
    assert (event["type"], event["aggregateId"]) == (f"{kind.upper()}_DELETED", id_)
    after = {task["id"]: task for task in (await api.run(TASKS))["tasks"]["nodes"]}
    assert after.keys() == before.keys() == {*tasks, untouched} - {tasks[2]}
    for task_id, task in after.items():
        assert reference(task) is None
        assert (task["version"], task["updatedAt"]) == (
            before[task_id]["version"],
            before[task_id]["updatedAt"],
        )
    # It comes back without what is gone.
    payload = await api.mutate(
        "restoreTask", "task { project { id } labels { id } } errors { code }", id=tasks[2]
    )
    assert payload["errors"] == []
    assert payload["task"] == {"project": None, "labels": []}
    assert await refers_to_nothing(api, refer(id_))


async def refers_to_nothing(api: Api, reference: dict[str, Any]) -> bool:
    """Whether a new task can't be given what is gone, and a filter for it lists nothing."""
    payload = await api.mutate("createTask", "errors { code field }", title="x", **reference)
    assert payload["errors"] == [{"code": "NOT_FOUND", "field": list(reference)}]
    query = "query ($filter: TaskFilter) { tasks(filter: $filter) { totalCount } }"
    return bool((await api.run(query, filter=reference))["tasks"]["totalCount"] == 0)
