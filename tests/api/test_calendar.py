"""The calendar feed by its URL, imports and exports, as clients use them."""

import re
from typing import Any

from tests.api.acts import cursor, graphql_error, news, recur, task
from tests.support.calendar_file import File
from tests.support.client import Api

FEED = "feed { createdAt lastReadAt } url eventsUrl errors { code field message }"
IMPORT = "created updated unchanged skipped notes { uid name message } cursor errors { code field message }"
ONE = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:one\r\nSUMMARY:One\r\nLOCATION:Graz\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"


async def create_feed(api: Api) -> tuple[str, str]:
    """The paths of both URLs."""
    payload = (await api.run(f"mutation {{ createCalendarFeed {{ {FEED} }} }}"))["createCalendarFeed"]
    assert payload["errors"] == []
    found = [
        re.fullmatch(r"http://[^/]+(/calendar/[A-Za-z0-9_-]{43}\.ics.*)", payload[name])
        for name in ("url", "eventsUrl")
    ]
    url, events_url = (each[1] for each in found if each)
    assert events_url == f"{url}?as=events"
    return url, events_url


async def read(api: Api, path: str) -> File:
    answer = await api.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return File(answer.content.decode())


async def import_(api: Api, ics: str, dry_run: bool = False) -> dict[str, Any]:
    return await api.mutate("importCalendar", IMPORT, ics=ics, dryRun=dry_run)


async def export(api: Api, first: int = 1000) -> str:
    parts, after = "", None
    while True:
        query = """query ($first: Int!, $after: String) {
          exportCalendar(first: $first, after: $after) { ics pageInfo { hasNextPage endCursor } } }"""
        page = (await api.run(query, first=first, after=after))["exportCalendar"]
        parts += page["ics"]
        if not page["pageInfo"]["hasNextPage"]:
            return parts
        after = page["pageInfo"]["endCursor"]


async def data(api: Api, first: int = 1000) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        query = """query ($first: Int!, $after: String) {
          exportData(first: $first, after: $after) { nodes pageInfo { hasNextPage endCursor } } }"""
        page = (await api.run(query, first=first, after=after))["exportData"]
        assert len(page["nodes"]) <= first
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


async def test_a_calendar_reads_tasks_and_series_by_a_url_alone(ana: Api):
    await task(ana, "Dentist", dueDate="2031-05-05T09:00:00Z", reminders=[{"beforeDue": "PT30M"}])
    series = await recur(ana, "FREQ=WEEKLY;BYDAY=MO", "2031-03-24T08:00:00Z")
    url, events_url = await create_feed(ana)
    to_dos, events = await read(ana, url), await read(ana, events_url)
    assert to_dos.parts("VEVENT") == events.parts("VTODO") == []
    assert to_dos.part("Dentist")["DUE"] == events.part("Dentist")["DTSTART"] == "20310505T110000"
    assert [alarm["TRIGGER"] for alarm in events.part("Dentist").parts] == ["-PT30M"]
    preview = await ana.run(
        """{ previewRecurrence(rule: "FREQ=WEEKLY;BYDAY=MO", start: "2031-03-24T08:00:00Z",
             timeZone: "Europe/Vienna", first: 5) }"""
    )
    for file in (to_dos, events):
        [part] = [each for each in file.calendar.parts if each.has("RRULE")]
        found = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in file.occurrences(part, 5)]
        assert found == preview["previewRecurrence"]
        assert part["UID"] == series["id"]
    assert to_dos.calendar["X-PUBLISHED-TTL"] == to_dos.calendar["REFRESH-INTERVAL"] == "PT1H"


