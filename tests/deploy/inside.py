"""Run inside a container, by the Python of the API's image: somebody signs up, and makes a task.

Its arguments are the server's address and the page's. It prints what the server then says there is.
"""

import json
import sys
import urllib.request

import websockets.sync.client

URL, ORIGIN = sys.argv[1:]
SIGN_UP = "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken errors { message } } }"
CREATE = 'mutation { createTask(input: {title: "Alive"}) { errors { message } } }'


def ask(query: str, token: str = "", **variables: object) -> tuple[dict, str]:
    """The data, and the cookie that came with it."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Origin": ORIGIN}
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{URL}/graphql", body, headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["data"], answer.headers.get("Set-Cookie", "")


person = {"email": "ana@example.com", "password": "correct horse battery", "name": "Ana", "inCookie": True}
payload, cookie = ask(SIGN_UP, input=person)
token = payload["signUp"]["accessToken"]
with websockets.sync.client.connect(
    f"ws{URL[4:]}/graphql", subprotocols=["graphql-transport-ws"], origin=ORIGIN, open_timeout=20
) as socket:

    def take(kind: str) -> dict:
        while (message := json.loads(socket.recv(20)))["type"] != kind:
            pass
        return message

    socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    take("connection_ack")
    subscription = {"query": "subscription { events { type task { title } } }"}
    socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": subscription}))
    ask(CREATE, token)
    event = take("next")["payload"]["data"]["events"]
tasks, _ = ask("{ tasks { nodes { title } } }", token)
with urllib.request.urlopen(f"{URL}/", timeout=20) as page:
    text, policy = page.read().decode(), page.headers["Content-Security-Policy"]
print(
    json.dumps(
        {
            "tasks": [node["title"] for node in tasks["tasks"]["nodes"]],
            "event": event,
            "cookie": cookie.partition("=")[0],
            "page": "TaskFlow" in text,
            "policy": policy,
        }
    )
)
