"""The front server of compose.yaml: the web app's own, built as its image builds it, before processes of this host."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import httpx

from tests.deploy.compose_file import ROOT, read
from tests.services.child import Child
from tests.services.ports import free_port

BUILD_SECONDS = 300
START_SECONDS = 30
FRONTEND = ROOT / "frontend"
#: Compose's name server gives a service's name the addresses of all its containers that there are, in any order.
NAME_SERVER = """
const dns = require('node:dns');
const addresses = process.env.API_ADDRESSES.split(',');
const { lookup } = dns;
dns.lookup = (host, options, done) => {
  if (host !== 'api') return lookup(host, options, done);
  if (typeof options === 'function') [options, done] = [{}, options];
  const found = addresses.map((address) => ({ address, family: 4 })).sort(() => Math.random() - 0.5);
  process.nextTick(() => (options.all ? done(null, found) : done(null, found[0].address, 4)));
};
"""


def loopback_addresses(count: int) -> list[str]:
    """Of their own: the port is the same for all, as it is for containers."""
    net = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}"
    return [f"{net}.{number}" for number in range(1, count + 1)]


def build() -> Path:
    """Where the server is: as frontend/Dockerfile has it, with what compose.yaml tells it."""
    arguments = read("compose.yaml")["web"]["build"]["args"]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/tmp")}
    environment |= {"NEXT_TELEMETRY_DISABLED": "1", "NEXT_OUTPUT": "standalone"} | arguments
    for command in (
        ["npm", "run", "--silent", "codegen"],
        ["npx", "next", "build"],
        ["node", "policy.mjs"],
    ):
        subprocess.run(
            command, cwd=FRONTEND, env=environment, check=True, timeout=BUILD_SECONDS, capture_output=True
        )
    built = FRONTEND / ".next" / "standalone"
    shutil.copytree(FRONTEND / "public", built / "public", dirs_exist_ok=True)
    shutil.copytree(FRONTEND / ".next" / "static", built / ".next" / "static", dirs_exist_ok=True)
    return built


class Front(Child):
    """`addresses`: of what answers to the name `api`."""

    def __init__(self, folder: Path, addresses: list[str]) -> None:
        super().__init__("the front server", folder / "front.log")
        self.port = free_port()
        self._folder = folder
        self._addresses = addresses

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        name_server = self._folder / "name_server.cjs"
        name_server.write_text(NAME_SERVER, encoding="utf-8")
        self.start(
            ["node", "--require", str(name_server), "server.js"],
            cwd=build(),
            env={
                "PATH": os.environ["PATH"],
                "HOSTNAME": "127.0.0.1",
                "PORT": str(self.port),
                "API_ADDRESSES": ",".join(self._addresses),
            },
        )
        self.wait_until(self._answers, START_SECONDS)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/livez", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False
