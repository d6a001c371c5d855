"""What /metrics answers. Of several processes behind one port any is asked, and answers for all.

Each has a socket in a folder that their parent made. Whoever is asked asks the others there, and sets the figures of
each apart by a label: those of one that died are gone with it, as at any restart, and counting costs nobody more.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import structlog
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from graphql_api.telemetry.process import count_tasks
from graphql_api.telemetry.stored import Stored

log = structlog.get_logger()

#: One that hangs is left out after so long.
ANSWER_SECONDS = 2.0

type Families = list[dict[str, Any]]


class Exposition:
    """folder: where the processes behind this port meet; None where this is the only one."""

    def __init__(self, stored: Stored, folder: Path | None = None) -> None:
        self._stored = stored
        self._folder = folder
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        if self._folder is not None:
            self._server = await asyncio.start_unix_server(self._answer, self._own(self._folder))

    async def stop(self) -> None:
        if self._folder is not None and self._server is not None:
            self._server.close()
            self._own(self._folder).unlink(missing_ok=True)

    async def text(self) -> bytes:
        if self._folder is None:
            await self._look()
            return generate_latest()
        sockets = sorted(self._folder.glob("*.sock"))
        answers = await asyncio.gather(*(self._ask(socket) for socket in sockets))
        workers = {socket.stem: families for socket, families in zip(sockets, answers, strict=True)}
        registry = CollectorRegistry()
        registry.register(_Together(workers))
        return generate_latest(registry)

    async def _ask(self, socket: Path) -> Families:
        """Nothing where it is gone, or does not answer."""
        if socket == self._own(socket.parent):
            return await self._tell()
        writer = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(socket)
                families: Families = orjson.loads(await reader.read())
                return families
        except (ConnectionRefusedError, FileNotFoundError):
            _forget(socket)
        except (OSError, TimeoutError, orjson.JSONDecodeError) as error:
            log.warning("metrics_of_worker_missing", worker=socket.stem, reason=repr(error))
        finally:
            if writer is not None:
                writer.close()
        return []

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(orjson.dumps(await self._tell()))
            await writer.drain()
        writer.close()

    async def _look(self) -> None:
        count_tasks()
        await self._stored.look()

    async def _tell(self) -> Families:
        await self._look()
        return [
            {
                "name": family.name,
                "help": family.documentation,
                "type": family.type,
                "samples": [(sample.name, sample.labels, sample.value) for sample in family.samples],
            }
            for family in REGISTRY.collect()
        ]

    @staticmethod
    def _own(folder: Path) -> Path:
        return folder / f"{os.getpid()}.sock"


def _forget(socket: Path) -> None:
    """Its process died and could not take it away."""
    socket.unlink(missing_ok=True)


class _Together(Collector):
    """The families of all workers, each sample with the label `worker`: the number of its process."""

    def __init__(self, workers: dict[str, Families]) -> None:
        self._workers = workers

    def collect(self) -> Iterable[Metric]:
        together: dict[str, Metric] = {}
        for worker, family in self._families():
            name = family["name"]
            if name not in together:
                together[name] = Metric(name, family["help"], family["type"])
            for sample, labels, value in family["samples"]:
                # JSON has no NaN and no infinity: a figure that is none is left out.
                if value is not None:
                    together[name].add_sample(sample, {**labels, "worker": worker}, value)
        return together.values()

    def _families(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for worker, families in self._workers.items():
            for family in families:
                yield worker, family
