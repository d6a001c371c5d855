"""docs/deployment.md, followed word by word, but for what needs a machine of its own or the network."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.deploy.kubernetes.cluster import Cluster
from tests.deploy.kubernetes.helm import CHART, Helm
from tests.services.certificates import make_ca

pytestmark = pytest.mark.deploy

SECONDS = 300
NOT_HERE = re.compile(r"^(minikube|civo|docker) |--repo https|port-forward")


@pytest.mark.parametrize(
    ("section", "pods"),
    [
        ("## Kubernetes", set()),
        ("### Minikube with Dapr", {"api", "worker", "redis"}),
        ("### Civo, Linode, or any other cluster", {"api", "worker", "redis"}),
    ],
)
def test_the_commands_of_a_section_do_what_it_says(
    empty_cluster: Cluster, cluster_helm: Helm, tools: Path, tmp_path: Path, section: str, pods: set[str]
):
    for name, program in {"helm": "helm", "kubectl": "cluster kubectl"}.items():
        script = tmp_path / name
        script.write_text(f'#!/bin/sh\nexec {tools}/{program} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    environment = cluster_helm.environment | {"PATH": f"{tmp_path}:{cluster_helm.environment['PATH']}"}
    ca = make_ca(tmp_path)
    certificate = {"=tls.crt": f"={ca}", "=tls.key": f"={ca.with_suffix('.key')}"}
    commands = [command for command in _commands(section) if not NOT_HERE.search(command)]
    for old, new in certificate.items():
        commands = [command.replace(old, new) for command in commands]
    assert any(command.startswith("helm ") for command in commands)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    release = cluster_helm("status", "taskflow", "--namespace=taskflow").stdout
    assert "STATUS: deployed" in release
    told = re.search(r"give Helm more \((--timeout \d+m)\)", release)
    assert (told is not None) == ("worker" in pods), release
    assert told is None or any(told[1] in command for command in commands)
    assert re.search(r"\nOpen https?://\S+/( after)?\n", release), release
    running = empty_cluster.get("pods", "--namespace=taskflow", "--field-selector=status.phase=Running")[
        "items"
    ]
    assert {pod["metadata"]["labels"]["app.kubernetes.io/component"] for pod in running} == pods


def test_helm_waits_longer_than_a_migration_may_take():
    deadline = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))["migration"][
        "activeDeadlineSeconds"
    ]
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8").replace("\\\n", " ")
    installations = [
        line for line in re.findall(r"^helm upgrade .*", text, re.MULTILINE) if " helm/taskflow " in line
    ]
    assert installations
    for line in installations:
        minutes = re.search(r"--timeout (\d+)m", line)
        assert minutes, line
        assert int(minutes[1]) * 60 > deadline


def test_the_cluster_that_is_asked_for_is_the_charts():
    least = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["kubeVersion"]
    wanted = re.findall(r"Kubernetes ([\d.]+) or newer", (ROOT / "docs" / "deployment.md").read_text("utf-8"))
    assert [f">={version}.0-0" for version in wanted] == [least]


def _commands(section: str) -> list[str]:
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    assert f"\n{section}\n" in text
    part = re.split(r"\n##+ ", text.partition(f"\n{section}\n")[2])[0]
    blocks = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.replace("my-values.yaml", str(CHART / "values-prod.yaml")) for line in lines]
