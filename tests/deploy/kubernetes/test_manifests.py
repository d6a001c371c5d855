"""`make manifests`: plain files for those without Helm, which the cluster takes as they are."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.deploy.kubernetes.cluster import Cluster

pytestmark = pytest.mark.deploy

SECONDS = 120


@pytest.fixture(scope="module")
def manifests(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    command = ["make", "manifests", f"HELM={tools / 'helm'}", f"MANIFESTS={folder / 'manifests'}"]
    made = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "manifests"


def test_there_is_one_of_each_and_none_says_a_secret(manifests: Path):
    documents = [
        document
        for file in sorted(manifests.iterdir())
        for document in yaml.safe_load_all(file.read_text("utf-8"))
        if document
    ]
    kinds = {document["kind"] for document in documents}
    assert {"Namespace", "Secret", "ConfigMap", "Job", "Deployment", "Service", "Ingress"} <= kinds
    (secret,) = (document for document in documents if document["kind"] == "Secret")
    assert all("REPLACE" in value for value in secret["stringData"].values())
    assert documents[0]["kind"] == "Namespace"


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
