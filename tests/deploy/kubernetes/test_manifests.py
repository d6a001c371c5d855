"""`make manifests`: plain files for those without Helm, which the cluster takes as they are."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.deploy.kubernetes.cluster import Cluster

pytestmark = pytest.mark.deploy

SECONDS = 120
PROD = "helm/taskflow/values-prod.yaml"
#: What an operator may write, and the keys of the Secrets that are then theirs to fill.
FORMS: dict[str, tuple[dict[str, Any], dict[str, set[str]]]] = {
    "sqlite": (
        {"image": {"repository": "registry.example.com/taskflow"}, "secret": {"existingSecret": "mine"}},
        {"mine": {"JWT_SECRET"}},
    ),
    "keys that sign": (
        {
            "image": {"repository": "registry.example.com/taskflow"},
            "secret": {"existingSecret": "mine", "signWithPrivateKeys": True},
        },
        {"mine": {"JWT_PRIVATE_KEYS"}},
    ),
    "a secret among the values": (
        {
            "image": {"repository": "registry.example.com/taskflow"},
            "secret": {"values": {"JWT_SECRET": "x" * 32}},
        },
        {},
    ),
    "redis elsewhere": (
        {
            "image": {"repository": "registry.example.com/taskflow"},
            "secret": {"existingSecret": "mine"},
            "database": "postgresql",
            "bus": "kafka",
            "kafka": {"bootstrapServers": "kafka:9092", "securityProtocol": "SSL", "caSecret": "brokers"},
            "redis": "external",
            "serviceMonitor": {"enabled": True},
        },
        {"mine": {"JWT_SECRET", "DATABASE_URL", "REDIS_URL", "METRICS_TOKEN"}, "brokers": {"ca.crt"}},
    ),
    "dapr": (
        {
            "image": {"repository": "registry.example.com/taskflow"},
            "secret": {"existingSecret": "mine"},
            "database": "postgresql",
            "bus": "dapr",
            "dapr": {"tokenSecret": "of-dapr", "apiTokenSecret": "of-the-sidecar"},
            "kafka": {"bootstrapServers": "kafka:9092"},
        },
        {"mine": {"JWT_SECRET", "DATABASE_URL"}, "of-dapr": {"token"}, "of-the-sidecar": {"token"}},
    ),
}


def make(tools: Path, folder: Path, values: str = PROD) -> subprocess.CompletedProcess[str]:
    command = ["make", "manifests", f"HELM={tools / 'helm'}", f"MANIFESTS={folder}", f"VALUES={values}"]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def read(folder: Path) -> list[dict[str, Any]]:
    return [
        document
        for file in sorted(folder.iterdir())
        for document in yaml.safe_load_all(file.read_text("utf-8"))
        if document
    ]


@pytest.fixture(scope="module")
def manifests(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build") / "manifests"
    made = make(tools, folder)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def test_there_is_one_of_each_and_none_says_a_secret(manifests: Path):
    documents = read(manifests)
    kinds = {document["kind"] for document in documents}
    assert {"Namespace", "Secret", "ConfigMap", "Job", "Deployment", "Service", "Ingress"} <= kinds
    (secret,) = (document for document in documents if document["kind"] == "Secret")
    assert set(secret["stringData"].values()) == {"REPLACE"}
    assert documents[0]["kind"] == "Namespace"


@pytest.mark.parametrize("form", FORMS)
def test_the_secrets_to_fill_are_those_that_the_others_refer_to(tools: Path, tmp_path: Path, form: str):
    values, expected = FORMS[form]
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    made = make(tools, tmp_path / "manifests", str(tmp_path / "values.yaml"))
    assert made.returncode == 0, made.stdout + made.stderr
    documents = read(tmp_path / "manifests")
    named = {(document["kind"], document["metadata"]["name"]) for document in documents}
    assert len(named) == len(documents)
    secrets = {each["metadata"]["name"]: each for each in documents if each["kind"] == "Secret"}
    yours = {
        name: set(each["stringData"])
        for name, each in secrets.items()
        if "REPLACE" in each["stringData"].values()
    }
    assert yours == expected
    assert ("write your secrets into" in made.stdout) == bool(yours)
    # What a Pod can't start without is in one of them, or in one that the chart makes of the values.
    for name, key in set(_demanded(documents)):
        assert key in secrets[name]["stringData"]


def test_the_values_for_minikube_bring_their_own_secrets(tools: Path, tmp_path: Path):
    made = make(tools, tmp_path / "manifests", "helm/taskflow/values-dev.yaml")
    assert made.returncode == 0, made.stdout + made.stderr
    documents = read(tmp_path / "manifests")
    named = [(document["kind"], document["metadata"]["name"]) for document in documents]
    assert len(named) == len(set(named))
    secrets = {each["metadata"]["name"]: each for each in documents if each["kind"] == "Secret"}
    for name, key in set(_demanded(documents)):
        assert "REPLACE" not in secrets[name]["stringData"][key]


def test_values_that_can_not_work_leave_what_was_there(tools: Path, tmp_path: Path):
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "mine.yaml").write_text("{}", encoding="utf-8")
    made = make(tools, tmp_path / "manifests", "helm/taskflow/values.yaml")
    assert made.returncode
    assert "secret.values.JWT_SECRET" in made.stderr
    assert [file.name for file in tmp_path.rglob("*")] == ["manifests", "mine.yaml"]


def test_the_cluster_takes_them_and_they_run(empty_cluster: Cluster, manifests: Path):
    """The fake kubelet runs nothing: what is seen is that every Pod is allowed, placed and counted."""
    where, all_of_it = "--namespace=taskflow", f"--filename={manifests}"
    empty_cluster.kubectl("apply", f"--filename={manifests}/00-namespace.yaml")
    checked = empty_cluster.kubectl("apply", where, "--dry-run=server", "--validate=strict", all_of_it)
    assert checked.stderr == ""
    empty_cluster.kubectl("apply", where, all_of_it)
    migrated = ("--for=condition=Complete", "job/taskflow-migrate")
    empty_cluster.kubectl("wait", where, *migrated, "--timeout=60s")
    empty_cluster.kubectl("wait", where, "--for=condition=Available", "deployment", "--all", "--timeout=60s")


def test_they_are_never_committed():
    ignored = ["git", "check-ignore", "--quiet", "build/manifests/00-namespace.yaml"]
    assert subprocess.run(ignored, cwd=ROOT, check=False).returncode == 0


def _demanded(documents: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The keys of Secrets that containers can't do without, and what they mount."""
    for document in documents:
        pod = document.get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("containers", ()):
            for entry in container.get("env", ()):
                key = entry.get("valueFrom", {}).get("secretKeyRef")
                if key and not key.get("optional"):
                    yield key["name"], key["key"]
        for volume in pod.get("volumes", ()):
            if "secret" in volume:
                for item in volume["secret"]["items"]:
                    yield volume["secret"]["secretName"], item["key"]
        annotations = document.get("spec", {}).get("template", {}).get("metadata", {}).get("annotations", {})
        for name in ("dapr.io/app-token-secret", "dapr.io/api-token-secret"):
            if name in annotations:
                yield annotations[name], "token"
