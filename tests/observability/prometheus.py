"""A throw-away Prometheus, which scrapes one TaskFlow, and its tool."""

import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.services.child import Child
from tests.services.ports import free_port

FOLDER = ROOT / "observability"
ALERTS = FOLDER / "alerts.yaml"
DASHBOARD = FOLDER / "dashboard.json"
START_SECONDS = 30


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("promtool") is None:
        pytest.skip("there is no promtool")
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)


class Prometheus:
    """On loopback. Start it from the main thread, whose end is also its."""

    def __init__(self, folder: Path, target: str) -> None:
        if shutil.which("prometheus") is None:
            pytest.skip("there is no prometheus")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._child = Child("Prometheus", folder / "prometheus.log")
        config = folder / "prometheus.yml"
        # What docs/operations.md shows, but for how often.
        jobs = [{"job_name": "taskflow", "static_configs": [{"targets": [target]}]}]
        every = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config.write_text(
            yaml.safe_dump({"global": every, "rule_files": [str(ALERTS)], "scrape_configs": jobs}), "utf-8"
        )
        self._command = [
            "prometheus",
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]

    def __enter__(self) -> Self:
        self._child.start(self._command)
        try:
            self._child.wait_until(self._is_ready, START_SECONDS)
        except BaseException:
            self._child.end(signal.SIGKILL)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._child.end(signal.SIGTERM)

    def get(self, path: str, **parameters: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, timeout=20).json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def value(self, expression: str) -> list[dict[str, Any]]:
        return list(self.get("query", query=expression)["result"])

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False
