"""What all servers that speak GraphQL are asked, word for word the same."""

import json
from typing import Any

from tests.bench.target import CREATE, EVENTS, TASK

#: Before the eight digits of a request's number, as the load client has it.
MARK = "bench-"
TITLE = f"{MARK}{0:08}"
LIST = (
    "query Tasks($first: Int!) { tasks(first: $first) "
    f"{{ nodes {{ {TASK} }} pageInfo {{ hasNextPage endCursor }} }} }}"
)
FIRST = 50


def create_body() -> str:
    return operation(CREATE, input={"title": TITLE})


def list_body() -> str:
    return operation(LIST, first=FIRST)


def greeting(authorization: str, after: str) -> list[str]:
    """What a socket says to hear of all that comes after the cursor."""
    init = {"type": "connection_init", "payload": {"authorization": authorization}}
    subscribe = {
        "id": "1",
        "type": "subscribe",
        "payload": {"query": EVENTS, "variables": {"after": after}},
    }
    return [json.dumps(init), json.dumps(subscribe)]


def operation(query: str, **variables: Any) -> str:
    return json.dumps({"query": query, "variables": variables})
