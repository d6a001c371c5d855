"""TaskFlow as its users run it: a process of its own, started, killed and started again."""

import asyncio
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20
#: What of the environment a test's server may see: nothing that configures TaskFlow.
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class Server:
    """`python -m graphql_api serve` on a free loopback port. `log` holds what it wrote to stderr.

    Rates are off unless a test asks: whole suites sign up from one address.

    port     free where it is 0
    program  another one that does the same, and more
    root     where its code is
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        migrate: bool = True,
        program: str = "graphql_api",
        root: Path = ROOT,
        **environment: str,
    ) -> None:
        self.data_dir = data_dir
        self.port = port
        self.log_path = data_dir / "server.log"
        self.environment = environment
        self._root = root
        self._command = [program, "serve", *(["--migrate"] if migrate else [])]
        self._process: subprocess.Popen[bytes] | None = None
        #: On stdout; all of it once it has ended.
        self.said = b""

    @property
    def host(self) -> str:
        return self.environment.get("HOST", "127.0.0.1")

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def peer_url(self) -> str:
        """Where the same is served by another process, where there is one."""
        return self.url

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def database_url(self) -> str:
        """For whoever looks behind its back."""
        return self.environment.get("DATABASE_URL") or f"sqlite:///{self.data_dir / 'taskflow.db'}"

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns when it listens. After the first start it keeps its port."""
        await asyncio.to_thread(self.start_now)

    async def kill(self) -> None:
        """As a power cut would: no warning, no clean-up."""
        await asyncio.to_thread(self.end_now, signal.SIGKILL)

    async def stop(self) -> None:
        await asyncio.to_thread(self.end_now, signal.SIGTERM)

    async def ended(self) -> None:
        """Wait until it ends by itself."""
        assert self._process is not None
        await asyncio.to_thread(self._process.wait, START_SECONDS)

    def arm(self, failpoint: str, what: str) -> None:
        """Have the program of the fault tests fail at that place, the next time that it comes there."""
        place = self._failpoint(failpoint)
        place.parent.mkdir(exist_ok=True)
        unseen = place.with_suffix(".new")
        unseen.write_text(what, encoding="utf-8")
        unseen.rename(place)

    def armed(self, failpoint: str) -> bool:
        """Whether it has not come there yet."""
        return self._failpoint(failpoint).exists()

    def disarm(self, failpoint: str) -> bool:
        """Whether it has not come there, and will not."""
        try:
            self._failpoint(failpoint).unlink()
        except FileNotFoundError:
            return False
        return True

    def _failpoint(self, name: str) -> Path:
        return self.data_dir / "failpoints" / name

    def pause(self) -> None:
        """It hangs: its kernel accepts connections, and nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def start_now(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        own = {
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            "LOG_FORMAT": "json",
            "RATE_LIMIT": "off",
        }
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._command],
                cwd=self._root,
                env=kept | own | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        deadline = time.monotonic() + START_SECONDS
        said = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while selector.select(deadline - time.monotonic()):
                more = os.read(self._process.stdout.fileno(), 4096)
                said += more
                if found := re.search(rf"http://{re.escape(self.host)}:(\d+)/".encode(), said):
                    self.port = int(found[1])
                    self.said += said
                    return
                if not more:
                    break
        raise AssertionError(f"the server did not start:\n{self.log}")

    def end_now(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("the server did not stop in time") from None
        finally:
            assert process.stdout is not None
            self.said += process.stdout.read()
            process.stdout.close()
