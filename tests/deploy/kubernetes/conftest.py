"""Tools and a cluster, each had once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.kubernetes.cluster import Cluster
from tests.deploy.kubernetes.helm import Helm


@pytest.fixture(scope="session")
def cluster(tools: Path) -> Iterator[Cluster]:
    with Cluster(tools) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def cluster_helm(tools: Path, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return Helm(tools, tmp_path_factory.mktemp("helm"), cluster.kubeconfig)


@pytest.fixture
def empty_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """Without the namespaces that the documents speak of, before and after."""
    yield cluster
    cluster.kubectl("delete", "namespace", "taskflow", "backing", "--ignore-not-found")
