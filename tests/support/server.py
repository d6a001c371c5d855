"""TaskFlow as its users run it: a process of its own, started, killed and started again."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20
#: What of the environment a test's server may see: nothing that configures TaskFlow.
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class Server:
    """`python -m graphql_api serve` on a free loopback port. `log` holds what it wrote to stderr."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = 0
        self.log_path = data_dir / "server.log"
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns when it listens. After the first start it keeps its port."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        own = {"PORT": str(self.port), "DATA_DIR": str(self.data_dir), "LOG_FORMAT": "json"}
        with self.log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "graphql_api", "serve", "--migrate"),
                cwd=ROOT,
                env=kept | own | self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            while line := (await self._process.stdout.readline()).decode():
                if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                    self.port = int(found[1])
                    return
        raise AssertionError(f"the server did not start:\n{self.log}")

    async def kill(self) -> None:
        """As a power cut would: no warning, no clean-up."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(how)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise AssertionError("the server did not stop in time") from None
        finally:
            self._process = None
