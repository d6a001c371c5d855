"""What falls due is heard at its moment, on every device."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.client import EVENTS, Api, Socket, open_socket
from tests.support.server import Server

#: It is to be less than a second; a machine that does other things meanwhile is given more.
LATE_SECONDS = 2.5


async def hear(socket: Socket, types: set[str]) -> dict[str, tuple[dict[str, Any], datetime]]:
    """The first event of each type, and when it came."""
    heard: dict[str, tuple[dict[str, Any], datetime]] = {}
    async with asyncio.timeout(20):
        while heard.keys() < types:
            event = (await socket.next())["data"]["events"]
            if event["type"] in types:
                assert event["type"] not in heard
                heard[event["type"]] = event, datetime.now(UTC)
    return heard


def text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


async def test_a_series_and_a_reminder_due_in_three_seconds_reach_two_devices_at_their_moment(
    server: Server, ana: Api
):
    other = await ana.another_device()
    at = (datetime.now(UTC) + timedelta(seconds=4)).replace(microsecond=0)
    async with open_socket(server.url, ana.token) as one, open_socket(server.url, other.token) as two:
        after = (await ana.run("{ cursor }"))["cursor"]
        for socket in (one, two):
            await socket.subscribe(EVENTS, after=after)
        series = await ana.mutate(
            "createTask",
            "task { id } errors { code field }",
            title="stretch",
            dueDate=text(at - timedelta(hours=1)),
            recurrence={"rule": "FREQ=HOURLY"},
        )
        ring = await ana.mutate(
            "createTask",
            "task { id reminders { id } } errors { code field }",
            title="tea",
            reminders=[{"remindAt": text(at)}],
        )
        assert series["errors"] == ring["errors"] == []
        both = await asyncio.gather(
            *(hear(socket, {"RECURRING_SPAWNED", "REMINDER_TRIGGERED"}) for socket in (one, two))
        )
    await other.http.aclose()
    for heard in both:
        spawned, spawned_at = heard["RECURRING_SPAWNED"]
        rung, rung_at = heard["REMINDER_TRIGGERED"]
        assert spawned["data"]["spawnedFromId"] == series["task"]["id"]
        assert spawned["data"]["dueDate"] == text(at)
        assert rung["aggregateId"] == ring["task"]["reminders"][0]["id"]
        assert rung["data"]["late"] is False
        late = [(each - at).total_seconds() for each in (spawned_at, rung_at)]
        print(f"spawned {late[0]:.3f} s, rang {late[1]:.3f} s after their moment")
        assert all(-0.1 < each < LATE_SECONDS for each in late)
