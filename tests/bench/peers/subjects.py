"""A running server under load: what the load client is to do there."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.bench.peers.documents import FIRST, LIST, TITLE, create_body, greeting, list_body
from tests.bench.post import BenchFailed

#: Numbered from 0. The last one has tasks with projects and labels, for whoever reads lists.
USERS = 50


@dataclass(slots=True)
class Subject:
    """A running server. `create`, `list` and `listen` are what the load client is to do there."""

    name: str
    port: int
    pid: int
    #: By user, the Authorization header.
    authorizations: list[str]
    #: Its own PostgreSQL's, where it has one.
    database_pid: int | None = None
    accepted: str = '"errors":[]'
    path: str = "/graphql"
    #: How long its answer to `list` is, in bytes.
    list_bytes: int = 0
    #: An answer to `create`, and what a socket is sent of it.
    sample: tuple[str, str] = ("", "")

    def create(self, user: int) -> dict[str, str]:
        return self._request(user, create_body())

    def list(self, user: int) -> dict[str, str]:
        return self._request(user, list_body())

    def listen(self, user: int) -> dict[str, Any]:
        """One device."""
        with self._http(user) as http:
            after = http.post("/graphql", json={"query": "{ cursor }"}).json()["data"]["cursor"]
        return {
            "User": user,
            "Kind": "graphql",
            "Path": self.path,
            "Greeting": greeting(self.authorizations[user], after),
        }

    def check_list(self) -> None:
        """Raises BenchFailed where it does not give the last user's tasks whole."""
        with self._http(USERS - 1) as http:
            answer = http.post("/graphql", json={"query": LIST, "variables": {"first": FIRST}})
        nodes = answer.json()["data"]["tasks"]["nodes"]
        if len(nodes) != FIRST or any(len(n["labels"]) != 2 or not n["project"]["name"] for n in nodes):
            raise BenchFailed(f"{self.name} lists something else: {answer.text[:300]}")
        self.list_bytes = len(answer.content)

    def _request(self, user: int, body: str) -> dict[str, str]:
        return {"Path": self.path, "Authorization": self.authorizations[user], "Body": body}

    def _http(self, user: int) -> httpx.Client:
        headers = {"authorization": self.authorizations[user]}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=20)


class Raw(Subject):
    """What is posted there goes to the user's sockets as it is."""

    def create(self, user: int) -> dict[str, str]:
        return {"Path": f"/user-{user}", "Authorization": "", "Body": self.sample[1]}

    def listen(self, user: int) -> dict[str, Any]:
        return {"User": user, "Kind": "graphql", "Path": f"/user-{user}", "Greeting": []}


@dataclass(slots=True)
class PocketBase(Subject):
    user_ids: list[str] = field(default_factory=list)

    def create(self, user: int) -> dict[str, str]:
        body = f'{{"user":"{self.user_ids[user]}","title":"{TITLE}","timeZone":"UTC","version":1}}'
        return self._request(user, body)

    def listen(self, user: int) -> dict[str, Any]:
        return {
            "User": user,
            "Kind": "events",
            "Path": "/api/realtime",
            "Greeting": ['{"clientId":"CLIENT","subscriptions":["tasks/*"]}'],
            "Authorization": self.authorizations[user],
        }
