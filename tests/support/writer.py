"""A device that keeps changing things, at any of several servers, and never takes a fault for an answer."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from tests.support.journal import Journal, Outcome, Request

#: Of one attempt. A server that hangs is left for the next.
ATTEMPT_SECONDS = 15.0
BACKOFF_SECONDS = 0.1, 1.0
#: After the end of writing, for what was not answered yet.
LAST_SECONDS = 20.0
NEVER_A_VERSION = 1_000_000
INPUTS = {"createTask": "CreateTaskInput", "updateTask": "UpdateTaskInput", "completeTask": "TaskIdInput"}
SELECTION = "{ task { id title version } errors { code message } }"


class Writer:
    """Creates, renames, completes, and asks for what must be refused, in turn, `pace_seconds` apart.

    roams  goes to another server each time; else only where one fails
    """

    def __init__(
        self, urls: Sequence[str], user_id: str, token: str, journal: Journal, *, roams: bool
    ) -> None:
        self._urls = itertools.cycle(urls)
        self._url = next(self._urls)
        self._roams = roams
        self._user_id = user_id
        self._journal = journal
        self._stopped = asyncio.Event()
        self._gives_up_at = float("inf")
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"}, timeout=ATTEMPT_SECONDS, trust_env=False
        )

    def stop(self) -> None:
        """What is under way is brought to its end, within LAST_SECONDS."""
        self._gives_up_at = time.monotonic() + LAST_SECONDS
        self._stopped.set()

    async def run(self, pace_seconds: float) -> None:
        """Until it is stopped."""
        async with self._http:
            while not self._stopped.is_set():
                task = await self._send("createTask", id=str(uuid4()))
                await self._pause(pace_seconds)
                if task is None:
                    continue
                for mutation, input_ in (
                    ("updateTask", {"expectedVersion": task["version"]}),
                    ("updateTask", {"expectedVersion": NEVER_A_VERSION}),
                    ("completeTask", {}),
                ):
                    if not self._stopped.is_set():
                        refused = input_.get("expectedVersion") == NEVER_A_VERSION
                        await self._send(mutation, refused=refused, id=task["id"], **input_)
                        await self._pause(pace_seconds)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return

    async def _send(self, mutation: str, *, refused: bool = False, **input_: Any) -> dict[str, Any] | None:
        """One request, sent until it is answered; the task, where it was done."""
        request = Request(mutation, self._user_id, input_["id"], refused)
        self._journal.requests.append(request)
        if mutation != "completeTask":
            input_["title"] = request.id
        query = f"mutation ($input: {INPUTS[mutation]}!) {{ {mutation}(input: $input) {SELECTION} }}"
        body = {"query": query, "variables": {"input": input_}}
        wait, longest = BACKOFF_SECONDS
        while time.monotonic() < self._gives_up_at:
            said, payload = await self._attempt(request, body)
            self._journal.answers[said] += 1
            self._journal.changed.set()
            if payload is None or self._roams:
                self._url = next(self._urls)
            if payload is not None:
                return self._note(request, payload[mutation])
            await asyncio.sleep(wait)
            wait = min(2 * wait, longest)
        return None

    async def _attempt(
        self, request: Request, body: dict[str, Any]
    ) -> tuple[str, dict[str, dict[str, Any]] | None]:
        """What was said, and the payload where that is an answer."""
        try:
            request.url = self._url
            answer = await self._http.post(
                request.url + "/graphql", json=body, headers={"X-Correlation-ID": request.id}
            )
            said = answer.json()
        except httpx.ConnectError:
            return "unreachable", None
        except httpx.HTTPError:
            return "cut off", None
        except ValueError:
            self._journal.surprises.append(f"{request}: {answer.status_code} {answer.text[:200]}")
            return "no JSON", None
        if not said.get("errors"):
            return "answered", said["data"]
        code = (said["errors"][0].get("extensions") or {}).get("code")
        if code == "UNAVAILABLE":
            return "unavailable", None
        self._journal.surprises.append(f"{request}: {said['errors']}")
        return str(code), None

    def _note(self, request: Request, payload: dict[str, Any]) -> dict[str, Any] | None:
        request.told_at = time.monotonic()
        task: dict[str, Any] | None = payload["task"]
        codes = [error["code"] for error in payload["errors"]]
        # Nobody else changes this task: a conflict over one's own title was an attempt that nobody answered.
        if not codes or (codes == ["CONFLICT"] and task is not None and task["title"] == request.id):
            request.outcome = Outcome.ACKED
            if request.refused:
                self._journal.surprises.append(f"{request}: done, though its version is none")
            return task
        request.outcome = Outcome.FAILED
        if codes != ["CONFLICT"] or request.mutation != "updateTask":
            self._journal.surprises.append(f"{request}: {payload['errors']}")
        return None
