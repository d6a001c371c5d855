"""A real API server with its store, controllers and scheduler; its node and what runs there are pretended by kwok."""

import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, Self

import yaml

from tests.services.child import Child
from tests.services.ports import free_ports

START_SECONDS = 120
COMMAND_SECONDS = 180
TOKEN = "an-administrator"
NODE = """
apiVersion: v1
kind: Node
metadata: {name: pretended, labels: {kubernetes.io/hostname: pretended, kubernetes.io/os: linux}}
status:
  allocatable: {cpu: "32", memory: 64Gi, pods: "110"}
  capacity: {cpu: "32", memory: 64Gi, pods: "110"}
"""


class Cluster:
    """Its processes end with the thread that called for them, so start it from the main one."""

    def __init__(self, tools: Path) -> None:
        self._tools = tools
        self._folder = Path(tempfile.mkdtemp(prefix="taskflow-cluster-"))
        self._etcd, self._peers, self._port, *self._others = free_ports(6)
        self.kubeconfig = self._folder / "kubeconfig"
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def kubectl(
        self, *arguments: str, given: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self._tools / "cluster", "kubectl", *arguments],
            env=os.environ | {"KUBECONFIG": str(self.kubeconfig), "HOME": str(self._folder)},
            input=given,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    def get(self, *arguments: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.kubectl("get", *arguments, "--output=json").stdout)
        return answer

    def _start(self) -> None:
        self._make_keys()
        folder, port = self._folder, self._port
        store = f"http://127.0.0.1:{self._etcd}"
        peers = f"http://127.0.0.1:{self._peers}"
        self._run(
            "etcd",
            data_dir=folder / "etcd",
            listen_client_urls=store,
            advertise_client_urls=store,
            listen_peer_urls=peers,
            initial_advertise_peer_urls=peers,
            initial_cluster=f"default={peers}",
            unsafe_no_fsync="true",
        )
        server = self._run(
            "kube-apiserver",
            etcd_servers=store,
            bind_address="127.0.0.1",
            advertise_address="127.0.0.1",
            secure_port=port,
            cert_dir=folder / "certificates",
            service_account_issuer="https://kubernetes.default.svc",
            service_account_signing_key_file=folder / "accounts.key",
            service_account_key_file=folder / "accounts.key",
            service_cluster_ip_range="10.96.0.0/16",
            authorization_mode="RBAC",
            token_auth_file=folder / "tokens",
            endpoint_reconciler_type="none",
        )
        server.wait_until(self._is_ready, START_SECONDS)
        self._run(
            "kube-controller-manager",
            kubeconfig=self.kubeconfig,
            bind_address="127.0.0.1",
            secure_port=self._others[0],
            cert_dir=folder / "certificates",
            leader_elect="false",
            service_account_private_key_file=folder / "accounts.key",
        )
        self._run(
            "kube-scheduler",
            kubeconfig=self.kubeconfig,
            bind_address="127.0.0.1",
            secure_port=self._others[1],
            cert_dir=folder / "certificates",
            leader_elect="false",
        )
        self._run(
            "kwok",
            kubeconfig=self.kubeconfig,
            config=self._tools / "stages.yaml",
            manage_all_nodes="true",
            server_address=f"127.0.0.1:{self._others[2]}",
            node_lease_duration_seconds=40,
        )
        self.kubectl("apply", "--filename=-", given=NODE)
        self.kubectl("wait", "--for=condition=Ready", "node/pretended", "--timeout=60s")
        self.kubectl("apply", "--server-side", f"--filename={self._tools / 'definitions'}")
        self.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")

    def _make_keys(self) -> None:
        key = self._folder / "accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        (self._folder / "tokens").write_text(f"{TOKEN},administrator,1,system:masters\n", encoding="utf-8")
        server = {"server": f"https://127.0.0.1:{self._port}", "insecure-skip-tls-verify": True}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": server}],
            "users": [{"name": "test", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        self.kubeconfig.write_text(yaml.safe_dump(config), encoding="utf-8")
        self.kubeconfig.chmod(0o600)

    def _run(self, program: str, **options: object) -> Child:
        child = Child(program, self._folder / f"{program}.log")
        flags = (f"--{name.replace('_', '-')}={value}" for name, value in options.items())
        child.start([str(self._tools / "cluster"), program, *flags], cwd=self._folder)
        self._children.append(child)
        return child

    def _is_ready(self) -> bool:
        asked = urllib.request.Request(
            f"https://127.0.0.1:{self._port}/readyz", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=2, context=ssl._create_unverified_context()):
                return True
        except OSError:
            return False

    def _end(self) -> None:
        for child in reversed(self._children):
            child.end(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)