async def test_a_feed_that_has_not_changed_is_not_sent_again(ana: Api):
    await task(ana, "a", dueOn="2031-05-05")
    url, events_url = await create_feed(ana)
    first = await ana.http.get(url)
    tag = first.headers["etag"]
    assert first.headers["cache-control"].startswith("private")
    again = await ana.http.get(url, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert (await ana.http.get(events_url, headers={"If-None-Match": tag})).status_code == 200
    head = await ana.http.head(url)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    await task(ana, "b", dueOn="2031-05-06")
    changed = await ana.http.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert "SUMMARY:b" in changed.text


async def test_a_feed_is_replaced_and_revoked(ana: Api):
    assert await ana.run("{ calendarFeed { createdAt } }") == {"calendarFeed": None}
    old, _ = await create_feed(ana)
    seen = (await ana.run("{ calendarFeed { createdAt lastReadAt } }"))["calendarFeed"]
    assert seen["lastReadAt"] is None
    await read(ana, old)
    assert (await ana.run("{ calendarFeed { lastReadAt } }"))["calendarFeed"]["lastReadAt"] >= seen[
        "createdAt"
    ]
    new, _ = await create_feed(ana)
    assert (await ana.http.get(old)).status_code == 404
    await read(ana, new)
    payload = (await ana.run(f"mutation {{ revokeCalendarFeed {{ {FEED} }} }}"))["revokeCalendarFeed"]
    assert payload == {"feed": None, "url": None, "eventsUrl": None, "errors": []}
    assert (await ana.http.get(new)).status_code == 404
    assert await ana.run("{ calendarFeed { createdAt } }") == {"calendarFeed": None}


async def test_no_other_path_leads_anywhere(ana: Api):
    url, _ = await create_feed(ana)
    token = url.removeprefix("/calendar/").removesuffix(".ics")
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    for path in (other, token.swapcase(), "x", "%00", "ä", token + "A", "a" * 5_000, "..%2f.."):
        answer = await ana.http.get(f"/calendar/{path}.ics")
        assert answer.status_code == 404
        assert "BEGIN" not in answer.text
    assert (await ana.http.post(url)).status_code == 405


async def test_no_log_tells_the_url(ana: Api, shared_server: Any):
    url, _ = await create_feed(ana)
    await read(ana, url)
    token = url.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in shared_server.log


async def test_a_file_is_rehearsed_then_imported_then_known(ana: Api):
    before = await cursor(ana)
    rehearsed = await import_(ana, ONE, dry_run=True)
    note = {"uid": "one", "name": "LOCATION", "message": "Places can't be kept."}
    counts = {"created": 1, "updated": 0, "unchanged": 0, "skipped": 0}
    assert rehearsed == {**counts, "notes": [note], "cursor": None, "errors": []}
    assert await cursor(ana) == before
    imported = await import_(ana, ONE)
    assert {name: imported[name] for name in counts} == counts
    [event] = await news(ana, before)
    assert (event["type"], event["data"]["externalId"]) == ("TASK_CREATED", "one")
    assert imported["cursor"] == await cursor(ana)
    found = (await ana.run("{ tasks { nodes { title externalId timeZone } } }"))["tasks"]["nodes"]
    assert found == [{"title": "One", "externalId": "one", "timeZone": "Europe/Vienna"}]
    again = await import_(ana, ONE)
    assert (again["created"], again["unchanged"], again["cursor"]) == (0, 1, None)
    assert (await import_(ana, ONE.replace("One", "Two")))["updated"] == 1


async def test_a_dry_run_is_what_is_done_unless_asked_otherwise(ana: Api):
    before = await cursor(ana)
    payload = await ana.mutate("importCalendar", IMPORT, ics=ONE)
    assert payload["created"] == 1
    assert await cursor(ana) == before


async def test_what_is_no_calendar_is_refused_with_the_line(ana: Api):
    payload = await import_(ana, ONE.replace("SUMMARY:One", "SUMMARY"))
    [error] = payload["errors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["ics"])
    assert error["message"].startswith("Line 4:")
    assert payload["created"] == 0
    too_many = "BEGIN:VCALENDAR\n" + "BEGIN:VTODO\nEND:VTODO\n" * 1_001 + "END:VCALENDAR\n"
    assert (await import_(ana, too_many))["errors"][0]["code"] == "LIMIT_EXCEEDED"
    answer = await ana.http.post(
        "/graphql",
        json={
            "query": "mutation ($i: ImportCalendarInput!) { importCalendar(input: $i) { created } }",
            "variables": {"i": {"ics": "x" * 10_000_000}},
        },
        headers={"Authorization": f"Bearer {ana.token}"},
    )
    assert answer.status_code == 413


async def test_an_import_of_one_account_is_none_of_anothers(ana: Api, ben: Api):
    await import_(ana, ONE)
    assert (await import_(ben, ONE))["created"] == 1
    theirs = (await ana.run("{ tasks { nodes { id } } }"))["tasks"]["nodes"][0]["id"]
    # Their task's id is a UID like any other.
    assert (await import_(ben, ONE.replace("UID:one", f"UID:{theirs}")))["created"] == 1
    assert (await ana.run("{ tasks { nodes { title version } } }"))["tasks"]["nodes"] == [
        {"title": "One", "version": 1}
    ]


async def test_an_account_moves_to_another_server(ana: Api, ben: Api):
    parent = await task(ana, "Parent", dueOn="2031-05-05", reminders=[{"beforeDue": "P1D"}])
    await task(ana, "Below", parentId=parent["id"])
    await recur(ana, "FREQ=DAILY;COUNT=5", "2031-05-05T09:00:00Z", missed="ALL")
    file = await export(ana)
    assert await export(ana, first=1) == file
    moved = await import_(ben, file)
    assert (moved["created"], moved["notes"]) == (3, [])
    assert await export(ben) == file


async def test_everything_is_exported_as_data_page_by_page(ana: Api):
    project = (await ana.mutate("createProject", "project { id }", name="p"))["project"]["id"]
    label = (await ana.mutate("createLabel", "label { id }", name="l"))["label"]["id"]
    made = await task(
        ana, "a", projectId=project, labelIds=[label], dueOn="2031-05-05", reminders=[{"beforeDue": "P1D"}]
    )
    await recur(ana, "FREQ=DAILY", "2031-05-05T09:00:00Z")
    gone = await task(ana, "gone")
    await ana.mutate("deleteTask", "errors { code }", id=gone["id"])
    nodes = await data(ana)
    assert await data(ana, first=1) == await data(ana, first=3) == nodes
    kinds = [node["kind"] for node in nodes]
    assert kinds == ["user", "project", "label", "task", "task", "task", "reminder"]
    told = {node["id"]: node for node in nodes}
    assert told[made["id"]]["projectId"] == project
    assert told[made["id"]]["labelIds"] == [label]
    assert told[gone["id"]]["deletedAt"] is not None
    events = await ana.run("{ events { nodes { aggregateId data } } }")
    last = {event["aggregateId"]: event["data"] for event in events["events"]["nodes"]}
    assert {
        id_: {name: value for name, value in node.items() if name != "kind"}
        for id_, node in told.items()
        if id_ in last
    } == last
    assert "password" not in str(nodes).lower()


async def test_an_exports_arguments_are_checked(ana: Api):
    for field, selection in (("exportData", "nodes"), ("exportCalendar", "ics")):
        for first in (0, 1_001):
            error = await graphql_error(ana, f"{{ {field}(first: {first}) {{ {selection} }} }}")
            assert (error["code"], error["field"]) == ("INVALID_INPUT", ["first"])
        for after in ("x", "W10", "WzEsMiwzXQ", "bnVsbA", "ä"):
            error = await graphql_error(ana, f'{{ {field}(after: "{after}") {{ {selection} }} }}')
            assert (error["code"], error["field"]) == ("INVALID_INPUT", ["after"])
    # One operation can't ask for the whole of everything many times over.
    many = " ".join(f"a{number}: exportData {{ nodes }}" for number in range(10))
    assert (await graphql_error(ana, f"{{ {many} }}"))["code"] == "QUERY_TOO_COMPLEX"


async def test_a_place_in_anothers_export_shows_nothing_of_theirs(ana: Api, ben: Api):
    for number in range(3):
        await task(ana, f"anas {number}")
    for field, selection in (("exportData", "nodes"), ("exportCalendar", "ics")):
        page = await ana.run(f"{{ {field}(first: 2) {{ {selection} pageInfo {{ endCursor }} }} }}")
        after = page[field]["pageInfo"]["endCursor"]
        found = await ben.post(f'{{ {field}(after: "{after}") {{ {selection} }} }}')
        assert "anas" not in str(found)
