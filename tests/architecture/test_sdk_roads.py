"""Dapr is reached by its own SDK, and the live road leads through broadcaster: neither stands there for show."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import broadcaster
import grpc
import httpx
import pytest
from broadcaster._backends.memory import MemoryBackend
from dapr.ext.fastapi import DaprApp
from dapr.proto import api_service_v1, api_v1
from google.protobuf.empty_pb2 import Empty

from graphql_api.live.hub import Hub
from jobs.broadcast import open_broadcast
from jobs.bus import Message
from jobs.bus.dapr_bus import DaprBus, DaprConfig
from jobs.bus.memory_bus import MemoryBus
from jobs.bus.message import encode
from jobs.fanout import FanOut
from tests.buses.dapr_fixture import App
from tests.buses.test_message import EVENT
from tests.services.daprd import APP_API_TOKEN

DEADLINE_SECONDS = 20


class Sidecar(api_service_v1.DaprServicer):
    """Notes what it is asked to publish, and who asked. On HTTP it is healthy, and knows nothing else."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Any]] = []
        self._grpc = grpc.server(ThreadPoolExecutor(2))
        api_service_v1.add_DaprServicer_to_server(self, self._grpc)
        self.grpc_port = self._grpc.add_insecure_port("127.0.0.1:0")
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Healthy)
        self.http_port = self._http.server_port

    def start(self) -> None:
        self._grpc.start()
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._grpc.stop(None).wait(DEADLINE_SECONDS)

    def PublishEvent(self, request, context):  # noqa: N802 - the protocol's name
        self._note(request, context)
        return Empty()

    def BulkPublishEvent(self, request, context):  # noqa: N802
        self._note(request, context)
        return api_v1.BulkPublishResponse()

    def _note(self, request, context) -> None:
        self.published.append((dict(context.invocation_metadata())["user-agent"], request))


class _Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204 if self.path == "/v1.0/healthz/outbound" else 404)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def sidecar() -> Iterator[Sidecar]:
    sidecar = Sidecar()
    sidecar.start()
    yield sidecar
    sidecar.stop()


async def test_all_that_goes_to_dapr_is_sent_by_its_sdk(sidecar: Sidecar):
    bus = DaprBus(DaprConfig(sidecar.http_port, sidecar.grpc_port))
    await bus.start()
    await bus.publish([Message("ana", b"one")])
    await bus.publish([Message("ana", b"two"), Message("ben", b"three")])
    await bus.publish_dead([Message("ana", b"dead")])
    await bus.stop()
    agents, requests = zip(*sidecar.published, strict=True)
    assert all(agent.startswith("dapr-sdk-python/") for agent in agents)
    assert [request.topic for request in requests] == ["tasks.events", "tasks.events", "tasks.events.dlq"]
    assert [entry.event for entry in requests[1].entries] == [b"two", b"three"]


async def test_all_that_comes_from_dapr_was_subscribed_to_by_its_sdk(monkeypatch: pytest.MonkeyPatch):
    routes: list[str] = []
    subscribe = DaprApp.subscribe

    def noting(self, pubsub, topic, metadata, route, dead_letter_topic=None):
        routes.append(route)
        return subscribe(self, pubsub, topic, metadata, route, dead_letter_topic)

    monkeypatch.setattr(DaprApp, "subscribe", noting)
    app = App()
    await app.start(DaprBus(DaprConfig()))
    async with httpx.AsyncClient(timeout=DEADLINE_SECONDS) as http:
        url, token = f"http://127.0.0.1:{app.port}/dapr/subscribe", {"dapr-api-token": APP_API_TOKEN}
        told = (await http.get(url, headers=token)).json()
    await app.stop()
    assert routes == [subscription["route"] for subscription in told] == ["/dapr/events", "/dapr/fanout"]


async def test_what_a_subscriber_is_shown_came_through_broadcaster(monkeypatch: pytest.MonkeyPatch):
    noted: list[tuple[object, ...]] = []
    for name in ("subscribe", "publish"):
        call = getattr(MemoryBackend, name)

        async def noting(self, *arguments, name=name, call=call):
            noted.append((name, *arguments))
            await call(self, *arguments)

        monkeypatch.setattr(MemoryBackend, name, noting)
    broadcast, bus = open_broadcast("memory://"), MemoryBus()
    assert isinstance(broadcast, broadcaster.Broadcast)
    fanout, hub = FanOut(bus, broadcast), Hub(cast(Any, None), broadcast)
    message, shown = encode(EVENT), asyncio.Event()
    await broadcast.connect()
    await bus.start()
    running = asyncio.create_task(fanout.run())
    with hub.hold(EVENT.user_id) as feed:
        feed.listen(shown.set)
        async with asyncio.timeout(DEADLINE_SECONDS):
            await feed.ready.wait()
            await bus.publish([message])
            await shown.wait()
        assert feed.after(EVENT.seq - 1) == [EVENT]
    running.cancel()
    await bus.stop()
    await broadcast.disconnect()
    assert noted == [("subscribe", message.key), ("publish", message.key, message.body.decode())]


def test_redis_is_reached_through_broadcaster_as_well():
    assert isinstance(open_broadcast("redis://127.0.0.1:1/0"), broadcaster.Broadcast)
