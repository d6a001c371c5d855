"""graphql-transport-ws, as its specification and a hostile client have it, against the running server."""

import contextlib
import json
import time
from typing import Any

import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.client import EVENTS, Api, open_socket
from tests.support.server import Server

ME = "{ viewer { id } }"


async def closing(
    server: Server, *frames: str | bytes, token: str | None = None
) -> tuple[int | None, str | None]:
    """What the socket closes with after these frames."""
    async with open_socket(server.url, token) as socket:
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await socket.connection.send(frame)
        return await socket.close_code(), socket.connection.close_reason


def init(token: str | None) -> str:
    payload = {} if token is None else {"authorization": f"Bearer {token}"}
    return json.dumps({"type": "connection_init", "payload": payload})


def subscribe(id_: Any = "1", payload: Any = None) -> str:
    return json.dumps({"id": id_, "type": "subscribe", "payload": payload or {"query": ME}})


async def test_subscribing_before_the_acknowledgement_closes_with_4401(server: Server):
    assert (await closing(server, subscribe()))[0] == 4401


async def test_a_client_that_never_introduces_itself_is_closed_with_4408(server: Server):
    assert (await closing(server))[0] == 4408


async def test_a_second_introduction_closes_with_4429_also_while_the_first_is_pending(
    server: Server, ana: Api
):
    assert (await closing(server, init(ana.token), token=ana.token))[0] == 4429
    assert (await closing(server, init(ana.token), init(ana.token)))[0] == 4429


async def test_an_id_in_use_closes_with_4409_also_while_it_is_being_prepared(server: Server, ana: Api):
    events = subscribe("1", {"query": EVENTS})
    assert (await closing(server, events, events, token=ana.token))[0] == 4409
    assert (await closing(server, events, subscribe("1"), token=ana.token))[0] == 4409


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        b"{}",
        "{}",
        "[]",
        "null",
        "1",
        '"text"',
        "[" * 200_000,
        '{"type":1}',
        '{"type":"subscription"}',
        '{"type":"next","id":"1","payload":{}}',
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":null}',
        '{"type":"subscribe","id":"1","payload":[]}',
        '{"type":"subscribe","id":[1],"payload":{"query":"{ viewer { id } }"}}',
        '{"type":"subscribe","id":null,"payload":{"query":"{ viewer { id } }"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{ viewer { id } }"}}',
        '{"type":"complete"}',
        '{"type":"complete","id":{}}',
        '{"type":"ping","payload":7}',
    ],
    ids=lambda frame: str(frame)[:40],
)
async def test_what_is_not_a_message_closes_with_4400_and_leaves_no_trace_in_the_log(
    server: Server, ana: Api, frame: str | bytes
):
    assert (await closing(server, frame, token=ana.token))[0] == 4400
    assert "Traceback" not in server.log


@pytest.mark.parametrize("payload", ["null", "7", "[]"])
async def test_an_introduction_without_an_object_closes_with_4400(server: Server, payload: str):
    assert (await closing(server, f'{{"type":"connection_init","payload":{payload}}}'))[0] == 4400


async def test_a_long_reason_is_cut_to_what_a_close_frame_holds(server: Server, ana: Api):
    code, reason = await closing(server, json.dumps({"type": "ä" * 5000}), token=ana.token)
    assert code == 4400
    assert reason is not None
    assert 60 < len(reason.encode()) <= 123


@pytest.mark.parametrize(
    "payload", [{"query": 5}, {"query": ME, "variables": [1]}, {"query": ME, "operationName": 1}, {}]
)
async def test_a_request_of_the_wrong_shape_is_an_error_of_its_operation(
    server: Server, ana: Api, payload: Any
):
    async with open_socket(server.url, ana.token) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": payload})
        message = await socket.receive()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"]["code"] == "INVALID_INPUT"
        assert "object of type" not in str(message)
        await socket.subscribe(ME, "2")
        assert (await socket.next())["data"]["viewer"]["id"] == ana.user_id


