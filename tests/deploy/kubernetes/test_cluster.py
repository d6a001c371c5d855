"""The chart in a real API server, which takes every object; a release is installed, changed, taken back and removed."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.architecture.tree import ROOT
from tests.deploy.kubernetes.cluster import Cluster
from tests.deploy.kubernetes.helm import CHART, FORMS, Helm

pytestmark = pytest.mark.deploy

RESTRICTED = "pod-security.kubernetes.io/enforce=restricted"
#: What an operator would have made of docs/deployment.md.
SECRETS = (
    "JWT_SECRET=a-secret-of-the-tests-and-of-nobody-else",
    "DATABASE_URL=postgresql://taskflow@db/taskflow",
    "KAFKA_SASL_USERNAME=taskflow",
    "KAFKA_SASL_PASSWORD=secret",
    "REDIS_PASSWORD=secret",
)
WAIT = ("--wait", "--timeout=90s")


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """Where Pods may do no more than PodSecurity's `restricted` says."""
    name = f"t{uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    cluster.kubectl("label", "namespace", name, RESTRICTED, RESTRICTED.replace("enforce", "warn"))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.mark.parametrize("form", FORMS)
def test_the_server_takes_every_object_and_knows_every_field(
    cluster: Cluster, helm: Helm, namespace: str, form: str
):
    """With the kinds of Dapr and of the Prometheus operator among them. It warns of what breaks `restricted`, too."""
    text = "\n---\n".join(json.dumps(document) for document in helm.render(form, f"--namespace={namespace}"))
    flags = ("--dry-run=server", "--validate=strict", f"--namespace={namespace}", "--filename=-")
    done = cluster.kubectl("apply", *flags, given=text)
    assert done.stderr == ""
    assert done.stdout.count("(server dry run)") == len(helm.render(form))


def test_the_server_refuses_a_component_with_a_field_that_dapr_does_not_know(
    cluster: Cluster, helm: Helm, namespace: str
):
    component = next(each for each in helm.render("dev") if each["kind"] == "Component")
    component["spec"]["kind"] = "pubsub.kafka"
    flags = ("--dry-run=server", "--validate=strict", f"--namespace={namespace}", "--filename=-")
    done = cluster.kubectl("apply", *flags, given=json.dumps(component), check=False)
    assert done.returncode == 1
    assert 'unknown field "spec.kind"' in done.stderr


def test_a_release_is_installed_tested_upgraded_rolled_back_and_removed(
    cluster: Cluster, cluster_helm: Helm, namespace: str
):
    literals = [f"--from-literal={secret}" for secret in SECRETS]
    cluster.kubectl("create", "secret", "generic", "taskflow", f"--namespace={namespace}", *literals)
    release = ("taskflow", str(CHART), f"--namespace={namespace}")
    values = f"--values={CHART / 'values-prod.yaml'}"

    cluster_helm("install", *release, values, "--set=api.autoscaling.enabled=false", *WAIT)
    assert _pods(cluster, namespace) == {"api": 2, "worker": 2, "redis": 1}
    assert "Phase:          Succeeded" in cluster_helm("test", *release[::2]).stdout

    cluster_helm("upgrade", *release, values, "--set=api.autoscaling.enabled=false,api.replicas=3", *WAIT)
    assert _pods(cluster, namespace) == {"api": 3, "worker": 2, "redis": 1}

    cluster_helm("rollback", "taskflow", "1", release[2], *WAIT)
    assert _pods(cluster, namespace) == {"api": 2, "worker": 2, "redis": 1}
    history = json.loads(cluster_helm("history", "taskflow", release[2], "--output=json").stdout)
    assert [entry["status"] for entry in history] == ["superseded", "superseded", "deployed"]

    cluster_helm("uninstall", "taskflow", release[2], *WAIT)
    left = cluster.get("all,ingress,pdb,networkpolicy,serviceaccount,configmap", f"--namespace={namespace}")
    assert {item["metadata"]["name"] for item in left["items"]} <= {"default", "kube-root-ca.crt"}


def test_the_migration_ran_before_the_server_was_there(cluster: Cluster, cluster_helm: Helm, namespace: str):
    where = f"--namespace={namespace}"
    cluster_helm("install", "taskflow", str(CHART), where, *FORMS["dev"], *WAIT)
    events = cluster.get("events", where, "--field-selector=involvedObject.kind=Job")["items"]
    migrated = next(event for event in events if event["reason"] == "Completed")
    deployment = cluster.get("deployment/taskflow-api", where)
    assert migrated["involvedObject"]["name"] == "taskflow-migrate"
    assert migrated["lastTimestamp"] <= deployment["metadata"]["creationTimestamp"]
    # Of the hook nothing is left, its Secret among it.
    assert cluster.get("secret", where, "--selector=app.kubernetes.io/component=migration")["items"] == []
    components = cluster.get("components.dapr.io", where)["items"]
    assert {each["metadata"]["name"] for each in components} == {
        "kafka-pubsub",
        "kafka-fanout",
        "taskflow-tick",
    }


def test_there_is_a_pod_for_maintenance(cluster: Cluster, namespace: str):
    where = f"--namespace={namespace}"
    cluster.kubectl("apply", where, "--validate=strict", f"--filename={ROOT / 'helm' / 'maintenance.yaml'}")
    cluster.kubectl("wait", where, "--for=condition=Ready", "pod/maintenance", "--timeout=60s")


def test_sqlite_keeps_its_volume_over_an_uninstallation(cluster: Cluster, cluster_helm: Helm, namespace: str):
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": namespace},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/nowhere"},
            "claimRef": {"name": "taskflow", "namespace": namespace},
        },
    }
    cluster.kubectl("apply", "--filename=-", given=json.dumps(volume))
    where = f"--namespace={namespace}"
    cluster_helm("install", "taskflow", str(CHART), where, *FORMS["default"], *WAIT)
    cluster_helm("uninstall", "taskflow", where)
    assert cluster.get("persistentvolumeclaim/taskflow", where)["status"]["phase"] == "Bound"


def test_values_that_ask_for_more_than_restricted_get_no_pod(
    cluster: Cluster, cluster_helm: Helm, namespace: str
):
    where = f"--namespace={namespace}"
    more = "--set=securityContext.allowPrivilegeEscalation=true"
    cluster_helm("install", "taskflow", str(CHART), where, *FORMS["default"], more)
    cluster.kubectl(
        "wait", "--for=condition=ReplicaFailure", "deployment/taskflow-api", where, "--timeout=60s"
    )
    conditions = cluster.get("deployment/taskflow-api", where)["status"]["conditions"]
    (failure,) = (each["message"] for each in conditions if each["type"] == "ReplicaFailure")
    assert 'violates PodSecurity "restricted' in failure
    assert "allowPrivilegeEscalation" in failure
    assert _pods(cluster, namespace) == {}


def _pods(cluster: Cluster, namespace: str) -> dict[str, int]:
    """How many are ready, of each part."""
    ready: dict[str, int] = {}
    for pod in cluster.get("pods", f"--namespace={namespace}")["items"]:
        conditions = {each["type"]: each["status"] for each in pod["status"].get("conditions", ())}
        if conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]:
            part = pod["metadata"]["labels"]["app.kubernetes.io/component"]
            ready[part] = ready.get(part, 0) + 1
    return ready
