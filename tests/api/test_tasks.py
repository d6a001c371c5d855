"""What can be done to tasks, and what is refused, at which field."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.support.client import Api

FIELDS = """
id title description completed completedAt priority dueDate dueOn allDay timeZone overdue position version
deletedAt project { id } labels { id } parent { id }
"""
TASK = f"task {{ {FIELDS} }} cursor errors {{ code field message }}"


async def create(api: Api, title: str = "x", **input_: Any) -> dict[str, Any]:
    payload = await api.mutate("createTask", TASK, title=title, **input_)
    assert payload["errors"] == []
    assert payload["cursor"]
    return dict(payload["task"])


async def change(api: Api, mutation: str, **input_: Any) -> dict[str, Any]:
    payload = await api.mutate(mutation, TASK, **input_)
    assert payload["errors"] == []
    return dict(payload["task"])


async def refusal(api: Api, mutation: str, /, **input_: Any) -> tuple[str, list[str]]:
    """Code and field of the one error; nothing may have changed."""
    before = (await api.run("{ cursor }"))["cursor"]
    payload = await api.mutate(mutation, "cursor errors { code field message }", **input_)
    assert payload["cursor"] is None
    [error] = payload["errors"]
    assert error["message"].endswith(".")
    assert (await api.run("{ cursor }"))["cursor"] == before
    return error["code"], error["field"]


async def refused_by_graphql(api: Api, mutation: str, **input_: Any) -> str:
    type_ = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation ($input: {type_}!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    answer = await api.post(query, {"input": input_})
    assert answer.get("data") is None
    return str(answer["errors"][0]["extensions"]["code"])


async def test_a_task_has_what_it_was_given(ana: Api):
    project = (await ana.mutate("createProject", "project { id }", name="Home"))["project"]
    label = (await ana.mutate("createLabel", "label { id }", name="soon"))["label"]
    task = await create(
        ana,
        "  Buy milk ",
        description="Two litres",
        priority="HIGH",
        dueDate="2031-05-01T09:00:00.250+05:00",
        timeZone="Asia/Karachi",
        projectId=project["id"],
        labelIds=[label["id"], label["id"]],
    )
    assert task | {"id": "", "position": ""} == {
        "id": "",
        "position": "",
        "title": "Buy milk",
        "description": "Two litres",
        "completed": False,
        "completedAt": None,
        "priority": "HIGH",
        "dueDate": "2031-05-01T04:00:00.250000Z",
        "dueOn": None,
        "allDay": False,
        "timeZone": "Asia/Karachi",
        "overdue": False,
        "version": 1,
        "deletedAt": None,
        "project": {"id": project["id"]},
        "labels": [{"id": label["id"]}],
        "parent": None,
    }


@pytest.mark.parametrize(
    ("day", "zone", "starts"),
    [
        ("2031-05-01", None, "2031-04-30T22:00:00Z"),
        ("2031-05-01", "Pacific/Kiritimati", "2031-04-30T10:00:00Z"),
        ("2031-05-01", "Pacific/Pago_Pago", "2031-05-01T11:00:00Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),  # that day began at one o'clock
        ("1970-01-01", "UTC", "1970-01-01T00:00:00Z"),
        ("2200-12-31", "UTC", "2200-12-31T00:00:00Z"),
    ],
)
async def test_an_all_day_task_keeps_its_day_and_begins_with_it(
    ana: Api, day: str, zone: str | None, starts: str
):
    task = await create(ana, dueOn=day, **({"timeZone": zone} if zone else {}))
    assert (task["dueOn"], task["dueDate"], task["allDay"]) == (day, starts, True)
    assert task["timeZone"] == (zone or "Europe/Vienna")


async def test_an_all_day_task_moves_with_its_zone_and_keeps_its_day(ana: Api):
    task = await create(ana, dueOn="2031-05-01")
    moved = await change(ana, "updateTask", id=task["id"], timeZone="Asia/Tokyo")
    assert (moved["dueOn"], moved["dueDate"]) == ("2031-05-01", "2031-04-30T15:00:00Z")
    back = await change(ana, "updateTask", id=task["id"], timeZone=None)
    assert (back["timeZone"], back["dueDate"]) == ("Europe/Vienna", "2031-04-30T22:00:00Z")


async def test_overdue_is_open_and_past_its_time(ana: Api):
    past = await create(ana, "past", dueDate="2020-01-01T00:00:00Z")
    day = await create(ana, "day", dueOn="2020-01-01")
    for never in ({}, {"dueOn": "2199-01-01"}, {"dueDate": "2199-01-01T00:00:00Z"}):
        assert not (await create(ana, "later", **never))["overdue"]
    assert past["overdue"]
    assert day["overdue"]
    listed = await ana.run("{ tasks(filter: {overdue: true}) { nodes { title } totalCount } }")
    assert listed["tasks"] == {"nodes": [{"title": "past"}, {"title": "day"}], "totalCount": 2}
    assert not (await change(ana, "completeTask", id=past["id"]))["overdue"]
    assert (await ana.run("{ tasks(filter: {overdue: false}) { totalCount } }"))["tasks"]["totalCount"] == 4


@pytest.mark.parametrize(
    ("input_", "field"),
    [
        ({"title": ""}, ["title"]),
        ({"title": " \t\n "}, ["title"]),
        ({"title": "x" * 501}, ["title"]),
        ({"description": "x" * 20_001}, ["description"]),
        ({"id": "7"}, ["id"]),
        ({"id": ""}, ["id"]),
        ({"timeZone": "Nowhere"}, ["timeZone"]),
        ({"timeZone": ""}, ["timeZone"]),
        ({"dueDate": "1969-12-31T23:59:59Z"}, ["dueDate"]),
        ({"dueDate": "2201-01-01T00:00:00Z"}, ["dueDate"]),
        ({"dueOn": "1969-12-31"}, ["dueOn"]),
        ({"dueOn": "2201-01-01"}, ["dueOn"]),
        ({"dueOn": "2031-01-01", "dueDate": "2031-01-01T00:00:00Z"}, ["dueOn"]),
    ],
    ids=str,
)
async def test_what_is_not_in_order_names_the_field(ana: Api, input_: dict[str, Any], field: list[str]):
    assert await refusal(ana, "createTask", **({"title": "x"} | input_)) == ("INVALID_INPUT", field)


@pytest.mark.parametrize(
    ("input_", "field"),
    [
        ({"projectId": str(uuid4())}, ["projectId"]),
        ({"projectId": "nonsense"}, ["projectId"]),
        ({"labelIds": [str(uuid4())]}, ["labelIds"]),
        ({"labelIds": ["nonsense"]}, ["labelIds"]),
        ({"parentId": str(uuid4())}, ["parentId"]),
    ],
)
async def test_what_is_not_there_is_not_found(ana: Api, input_: dict[str, Any], field: list[str]):
    assert await refusal(ana, "createTask", title="x", **input_) == ("NOT_FOUND", field)


@pytest.mark.parametrize(
    "input_",
    [
        {"dueDate": "2031-01-01T00:00:00"},
        {"dueDate": "2031-01-01"},
        {"dueDate": "yesterday"},
        {"dueDate": "2031-02-30T00:00:00Z"},
        {"dueDate": 7},
        {"dueOn": "2031-02-29"},
        {"dueOn": "2031-01-01T00:00:00Z"},
        {"dueOn": "٢٠٣١-٠١-٠١"},
        {"priority": "SOMETIMES"},
        {"priority": 3},
        {"title": None},
        {"title": 7},
        {"nothing": 1},
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_a_graphql_error(ana: Api, input_: dict[str, Any]):
    assert await refused_by_graphql(ana, "createTask", **({"title": "x"} | input_)) == "INVALID_INPUT"


async def test_a_title_of_500_and_a_description_of_20000_characters_are_kept(ana: Api):
    task = await create(ana, "😀" * 500, description="ä" * 20_000)
    assert len(task["title"]) == 500
    assert len(task["description"]) == 20_000


async def test_null_clears_and_left_out_stays(ana: Api):
    project = (await ana.mutate("createProject", "project { id }", name="Home"))["project"]
    label = (await ana.mutate("createLabel", "label { id }", name="soon"))["label"]
    given = {
        "description": "text",
        "priority": "LOW",
        "dueOn": "2031-05-01",
        "projectId": project["id"],
        "labelIds": [label["id"]],
    }
    task = await create(ana, **given)
    same = await change(ana, "updateTask", id=task["id"], title="y")
    assert same == task | {"title": "y", "version": 2}
    cleared = await change(ana, "updateTask", id=task["id"], **dict.fromkeys(given))
    assert cleared == same | {
        "description": "",
        "priority": "NONE",
        "dueOn": None,
        "dueDate": None,
        "allDay": False,
        "project": None,
        "labels": [],
        "version": 3,
    }
    assert await refusal(ana, "updateTask", id=task["id"], title=None) == ("INVALID_INPUT", ["title"])


async def test_an_instant_takes_the_place_of_a_day_and_a_day_of_an_instant(ana: Api):
    task = await create(ana, dueOn="2031-05-01")
    at = await change(ana, "setDueDate", id=task["id"], dueDate="2031-05-02T10:00:00Z")
    assert (at["dueOn"], at["dueDate"], at["allDay"]) == (None, "2031-05-02T10:00:00Z", False)
    on = await change(ana, "updateTask", id=task["id"], dueOn="2031-05-03")
    assert (on["dueOn"], on["dueDate"], on["allDay"]) == ("2031-05-03", "2031-05-02T22:00:00Z", True)
    assert (await change(ana, "setDueDate", id=task["id"], dueOn=None))["dueDate"] is None
    assert await refusal(ana, "setDueDate", id=task["id"]) == ("INVALID_INPUT", ["dueDate"])
    both = {"dueDate": "2031-05-02T10:00:00Z", "dueOn": "2031-05-02"}
    assert await refusal(ana, "setDueDate", id=task["id"], **both) == ("INVALID_INPUT", ["dueOn"])


async def test_completing_twice_changes_nothing_the_second_time(ana: Api):
    task = await create(ana)
    done = await change(ana, "completeTask", id=task["id"])
    assert done["completed"]
    assert done["completedAt"]
    payload = await ana.mutate("completeTask", TASK, id=task["id"])
    assert (payload["task"], payload["cursor"], payload["errors"]) == (done, None, [])
    open_ = await change(ana, "reopenTask", id=task["id"])
    assert (open_["completed"], open_["completedAt"], open_["version"]) == (False, None, 3)


@pytest.mark.parametrize("mutation", ["updateTask", "completeTask", "deleteTask", "setDueDate", "reopenTask"])
async def test_a_version_that_has_moved_on_is_a_conflict_that_shows_the_task(ana: Api, mutation: str):
    task = await create(ana)
    more = {"setDueDate": {"dueOn": "2031-01-01"}, "updateTask": {"title": "z"}}.get(mutation, {})
    newer = await change(ana, "updateTask", id=task["id"], expectedVersion=1, title="y")
    payload = await ana.mutate(mutation, TASK, id=task["id"], expectedVersion=1, **more)
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [
        ("CONFLICT", ["expectedVersion"])
    ]
    assert payload["task"] == newer
    assert payload["cursor"] is None


async def test_of_twenty_updates_of_one_version_one_succeeds(ana: Api):
    task = await create(ana)
    payloads = await asyncio.gather(
        *(ana.mutate("updateTask", TASK, id=task["id"], expectedVersion=1, title=f"t{n}") for n in range(20))
    )
    won = [payload for payload in payloads if payload["errors"] == []]
    lost = [payload for payload in payloads if payload["errors"]]
    assert (len(won), len(lost)) == (1, 19)
    assert {payload["errors"][0]["code"] for payload in lost} == {"CONFLICT"}
    assert {payload["task"]["version"] for payload in payloads} == {2}
    assert {payload["task"]["title"] for payload in payloads} == {won[0]["task"]["title"]}


async def test_the_same_create_is_one_task_and_one_answer_also_from_eight_at_once(ana: Api):
    id_ = str(uuid4())
    payloads = await asyncio.gather(
        *(ana.mutate("createTask", TASK, id=id_, title="once", dueOn="2031-01-01") for _ in range(8))
    )
    assert payloads == [payloads[0]] * 8
    assert payloads[0]["errors"] == []
    assert payloads[0]["task"]["id"] == id_
    listed = await ana.run("{ tasks { totalCount } events { nodes { cursor } } }")
    assert listed["tasks"]["totalCount"] == 1
    assert [event["cursor"] for event in listed["events"]["nodes"]] == [payloads[0]["cursor"]]

    later = await change(ana, "updateTask", id=id_, title="renamed")
    again = await ana.mutate("createTask", TASK, id=id_, title="once", dueOn="2031-01-01")
    assert (again["task"], again["cursor"], again["errors"]) == (later, payloads[0]["cursor"], [])
    upper = await ana.mutate("createTask", TASK, id=id_.upper(), title="once", dueOn="2031-01-01")
    assert upper == again


async def test_the_same_create_is_known_in_whatever_spelling(ana: Api):
    async def make(mutation: str, thing: str, **input_: Any) -> str:
        payload = await ana.mutate(mutation, f"{thing} {{ id }} errors {{ code }}", **input_)
        assert payload["errors"] == []
        return str(payload[thing]["id"])

    project = await make("createProject", "project", name="Home")
    parent = (await create(ana, "parent"))["id"]
    labels = [await make("createLabel", "label", name=name) for name in ("one", "two")]
    given = {"id": str(uuid4()), "title": "once", "projectId": project, "parentId": parent}
    given |= {"labelIds": labels, "dueDate": "2031-01-01T00:00:00Z"}
    first = await ana.mutate("createTask", TASK, **given)
    assert first["errors"] == []
    for spelling in (
        {"labelIds": labels[::-1]},
        {"labelIds": [*labels, labels[0]]},
        {"labelIds": [label.upper() for label in labels]},
        {"projectId": project.upper()},
        {"parentId": parent.upper()},
        {"dueDate": "2031-01-01T05:00:00+05:00"},
        {"title": " once "},
    ):
        assert await ana.mutate("createTask", TASK, **(given | spelling)) == first
    for other in ({"labelIds": labels[:1]}, {"projectId": None}, {"title": "Once"}):
        again = await ana.mutate("createTask", TASK, **(given | other))
        assert [error["code"] for error in again["errors"]] == ["CONFLICT"]

    for thing in ("project", "label"):
        mutation, id_ = f"create{thing.capitalize()}", str(uuid4())
        assert await make(mutation, thing, id=id_, name="once", color="#ABCDEF") == id_
        assert await make(mutation, thing, id=id_, name="once", color="#abcdef") == id_


async def test_the_same_id_with_other_content_is_a_conflict(ana: Api, ben: Api):
    task = await create(ana, id=str(uuid4()))
    payload = await ana.mutate("createTask", TASK, id=task["id"], title="other")
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("CONFLICT", ["id"])]
    assert payload["task"] == task
    assert payload["cursor"] is None
    foreign = await ben.mutate("createTask", TASK, id=task["id"], title="x")
    assert [(error["code"], error["field"]) for error in foreign["errors"]] == [("CONFLICT", ["id"])]
    assert foreign["task"] is None
    without_id = await create(ana)  # an id that the server chose is taken as well
    taken = await ben.mutate("createTask", TASK, id=without_id["id"], title="x")
    assert [error["code"] for error in taken["errors"]] == ["CONFLICT"]
    assert taken["task"] is None


async def test_two_users_who_race_for_one_id_get_one_task(ana: Api, ben: Api):
    id_ = str(uuid4())
    payloads = await asyncio.gather(
        *(api.mutate("createTask", TASK, id=id_, title="mine") for api in (ana, ben) * 4)
    )
    assert sorted(str([error["code"] for error in payload["errors"]]) for payload in payloads) == (
        ["['CONFLICT']"] * 4 + ["[]"] * 4
    )


async def test_deleting_takes_subtasks_along_and_restoring_brings_back_what_that_delete_took(ana: Api):
    parent = await create(ana, "parent")
    child, other = [await create(ana, name, parentId=parent["id"]) for name in ("child", "other")]
    grandchild = await create(ana, "grandchild", parentId=child["id"])
    await change(ana, "deleteTask", id=other["id"])
    gone = await change(ana, "deleteTask", id=parent["id"])
    assert gone["deletedAt"]
    deleted = await ana.run("{ tasks(filter: {deleted: true}) { nodes { id } } }")
    assert {task["id"] for task in deleted["tasks"]["nodes"]} == {
        parent["id"],
        child["id"],
        other["id"],
        grandchild["id"],
    }
    assert (await ana.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 0
    one = await ana.run("query ($id: ID!) { task(id: $id) { deletedAt } }", id=child["id"])
    assert one["task"]["deletedAt"] == gone["deletedAt"]

    again = await ana.mutate("deleteTask", TASK, id=parent["id"])
    assert (again["cursor"], again["errors"]) == (None, [])
    await change(ana, "restoreTask", id=parent["id"])
    listed = await ana.run("{ tasks { nodes { id parent { id } } } }")
    assert {task["id"]: (task["parent"] or {}).get("id") for task in listed["tasks"]["nodes"]} == {
        parent["id"]: None,
        child["id"]: parent["id"],
        grandchild["id"]: child["id"],
    }


async def test_a_subtask_restored_without_its_parent_is_nobodys(ana: Api):
    parent = await create(ana, "parent")
    child = await create(ana, "child", parentId=parent["id"])
    await change(ana, "deleteTask", id=parent["id"])
    assert (await change(ana, "restoreTask", id=child["id"]))["parent"] is None


@pytest.mark.parametrize("mutation", ["updateTask", "completeTask", "reopenTask", "setDueDate"])
async def test_a_deleted_task_has_to_be_restored_before_it_changes(ana: Api, mutation: str):
    task = await create(ana)
    await change(ana, "deleteTask", id=task["id"])
    more = {"setDueDate": {"dueOn": "2031-01-01"}, "updateTask": {"title": "z"}}.get(mutation, {})
    assert (await refusal(ana, mutation, id=task["id"], **more))[0] == "CONFLICT"


@pytest.mark.parametrize("turned", [False, True], ids=["parent first", "parent last"])
async def test_many_are_deleted_and_restored_alike_in_whatever_order_they_are_named(ana: Api, turned: bool):
    top = await create(ana, "top")
    middle = await create(ana, "middle", parentId=top["id"])
    bottom = await create(ana, "bottom", parentId=middle["id"])
    family = [top["id"], middle["id"], bottom["id"]]
    # The one between them is not named: it goes along.
    named = [bottom["id"], top["id"]] if turned else [top["id"], bottom["id"]]
    many = "tasks { id deletedAt parent { id } } errors { code }"

    async def parents() -> dict[str, str | None]:
        tasks = (await ana.run("{ tasks { nodes { id parent { id } } } }"))["tasks"]["nodes"]
        return {task["id"]: (task["parent"] or {}).get("id") for task in tasks}

    whole = dict(zip(family, [None, *family], strict=False))
    gone = await ana.mutate("changeTasks", many, ids=named, deleted=True)
    assert [task["id"] for task in gone["tasks"]] == named
    assert await parents() == {}
    await change(ana, "restoreTask", id=top["id"])
    assert await parents() == whole

    await change(ana, "deleteTask", id=top["id"])
    back = await ana.mutate("changeTasks", many, ids=named, deleted=False)
    assert back["errors"] == []
    assert [(task["id"], task["deletedAt"]) for task in back["tasks"]] == [(id_, None) for id_ in named]
    assert await parents() == whole


async def test_a_conflict_shows_the_task_that_was_to_change_as_it_is_on_the_server(ana: Api):
    above, deleted = await create(ana, "above"), await create(ana, "deleted")
    task = await create(ana, "task", parentId=above["id"])
    await change(ana, "deleteTask", id=deleted["id"])
    payload = await ana.mutate(
        "updateTask", TASK, id=task["id"], title="never", priority="HIGH", parentId=deleted["id"]
    )
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("CONFLICT", ["parentId"])]
    assert payload["task"] == task
    assert payload["cursor"] is None
    made = await ana.mutate("createTask", TASK, title="never", parentId=deleted["id"])
    assert [error["code"] for error in made["errors"]] == ["CONFLICT"]
    assert made["task"] is None

    many = f"tasks {{ {FIELDS} }} errors {{ code field }}"
    shown = await ana.mutate("changeTasks", many, ids=[task["id"], deleted["id"]], priority="HIGH")
    assert shown["errors"] == [{"code": "CONFLICT", "field": ["ids", "1"]}]
    assert [(it["id"], it["priority"], it["version"]) for it in shown["tasks"]] == [
        (deleted["id"], "NONE", 2)
    ]


async def test_subtasks_go_five_levels_deep_and_never_in_circles(ana: Api):
    chain = [await create(ana, "0")]
    for depth in range(1, 6):
        chain.append(await create(ana, str(depth), parentId=chain[-1]["id"]))
    ids = [task["id"] for task in chain]
    assert await refusal(ana, "createTask", title="x", parentId=ids[5]) == ("INVALID_INPUT", ["parentId"])
    assert await refusal(ana, "updateTask", id=ids[0], parentId=ids[0]) == ("INVALID_INPUT", ["parentId"])
    assert await refusal(ana, "updateTask", id=ids[0], parentId=ids[4]) == ("INVALID_INPUT", ["parentId"])
    top = await create(ana, "top")
    assert await refusal(ana, "updateTask", id=ids[0], parentId=top["id"]) == ("INVALID_INPUT", ["parentId"])
    assert (await change(ana, "updateTask", id=ids[1], parentId=top["id"]))["parent"] == {"id": top["id"]}
    deleted = await create(ana, "deleted")
    await change(ana, "deleteTask", id=deleted["id"])
    assert await refusal(ana, "createTask", title="x", parentId=deleted["id"]) == ("CONFLICT", ["parentId"])


async def test_a_task_has_at_most_200_subtasks_and_50_labels(ana: Api):
    parent = await create(ana)
    for start in range(0, 200, 20):
        await asyncio.gather(*(create(ana, str(start + n), parentId=parent["id"]) for n in range(20)))
    code, field = await refusal(ana, "createTask", title="x", parentId=parent["id"])
    assert (code, field) == ("LIMIT_EXCEEDED", ["parentId"])
    payloads = await asyncio.gather(
        *(ana.mutate("createLabel", "label { id }", name=f"l{n}") for n in range(51))
    )
    labels = [payload["label"]["id"] for payload in payloads]
    assert len((await create(ana, labelIds=labels[:50]))["labels"]) == 50
    assert await refusal(ana, "createTask", title="x", labelIds=labels) == ("LIMIT_EXCEEDED", ["labelIds"])


async def order(api: Api) -> str:
    tasks = (await api.run("{ tasks(orderBy: POSITION_ASC) { nodes { title position } } }"))["tasks"]["nodes"]
    ranks = [task["position"] for task in tasks]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    return "".join(task["title"] for task in tasks)


async def test_a_task_is_put_right_after_another_or_first(ana: Api):
    ids = {title: (await create(ana, title))["id"] for title in "abcde"}
    assert await order(ana) == "abcde"
    for moved, anchor, expected in [
        ("e", "a", "aebcd"),
        ("a", "d", "ebcda"),
        ("c", None, "cebda"),
        ("b", "e", "cebda"),  # there already
    ]:
        await change(ana, "updateTask", id=ids[moved], afterId=anchor and ids[anchor])
        assert await order(ana) == expected
    assert await refusal(ana, "updateTask", id=ids["a"], afterId=ids["a"]) == ("INVALID_INPUT", ["afterId"])
    assert await refusal(ana, "updateTask", id=ids["a"], afterId=str(uuid4())) == ("NOT_FOUND", ["afterId"])


async def test_many_tasks_change_in_one_transaction_or_none_does(ana: Api):
    tasks = [await create(ana, title) for title in "abc"]
    ids = [task["id"] for task in tasks]
    many = "tasks { title completed priority version } cursor errors { code field }"
    payload = await ana.mutate("changeTasks", many, ids=[*ids, ids[0]], completed=True, priority="HIGH")
    assert payload["errors"] == []
    assert [(task["title"], task["completed"], task["priority"]) for task in payload["tasks"]] == [
        (title, True, "HIGH") for title in "abc"
    ]
    assert payload["cursor"] == (await ana.run("{ cursor }"))["cursor"]

    for bad, expected in [
        ({"ids": [ids[0], str(uuid4())]}, ("NOT_FOUND", ["ids", "1"])),
        ({"ids": [*ids, "nonsense"]}, ("NOT_FOUND", ["ids", "3"])),
        ({"ids": []}, ("INVALID_INPUT", ["ids"])),
        ({"ids": [str(uuid4())] * 201}, ("INVALID_INPUT", ["ids"])),
        ({"ids": ids, "completed": None}, ("INVALID_INPUT", ["completed"])),
        ({"ids": ids, "deleted": None}, ("INVALID_INPUT", ["deleted"])),
        ({"ids": ids, "priority": None}, ("INVALID_INPUT", ["priority"])),
        ({"ids": ids, "addLabelIds": None}, ("INVALID_INPUT", ["addLabelIds"])),
        ({"ids": ids, "projectId": str(uuid4())}, ("NOT_FOUND", ["projectId"])),
        ({"ids": ids, "addLabelIds": [str(uuid4())]}, ("NOT_FOUND", ["addLabelIds"])),
        (
            {"ids": ids, "dueOn": "2031-01-01", "dueDate": "2031-01-01T00:00:00Z"},
            ("INVALID_INPUT", ["dueOn"]),
        ),
    ]:
        assert await refusal(ana, "changeTasks", **({"priority": "LOW"} | bad)) == expected
    await change(ana, "deleteTask", id=ids[2])
    assert await refusal(ana, "changeTasks", ids=ids, priority="LOW") == ("CONFLICT", ["ids", "2"])
    listed = await ana.run("{ tasks { nodes { priority } } }")
    assert {task["priority"] for task in listed["tasks"]["nodes"]} == {"HIGH"}


@pytest.mark.parametrize(
    "mutation", ["updateTask", "completeTask", "reopenTask", "deleteTask", "restoreTask", "setDueDate"]
)
@pytest.mark.parametrize("id_", ["", "7", "nonsense", "{00000000-0000-0000-0000-000000000000}", "x" * 10_000])
async def test_what_is_no_id_is_not_found(ana: Api, mutation: str, id_: str):
    more = {"dueOn": None} if mutation == "setDueDate" else {}
    assert await refusal(ana, mutation, id=id_, **more) == ("NOT_FOUND", ["id"])


async def test_of_what_fifty_writers_at_once_are_answered_nothing_is_lost(ana: Api):
    """Fifty writers, ten creates each, all at the same time."""

    async def write(number: int) -> list[str]:
        return [(await create(ana, f"{number}-{n}"))["id"] for n in range(10)]

    ids = [id_ for ids in await asyncio.gather(*(write(number) for number in range(50))) for id_ in ids]
    assert len(set(ids)) == 500
    assert (await ana.run("{ tasks { totalCount } }"))["tasks"]["totalCount"] == 500