async def test_a_syntax_error_is_an_error_of_its_operation(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe("{ viewer {")
        message = await socket.receive()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize("token", [None, "", "nonsense", "a.b.c"])
async def test_a_missing_or_bad_token_closes_with_4403(server: Server, token: str | None):
    assert (await closing(server, init(token)))[0] == 4403


async def test_a_token_alone_is_understood_as_one_behind_bearer_is(server: Server, ana: Api):
    for authorization in (ana.token, f"Bearer {ana.token}", f"bearer {ana.token}"):
        async with open_socket(server.url) as socket:
            await socket.send({"type": "connection_init", "payload": {"authorization": authorization}})
            assert await socket.receive() == {"type": "connection_ack"}


async def test_a_forged_token_closes_with_4403(server: Server, ana: Api):
    claims = jwt.decode(ana.token or "", options={"verify_signature": False})
    assert (await closing(server, init(jwt.encode(claims, None, algorithm="none"))))[0] == 4403
    assert (await closing(server, init(jwt.encode(claims, "x" * 40, algorithm="HS256"))))[0] == 4403


@pytest.mark.parametrize("subprotocols", [["graphql-ws"], ["foo"], None])
async def test_another_subprotocol_or_none_closes_with_4406(server: Server, subprotocols: Any):
    async with open_socket(server.url, subprotocols=subprotocols) as socket:
        assert await socket.close_code() == 4406


async def test_the_twenty_first_operation_is_an_error_and_the_socket_stays(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        for number in range(21):
            await socket.subscribe(EVENTS, str(number))
        message = await socket.receive()
        assert (message["type"], message["id"]) == ("error", "20")
        await socket.send({"id": "0", "type": "complete"})
        await socket.subscribe(ME, "after")
        assert (await socket.next())["data"]["viewer"]["id"] == ana.user_id


async def test_a_frame_over_256_kib_closes_with_1009_and_one_below_does_not(server: Server, ana: Api):
    padding = "x" * (256 * 1024 - 100)
    async with open_socket(server.url, ana.token) as socket:
        await socket.send({"type": "ping", "payload": {"padding": padding}})
        assert (await socket.receive())["payload"] == {"padding": padding}
        await socket.connection.send("x" * (256 * 1024 + 1))
        assert await socket.close_code() == 1009


async def test_a_ping_is_answered_with_its_payload(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        await socket.send({"type": "ping", "payload": {"a": 1}})
        assert await socket.receive() == {"type": "pong", "payload": {"a": 1}}
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}


async def test_completing_what_is_not_there_is_ignored(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        await socket.send({"id": "nobody", "type": "complete"})
        await socket.subscribe(ME)
        assert (await socket.next())["data"]["viewer"]["id"] == ana.user_id


async def test_after_completing_no_event_comes_and_the_id_is_free_again(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(EVENTS)
        await socket.send({"id": "1", "type": "complete"})
        await socket.subscribe(ME, "1")
        assert (await socket.receive())["type"] == "next"
        assert (await socket.receive())["type"] == "complete"
        await ana.mutate("createTask", "errors { code }", title="unseen")
        await socket.subscribe(ME, "3")
        assert (await socket.receive())["id"] == "3"


async def test_a_token_in_the_url_is_refused_before_the_upgrade_and_logged_nowhere(server: Server, ana: Api):
    for name in ("token", "access_token"):
        with pytest.raises(InvalidStatus) as refused:
            async with open_socket(server.url, query=f"?{name}={ana.token}"):
                pass
        assert refused.value.response.status_code == 400
    assert (ana.token or "") not in server.log


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_foreign_page_is_refused_before_the_upgrade(server: Server, origin: str):
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(server.url, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_queries_and_mutations_run_on_a_socket_too(server: Server, ana: Api):
    async with open_socket(server.url, ana.token) as socket:
        await socket.subscribe(
            'mutation { createTask(input: {title: "Buy milk"}) { task { title } errors { code } } }'
        )
        assert (await socket.next())["data"] == {"createTask": {"task": {"title": "Buy milk"}, "errors": []}}
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_logging_out_elsewhere_ends_this_sessions_sockets_and_no_others(server: Server, ana: Api):
    other = await ana.another_device()
    async with open_socket(server.url, ana.token) as mine, open_socket(server.url, other.token) as theirs:
        sessions = (await other.run("{ sessions { id current } }"))["sessions"]
        ended = next(session["id"] for session in sessions if not session["current"])
        payload = await other.mutate("endSession", "errors { code }", id=ended)
        assert payload["errors"] == []
        assert await mine.close_code() == 4403
        await theirs.subscribe(ME)
        assert (await theirs.next())["data"]["viewer"]["id"] == ana.user_id
    answer = await ana.post(ME)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_token_that_runs_out_closes_its_socket_with_4403_on_time(
    tmp_path_factory: pytest.TempPathFactory,
):
    server = Server(tmp_path_factory.mktemp("short"), ACCESS_TOKEN_MINUTES="0.05")
    await server.start()
    try:
        async with Api(server.url) as ana:
            await ana.sign_up()
            expires = jwt.decode(ana.token or "", options={"verify_signature": False})["exp"]
            async with open_socket(server.url, ana.token) as socket:
                await socket.subscribe(EVENTS)
                assert await socket.close_code() == 4403
                assert socket.connection.close_reason == "Token expired"
                assert -0.5 < time.time() - expires < 2.5
            assert (await closing(server, init(ana.token)))[0] == 4403
    finally:
        await server.kill()
