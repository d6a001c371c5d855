"""Lists of tasks and of events: their orders, filters and pages, also while what they list changes."""

import asyncio
import random
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.support.client import Api, GraphQLFailed

FIELDS = """
id title description completed priority dueDate dueOn allDay overdue position version createdAt updatedAt
deletedAt project { id } labels { id } parent { id }
"""
TASKS = f"""
query ($first: Int! = 100, $after: String, $filter: TaskFilter, $orderBy: TaskOrder! = CREATED_AT_ASC) {{
  tasks(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {{
    nodes {{ {FIELDS} }} edges {{ cursor node {{ id }} }} totalCount
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
  }}
}}
"""
EVENTS = """
query ($first: Int! = 100, $after: Cursor, $types: [EventType!], $aggregateId: ID, $since: DateTime,
       $until: DateTime) {
  events(first: $first, after: $after, types: $types, aggregateId: $aggregateId, since: $since, until: $until) {
    nodes { id cursor type aggregateId timestamp } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
PRIORITIES = ["NONE", "LOW", "MEDIUM", "HIGH", "URGENT"]

type Task = dict[str, Any]
type Event = dict[str, Any]


async def mutate(api: Api, mutation: str, thing: str, /, **input_: Any) -> Any:
    payload = await api.mutate(mutation, f"{thing} errors {{ code field message }}", **input_)
    assert payload["errors"] == []
    return payload[thing.split(maxsplit=1)[0]]


async def create(api: Api, title: str = "x", /, **input_: Any) -> str:
    return str((await mutate(api, "createTask", "task { id }", title=title, **input_))["id"])


async def page(api: Api, **variables: Any) -> dict[str, Any]:
    """One page, held to what every page promises."""
    found = dict((await api.run(TASKS, **variables))["tasks"])
    ids = [node["id"] for node in found["nodes"]]
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert [edge["node"]["id"] for edge in found["edges"]] == ids
    assert len(set(cursors)) == len(ids) == len(set(ids))
    assert found["pageInfo"]["startCursor"] == (cursors[0] if cursors else None)
    assert found["pageInfo"]["endCursor"] == (cursors[-1] if cursors else None)
    assert found["pageInfo"]["hasPreviousPage"] == (variables.get("after") is not None)
    return found


async def all_tasks(api: Api, **variables: Any) -> list[Task]:
    found = await page(api, first=100, **variables)
    assert not found["pageInfo"]["hasNextPage"]
    assert found["totalCount"] == len(found["nodes"])
    return list(found["nodes"])


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


#: Each order as Python sorts: what it goes by, whether it goes down; the id tells ties apart.
ORDERS: dict[str, tuple[Callable[[Task], Any], bool]] = {
    "CREATED_AT_ASC": (lambda task: instant(task["createdAt"]), False),
    "CREATED_AT_DESC": (lambda task: instant(task["createdAt"]), True),
    "DUE_DATE_ASC": (
        lambda task: (
            (task["dueDate"] is None, instant(task["dueDate"] or task["createdAt"]))
            if task["dueDate"]
            else (True,)
        ),
        False,
    ),
    "PRIORITY_DESC": (lambda task: PRIORITIES.index(task["priority"]), True),
    "POSITION_ASC": (lambda task: task["position"].encode(), False),
    "UPDATED_AT_DESC": (lambda task: instant(task["updatedAt"]), True),
}


def in_order(tasks: list[Task], order: str) -> list[str]:
    by, down = ORDERS[order]
    return [task["id"] for task in sorted(tasks, key=lambda task: (by(task), task["id"]), reverse=down)]


async def fill(api: Api, count: int = 24) -> list[str]:
    """Many ties: due dates, days and priorities of few values; some changed together, some moved about."""
    due: list[dict[str, Any]] = [
        {},
        {"dueDate": "2031-05-01T09:00:00Z"},
        {"dueDate": "2031-05-01T11:00:00+02:00"},
        {"dueOn": "2031-05-01"},
        {"dueDate": "2020-01-01T00:00:00.000001Z"},
    ]
    ids = await asyncio.gather(
        *(create(api, str(n), priority=PRIORITIES[n % 3], **due[n % len(due)]) for n in range(count))
    )
    await mutate(api, "changeTasks", "tasks { id }", ids=ids[3:9], completed=True)
    for moved, anchor in ((2, 9), (11, None), (5, 11)):
        after_id = None if anchor is None else ids[anchor]
        await mutate(api, "updateTask", "task { id }", id=ids[moved], afterId=after_id)
    return list(ids)


async def test_every_order_is_what_its_name_says_with_the_id_to_tell_ties_apart(ana: Api):
    await fill(ana)
    tasks = await all_tasks(ana)
    assert len(tasks) == 24
    for order in ORDERS:
        expected = in_order(tasks, order)
        assert [task["id"] for task in await all_tasks(ana, orderBy=order)] == expected, order
        for first in (3, 24):
            found: list[str] = []
            after = None
            while True:
                got = await page(ana, first=first, after=after, orderBy=order)
                found += [task["id"] for task in got["nodes"]]
                assert got["totalCount"] == 24
                if not got["pageInfo"]["hasNextPage"]:
                    break
                after = got["pageInfo"]["endCursor"]
            assert found == expected, (order, first)


@pytest.mark.parametrize("order", ORDERS)
async def test_nothing_that_stays_is_missed_or_doubled_while_others_come_go_and_change(ana: Api, order: str):
    ids = await fill(ana)
    before = [task["id"] for task in await all_tasks(ana, orderBy=order)]
    chance = random.Random(3)
    touched: set[str] = set()
    found: list[str] = []
    after = None
    while True:
        got = await page(ana, first=3, after=after, orderBy=order)
        found += [task["id"] for task in got["nodes"]]
        if not got["pageInfo"]["hasNextPage"]:
            break
        after = got["pageInfo"]["endCursor"]
        if len(touched) >= 14:
            continue
        untouched = [id_ for id_ in ids if id_ not in touched]
        gone, changed = chance.sample(untouched, 2)
        # The very task that the next page goes on from may be gone, too.
        if got["nodes"][-1]["id"] in untouched and got["nodes"][-1]["id"] != changed:
            gone = got["nodes"][-1]["id"]
        touched |= {gone, changed}
        due = chance.choice([None, "2031-05-01T09:00:00Z"])
        first_place = await create(ana, "new", priority="URGENT", dueDate="2019-01-01T00:00:00Z")
        await mutate(ana, "updateTask", "task { id }", id=first_place, afterId=None)
        await create(ana, "new", priority=chance.choice(PRIORITIES), dueDate=due)
        await mutate(ana, "deleteTask", "task { id }", id=gone)
        await mutate(
            ana, "updateTask", "task { id }", id=changed, priority="LOW", dueDate=due, afterId=first_place
        )
    assert touched
    stayed = [id_ for id_ in before if id_ not in touched]
    assert [id_ for id_ in found if id_ in set(stayed)] == stayed


async def test_a_change_of_what_a_list_is_not_sorted_by_moves_nothing_in_it(ana: Api):
    await fill(ana)
    for order in sorted(ORDERS.keys() - {"UPDATED_AT_DESC"}):
        expected = [task["id"] for task in await all_tasks(ana, orderBy=order)]
        got = await page(ana, first=10, orderBy=order)
        found = [task["id"] for task in got["nodes"]]
        for id_ in (expected[2], expected[9], expected[10], expected[-1]):
            await mutate(ana, "updateTask", "task { id }", id=id_, title=f"by {order}")
        rest = await page(ana, orderBy=order, after=got["pageInfo"]["endCursor"])
        assert found + [task["id"] for task in rest["nodes"]] == expected


async def test_an_empty_list_and_a_last_page_say_so(ana: Api):
    found = await page(ana)
    assert found["nodes"] == []
    assert found["totalCount"] == 0
    assert not found["pageInfo"]["hasNextPage"]
    await create(ana)
    only = await page(ana, first=1)
    assert not only["pageInfo"]["hasNextPage"]
    beyond = await page(ana, after=only["pageInfo"]["endCursor"])
    assert beyond["nodes"] == []
    assert beyond["totalCount"] == 1
    assert not beyond["pageInfo"]["hasNextPage"]


async def refused(api: Api, query: str, **variables: Any) -> tuple[str, list[str]]:
    """Code and field of the one error."""
    answer = await api.post(query, variables)
    assert answer["data"] is None
    [error] = answer["errors"]
    return error["extensions"]["code"], error["extensions"].get("field")


async def test_a_page_has_one_to_a_hundred_things(ana: Api):
    for query in (TASKS, EVENTS, "query ($first: Int!) { projects(first: $first) { totalCount } }"):
        for first in (-(2**31), -1, 0, 101, 2**31 - 1):
            assert await refused(ana, query, first=first) == ("INVALID_INPUT", ["first"])


def cursor_of(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


async def test_a_cursor_is_of_use_to_its_own_list_and_order_alone(ana: Api):
    for _ in range(2):
        await create(ana)
        await mutate(ana, "createProject", "project { id }", name="x")
    cursors = {order: (await page(ana, orderBy=order))["pageInfo"]["startCursor"] for order in ORDERS}
    projects = "query ($after: String) { projects(after: $after) { nodes { id } pageInfo { startCursor } } }"
    cursors["projects"] = (await ana.run(projects))["projects"]["pageInfo"]["startCursor"]
    cursors["log"] = (await ana.run("{ cursor }"))["cursor"]
    for name, cursor in cursors.items():
        for order in ORDERS.keys() - {name}:
            assert await refused(ana, TASKS, after=cursor, orderBy=order) == ("INVALID_INPUT", ["after"])
        if name != "projects":
            assert await refused(ana, projects, after=cursor) == ("INVALID_INPUT", ["after"])


DAMAGED = ["", " ", "x", "=", "====", "ä", "\x00", "😀", "A" * 10_000, "a.b", "%00", "tf1_AAAA"]
#: What stands in place of the whole list of a cursor.
NOT_A_LIST = [
    "",
    "null",
    "0",
    "1e999",
    "NaN",
    '"CREATED_AT_ASC"',
    "{}",
    '{"0": "CREATED_AT_ASC"}',
    "[]",
    "[[]]",
]
#: What stands in place of the value that the list is sorted by.
BAD_VALUES = [
    "true",
    "0.5",
    "NaN",
    "-1e400",
    "32768",
    "-32769",
    "2147483647",
    "2147483648",
    "9223372036854775808",
    "1" * 4000,
    "[]",
    "{}",
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\n"',
]
BAD_TIMES = [
    '""',
    '"soon"',
    '"2026-01-01T00:00:00"',
    '"2026-13-01T00:00:00Z"',
    '"0001-01-01T00:00:00+23:59"',
    '"9999-12-31T23:59:59-23:59"',
    '"10000-01-01T00:00:00Z"',
]
BAD_IDS = ["null", "0", '""', '"nonsense"', '"\\u0000"', "[]", "1e400", '"' + "0" * 33 + '"']


async def test_a_damaged_or_hand_made_cursor_is_refused_at_after(ana: Api):
    await create(ana, dueDate="2031-05-01T09:00:00Z")
    made = [(order, cursor) for order in ORDERS for cursor in [*DAMAGED, *map(cursor_of, NOT_A_LIST)]]
    for order in ORDERS:
        values = [*BAD_VALUES, *(BAD_TIMES if order != "POSITION_ASC" else [])]
        values += ["null"] if order != "DUE_DATE_ASC" else []
        made += [(order, cursor_of(f'["{order}",{value},"{uuid4()}"]')) for value in values]
        good = {"PRIORITY_DESC": "2", "POSITION_ASC": '"a0"'}.get(order, '"2026-01-01T00:00:00Z"')
        made += [(order, cursor_of(f'["{order}",{good},{id_}]')) for id_ in BAD_IDS]
        made += [
            (order, cursor_of(text))
            for text in (
                f'["{order}"]',
                f'["{order}",{good}]',
                f'["{order}",{good},"{uuid4()}",1]',
                f'["{order}",{good},"{uuid4()}"',
                f'[null,{good},"{uuid4()}"]',
                f'["",{good},"{uuid4()}"]',
            )
        ]
        # And the one that is not damaged, or none of this would say anything.
        assert await page(ana, orderBy=order, after=cursor_of(f'["{order}",{good},"{uuid4()}"]'))
    for order, cursor in made:
        answer = await refused(ana, TASKS, orderBy=order, after=cursor)
        assert answer == ("INVALID_INPUT", ["after"]), (order, cursor)


#: As people write a word, and in another way that is the same to search.
VOCABULARY = [("milk", "MILK"), ("Café", "cafe"), ("Straße", "STRASSE"), ("100%", "100%"), ("a_b", "A_B")]
DUES: list[dict[str, Any]] = [
    {},
    {"dueDate": "2020-02-29T12:00:00Z"},
    {"dueOn": "2020-02-29"},
    {"dueDate": "2190-01-01T00:00:00Z"},
    {"dueOn": "2190-01-01"},
]
BOUNDS = ["2020-02-28T23:00:00Z", "2020-02-29T12:00:00Z", "2190-01-01T00:00:00Z", "2190-01-01T01:00:00+01:00"]


def matches(task: Task, wanted: dict[str, Any]) -> bool:
    """What each filter means, in plain words."""
    due = task["dueDate"] and instant(task["dueDate"])
    text = f"{task['title']} {task['description']}"
    for written, other in VOCABULARY:
        text = text.replace(written, other.lower())
    tests: dict[str, Callable[[Any], bool]] = {
        "completed": lambda value: task["completed"] == value,
        "overdue": lambda value: (
            (not task["completed"] and due is not None and due < datetime.now(UTC)) == value
        ),
        "dueAfter": lambda value: due is not None and due >= instant(value),
        "dueBefore": lambda value: due is not None and due < instant(value),
        "priority": lambda value: task["priority"] in value,
        "projectId": lambda value: (task["project"] and task["project"]["id"]) == value,
        "parentId": lambda value: (task["parent"] and task["parent"]["id"]) == value,
        "labelIds": lambda value: set(value) <= {label["id"] for label in task["labels"]},
        "search": lambda value: all(word in text for word in value.lower().split()),
    }
    if (task["deletedAt"] is not None) != bool(wanted.get("deleted")):
        return False
    return all(
        (value is None and name not in {"projectId", "parentId"}) or tests[name](value)
        for name, value in wanted.items()
        if name != "deleted"
    )


async def test_every_filter_alone_and_with_others_lists_what_it_says(ana: Api):
    chance = random.Random(11)
    projects = [(await mutate(ana, "createProject", "project { id }", name="x"))["id"] for _ in range(2)]
    labels = [(await mutate(ana, "createLabel", "label { id }", name="x"))["id"] for _ in range(3)]
    parents = [await create(ana, "Parent") for _ in range(2)]

    def some_task() -> dict[str, Any]:
        words = chance.sample([written for written, _ in VOCABULARY], 3)
        return {
            "title": " ".join(words[:2]),
            "description": words[2],
            "priority": chance.choice(PRIORITIES),
            "projectId": chance.choice([None, *projects]),
            "parentId": chance.choice([None, None, *parents]),
            "labelIds": chance.sample(labels, chance.randrange(4)),
            **chance.choice(DUES),
        }

    made = [some_task() for _ in range(58)]
    ids = await asyncio.gather(*(create(ana, task.pop("title"), **task) for task in made))
    await mutate(ana, "changeTasks", "tasks { id }", ids=chance.sample(ids, 20), completed=True)
    await mutate(ana, "changeTasks", "tasks { id }", ids=chance.sample(ids, 15), deleted=True)
    tasks = await all_tasks(ana) + await all_tasks(ana, filter={"deleted": True})
    assert len(tasks) == 60

    nobodys = str(uuid4())
    choices: dict[str, list[Any]] = {
        "completed": [None, True, False],
        "overdue": [None, True, False],
        "dueAfter": [None, *BOUNDS],
        "dueBefore": [None, *BOUNDS],
        "priority": [None, [], ["HIGH"], ["NONE", "URGENT", "NONE"], PRIORITIES],
        "projectId": [None, *projects, nobodys, "nonsense", ""],
        "parentId": [None, *parents, nobodys, "nonsense"],
        "labelIds": [
            None,
            [],
            labels[:1],
            labels[1:] + labels[1:],
            labels,
            [labels[0], nobodys],
            ["nonsense"],
        ],
        "search": [
            None,
            "",
            "  ",
            "milk",
            "caFE",
            "strasse",
            "MILK Strasse",
            "100%",
            "a_b",
            "%",
            "_",
            "nowhere",
        ],
        "deleted": [None, True, False],
    }
    wanted = [{name: value} for name, values in choices.items() for value in values]
    while len(wanted) < 110:
        names = chance.sample(sorted(choices), chance.choice([2, 2, 3, 4]))
        wanted.append({name: chance.choice(choices[name]) for name in names})
    sizes = set()
    for filter_ in wanted:
        expected = {task["id"] for task in tasks if matches(task, filter_)}
        order = chance.choice(sorted(ORDERS))
        found = await all_tasks(ana, filter=filter_, orderBy=order)
        assert {task["id"] for task in found} == expected, filter_
        assert [task["id"] for task in found] == in_order(found, order)
        sizes.add(len(expected))
    # Or the filters said nothing.
    assert len(sizes) > 15


async def test_a_filtered_list_is_paged_through_as_any_other(ana: Api):
    await fill(ana)
    filter_ = {"completed": False, "priority": ["NONE", "LOW"]}
    expected = [task["id"] for task in await all_tasks(ana, filter=filter_, orderBy="DUE_DATE_ASC")]
    assert 5 < len(expected) < 24
    found: list[str] = []
    after = None
    while True:
        got = await page(ana, first=2, after=after, filter=filter_, orderBy="DUE_DATE_ASC")
        assert got["totalCount"] == len(expected)
        found += [task["id"] for task in got["nodes"]]
        if not got["pageInfo"]["hasNextPage"]:
            break
        after = got["pageInfo"]["endCursor"]
    assert found == expected


async def titles(api: Api, search: str) -> list[str]:
    return [task["title"] for task in await all_tasks(api, filter={"search": search})]


async def test_search_finds_words_in_title_or_description_case_and_accents_aside(ana: Api):
    texts = {
        "Ärger im Büro": "",
        "STRASSE": "",
        "İSTANBUL": "ıssız",
        "Οδυσσεύς": "",
        "Ｆｕｌｌ　ｗｉｄｔｈ": "",
        "de\u0301compose\u0301": "",
        "plain": "Crème Brûlée\nsecond line",
        "50% off": "",
        "500 off": "",
        "snake_case": "",
        "snakeXcase": "",
        "back\\slash": "",
    }
    for title, description in texts.items():
        await create(ana, title, description=description)
    for search, expected in {
        "arger": ["Ärger im Büro"],
        "BÜRO ÄRGER": ["Ärger im Büro"],
        "rger buro": ["Ärger im Büro"],
        "straße": ["STRASSE"],
        "strasse": ["STRASSE"],
        "istanbul": ["İSTANBUL"],
        "ISTANBUL": ["İSTANBUL"],
        "οδυσσευς": ["Οδυσσεύς"],
        "ΟΔΥΣΣΕΥΣ": ["Οδυσσεύς"],
        "full width": ["Ｆｕｌｌ　ｗｉｄｔｈ"],
        "ＷＩＤＴＨ": ["Ｆｕｌｌ　ｗｉｄｔｈ"],
        "décomposé": ["de\u0301compose\u0301"],
        "creme SECOND": ["plain"],
        # One word of the title, one of the description.
        "plain brulee": ["plain"],
        "plain nowhere": [],
        "50%": ["50% off"],
        "%": ["50% off"],
        "snake_case": ["snake_case"],
        "_": ["snake_case"],
        "\\": ["back\\slash"],
        "\\%": [],
        "'": [],
        '" OR 1=1 --': [],
        "": list(texts),
        " \t\u3000 ": list(texts),
    }.items():
        assert await titles(ana, search) == expected, search


async def test_search_goes_along_with_changes_of_title_and_description(ana: Api):
    id_ = await create(ana, "Tea", description="green")
    await mutate(ana, "updateTask", "task { id }", id=id_, title="Kaffee")
    assert await titles(ana, "tea") == []
    assert await titles(ana, "kaffee green") == ["Kaffee"]
    await mutate(ana, "updateTask", "task { id }", id=id_, description=None)
    assert await titles(ana, "green") == []


async def test_a_search_as_long_as_may_be_is_answered_and_a_longer_one_refused(ana: Api):
    await create(ana, "x")
    # One character of it becomes four words.
    for text in ("a " * 250, "ﷺ" * 500, "".join(f"{n}ﷺ" for n in range(100)), "\\" * 500):
        assert await titles(ana, text) == []
    assert await titles(ana, "x " * 250) == ["x"]
    search = ["filter", "search"]
    assert await refused(ana, TASKS, filter={"search": "a" * 501}) == ("INVALID_INPUT", search)
    assert await refused(ana, TASKS, filter={"search": "a\x00"}) == ("INVALID_INPUT", search)
    assert await refused(ana, TASKS, filter={"labelIds": [str(uuid4())] * 51}) == (
        "INVALID_INPUT",
        ["filter", "labelIds"],
    )


async def test_another_users_tasks_are_in_no_list(ana: Api, ben: Api):
    project = (await mutate(ana, "createProject", "project { id }", name="x"))["id"]
    label = (await mutate(ana, "createLabel", "label { id }", name="x"))["id"]
    parent = await create(ana)
    id_ = await create(ana, projectId=project, labelIds=[label], parentId=parent)
    await create(ben, "Ben's")
    for filter_ in ({"projectId": project}, {"parentId": parent}, {"labelIds": [label]}, {"search": "x"}):
        assert await all_tasks(ben, filter=filter_) == []
    found = await page(ben, after=(await page(ana, first=1))["pageInfo"]["endCursor"])
    assert [task["title"] for task in found["nodes"]] == ["Ben's"]
    log = (await ben.run(EVENTS, aggregateId=id_))["events"]
    assert log["nodes"] == []


async def whole_log(api: Api) -> list[Event]:
    found = (await api.run(EVENTS))["events"]
    assert not found["pageInfo"]["hasNextPage"]
    return list(found["nodes"])


async def pages_of_events(api: Api, first: int, **wanted: Any) -> tuple[list[Event], str]:
    """All events page by page, each page held to what it promises; and how far the log was read."""
    events: list[Event] = []
    after = None
    while True:
        got = (await api.run(EVENTS, first=first, after=after, **wanted))["events"]
        info, cursors = got["pageInfo"], [event["cursor"] for event in got["nodes"]]
        assert [(edge["cursor"], edge["node"]["id"]) for edge in got["edges"]] == [
            (event["cursor"], event["id"]) for event in got["nodes"]
        ]
        assert info["startCursor"] == (cursors[0] if cursors else None)
        assert info["hasPreviousPage"] == (after is not None)
        assert info["endCursor"]
        events += got["nodes"]
        after = info["endCursor"]
        if not info["hasNextPage"]:
            return events, after
        assert len(cursors) == first
        assert after == cursors[-1]


async def test_the_log_filtered_page_by_page_is_the_whole_log_filtered(ana: Api):
    ids = await asyncio.gather(*(create(ana, str(n)) for n in range(12)))
    for n in range(12):
        await mutate(ana, "updateTask", "task { id }", id=ids[n % 3], title=f"again {n}")
    # These share an instant.
    await mutate(ana, "changeTasks", "tasks { id }", ids=ids[:8], completed=True)
    await mutate(ana, "createLabel", "label { id }", name="x")
    log = await whole_log(ana)
    assert len(log) >= 33
    newest = (await ana.run("{ cursor }"))["cursor"]
    assert log[-1]["cursor"] == newest
    assert [event["timestamp"] for event in log] == sorted(event["timestamp"] for event in log)

    chance = random.Random(5)
    times = [event["timestamp"] for event in log]
    together = next(event["timestamp"] for event in log if event["type"] == "TASK_COMPLETED")
    choices: dict[str, list[Any]] = {
        "types": [[], ["TASK_UPDATED"], ["TASK_COMPLETED", "LABEL_CREATED"], ["USER_UPDATED"]],
        "aggregateId": [*ids[:2], ids[11], str(uuid4()), "nonsense"],
        "since": [times[0], times[9], together, times[-1], "2200-01-01T00:00:00Z"],
        "until": ["1970-01-01T00:00:00Z", times[0], times[9], together, times[-1], "2200-01-01T00:00:00Z"],
    }
    filters: list[dict[str, Any]] = [{}]
    filters += [{name: value} for name, values in choices.items() for value in values]
    for _ in range(20):
        names = chance.sample(sorted(choices), chance.choice([2, 3]))
        filters.append({name: chance.choice(choices[name]) for name in names})
    for wanted in filters:
        expected = [
            event
            for event in log
            if ("types" not in wanted or event["type"] in wanted["types"])
            and event["aggregateId"] == wanted.get("aggregateId", event["aggregateId"])
            and ("since" not in wanted or instant(event["timestamp"]) >= instant(wanted["since"]))
            and ("until" not in wanted or instant(event["timestamp"]) < instant(wanted["until"]))
        ]
        for first in (max(1, len(expected) // 3), max(1, len(expected))):
            found, read_to = await pages_of_events(ana, first, **wanted)
            assert found == expected, (wanted, first)
            if "until" not in wanted:
                assert read_to == newest, wanted


async def test_where_a_filter_leaves_everything_out_the_log_was_read_all_the_same(ana: Api):
    await create(ana)
    await create(ana)
    _, read_to = await pages_of_events(ana, 100, types=["USER_UPDATED"])
    assert read_to == (await ana.run("{ cursor }"))["cursor"]
    await mutate(ana, "updateViewer", "user { id }", name="Anna")
    after = (await ana.run(EVENTS, after=read_to, types=["USER_UPDATED"]))["events"]
    assert [event["type"] for event in after["nodes"]] == ["USER_UPDATED"]


async def test_the_log_goes_on_from_where_until_ended_it(ana: Api):
    ids = [await create(ana, str(n)) for n in range(6)]
    log = await whole_log(ana)
    for index, event in enumerate(log):
        _, read_to = await pages_of_events(ana, 100, until=event["timestamp"])
        rest = (await ana.run(EVENTS, after=read_to))["events"]["nodes"]
        assert rest == log[index:]
        # Filtered out are not passed over: where nothing before `until` is wanted, all before it was read.
        _, read_to = await pages_of_events(ana, 100, until=event["timestamp"], aggregateId=ids[5])
        assert (await ana.run(EVENTS, after=read_to))["events"]["nodes"] == log[index:]
    # Where `until` lies before the cursor, the place stays.
    late = log[-2]["cursor"]
    stays = (await ana.run(EVENTS, after=late, until=log[0]["timestamp"]))["events"]["pageInfo"]
    assert stays == {"hasNextPage": False, "hasPreviousPage": True, "startCursor": None, "endCursor": late}


async def test_a_bad_cursor_of_the_log_is_told_from_one_that_can_not_be_read(ana: Api, ben: Api):
    await create(ben)
    bens = (await ben.run("{ cursor }"))["cursor"]
    for cursor, code in (
        (bens, "CURSOR_INVALID"),
        ("tf1_" + "A" * 32, "CURSOR_INVALID"),
        ("x", "INVALID_INPUT"),
    ):
        with pytest.raises(GraphQLFailed) as failed:
            await ana.run(EVENTS, after=cursor)
        assert failed.value.code == code
        assert (await ana.post(EVENTS, {"after": cursor})).get("data") is None


@pytest.mark.parametrize("fields", ["cursor {}", "{} cursor"])
async def test_the_cursor_of_a_request_is_never_newer_than_its_list(ana: Api, fields: str):
    """Whoever goes on from it misses nothing, however busy others are meanwhile."""
    query = f"{{ {fields.format('tasks(first: 100) { nodes { id } }')} }}"
    created: list[str] = []
    writing = [True]

    async def write() -> None:
        created.extend([await create(ana, str(n)) for n in range(15)])

    async def write_all() -> None:
        await asyncio.gather(*(write() for _ in range(4)))
        writing[0] = False

    reads: list[dict[str, Any]] = []

    async def read() -> None:
        while writing[0]:
            reads.append(await ana.run(query))

    await asyncio.gather(write_all(), read())
    assert len(created) == 60
    busy = [read for read in reads if 0 < len(read["tasks"]["nodes"]) < 60]
    assert busy
    for read in busy:
        listed = {task["id"] for task in read["tasks"]["nodes"]}
        rest = (await ana.run(EVENTS, after=read["cursor"]))["events"]["nodes"]
        assert listed | {event["aggregateId"] for event in rest} == set(created)
