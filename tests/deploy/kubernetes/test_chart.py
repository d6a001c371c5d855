"""What the chart makes of its values, without a cluster: good ones are accepted by the server's own settings, too."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Mount, Route

from graphql_api.app import build_app
from graphql_api.doors import web
from graphql_api.serve import GRACEFUL_SECONDS
from graphql_api.settings import Settings
from graphql_api.version import VERSION
from graphql_api.wiring import open_parts
from tests.architecture.tree import ROOT
from tests.deploy.kubernetes.helm import CHART, FORMS, Helm

pytestmark = pytest.mark.deploy

#: Left to their defaults: a Pod has one sidecar, which is found by what Dapr itself sets.
NOT_OFFERED = {
    "USE_DAPR",  # EVENT_BUS says it
    "BROADCAST_URL",  # REDIS_URL does
    "DAPR_HTTP_PORT",
    "DAPR_GRPC_PORT",
    "CANARY_EMAIL",  # of the canary, which is another Pod, if it is one
    "CANARY_PASSWORD",
    "CHANNELS_PRIVATE_ADDRESSES",  # production refuses it
}
#: Part of REDIS_URL, and of no setting's name.
INGREDIENTS = {"REDIS_PASSWORD"}
#: They have tokens, and ask the API itself.
FOR_MACHINES = {"/metrics", "/internal", "/dapr"}
#: What an operator keeps in a Secret of their own.
SECRETS = {
    "JWT_SECRET": "a-secret-of-the-tests-and-of-nobody-else",
    "DATABASE_URL": "postgresql://taskflow@db/taskflow",
    "KAFKA_SASL_USERNAME": "taskflow",
    "KAFKA_SASL_PASSWORD": "secret",
    "REDIS_URL": "redis://redis/0",
    "REDIS_PASSWORD": "secret",
    "METRICS_TOKEN": "secret",
    "token": "a-token-for-the-sidecar",
}


@pytest.mark.parametrize("values", ["values.yaml", "values-dev.yaml", "values-prod.yaml"])
def test_helm_finds_nothing_to_say_against_it(helm: Helm, values: str):
    said = helm("lint", "--strict", str(CHART), f"--values={CHART / values}").stdout
    assert "1 chart(s) linted, 0 chart(s) failed" in said
    assert "[WARNING]" not in said


def test_the_charts_own_suites_pass(tools: Path):
    program = [tools / "helm-unittest", "--color=false", CHART]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    suites = re.search(r"Test Suites:\s+(\d+) passed, (\d+) total", done.stdout)
    assert suites, done.stdout
    assert int(suites[1]) == int(suites[2]) == len(list(CHART.glob("tests/*_test.yaml")))


def test_the_chart_is_of_this_release():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert chart["version"] == chart["appVersion"] == VERSION


def test_every_setting_has_its_place_in_the_values_and_nothing_else_has():
    schema = json.loads((CHART / "values.schema.json").read_text("utf-8"))["properties"]
    plain = set(schema["settings"]["propertyNames"]["enum"])
    secret = set(schema["secret"]["properties"]["values"]["propertyNames"]["enum"]) - INGREDIENTS
    templates = "".join(file.read_text("utf-8") for file in (CHART / "templates").glob("*.*"))
    decided = set(re.findall(r'set \$settings "([A-Z_]+)"|- name: ([A-Z_]+)\n', templates))
    made = {name for pair in decided for name in pair if name}
    declared = {name.upper() for name in Settings.model_fields}
    assert plain | secret | made <= declared
    assert declared - plain - secret - made == NOT_OFFERED


@pytest.mark.parametrize("form", FORMS)
def test_the_server_would_start_with_what_the_chart_gives_it(
    helm: Helm, form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    documents = helm.render(form)
    servers = list(_servers(documents))
    assert servers
    for server in servers:
        environment = _environment(server, documents)
        environment.pop("KAFKA_SSL_CAFILE", None)  # a mounted file: the next test looks at it
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert set(environment) - INGREDIENTS <= {name.upper() for name in Settings.model_fields}
        settings = Settings(_env_file=None)
        assert settings.production
        assert settings.role == environment["ROLE"]


@pytest.mark.parametrize("form", FORMS)
def test_a_pod_has_time_to_drain_and_a_place_for_all_that_it_writes(helm: Helm, form: str):
    for server in _servers(helm.render(form)):
        pod, (container,) = (
            server["spec"]["template"]["spec"],
            server["spec"]["template"]["spec"]["containers"],
        )
        still_serves = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > still_serves + GRACEFUL_SECONDS
        annotations = server["spec"]["template"]["metadata"]["annotations"]
        if "dapr.io/enabled" in annotations:
            sidecar = int(annotations["dapr.io/block-shutdown-duration"].removesuffix("s"))
            assert still_serves + GRACEFUL_SECONDS < sidecar < pod["terminationGracePeriodSeconds"]
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        volumes = {volume["name"] for volume in pod["volumes"]}
        assert {"/data", "/tmp"} <= set(mounts)
        assert set(mounts.values()) == volumes


def test_every_pod_can_be_told_its_nodes_and_how_its_image_is_pulled(helm: Helm):
    taint = {"key": "for", "operator": "Equal", "value": "taskflow", "effect": "NoSchedule"}
    told = {"tolerations": [taint], "nodeSelector": {"for": "taskflow"}, "affinity": {"nodeAffinity": {}}}
    parts = ("api", "worker", "web", "internalRedis", "migration")
    options = [f"--set-json={part}.{name}={json.dumps(told[name])}" for part in parts for name in told]
    more = ("--set=redis=internal", *options)
    documents = helm.render("prod with everything", *more)
    pods = [each["spec"]["template"]["spec"] for each in documents if each["kind"] in ("Deployment", "Job")]
    assert len(pods) == len(parts) + 1  # `helm test`
    for pod in pods:
        assert pod["imagePullSecrets"] == [{"name": "registry"}]
        assert {name: pod[name] for name in told} == told


def test_a_ca_of_the_brokers_is_where_the_server_looks_for_it(helm: Helm):
    documents = helm.render("prod with everything")
    server = next(_servers(documents))
    path = Path(_environment(server, documents)["KAFKA_SSL_CAFILE"])
    pod = server["spec"]["template"]["spec"]
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    volume = next(volume for volume in pod["volumes"] if volume["name"] == mounts[str(path.parent)])
    assert [item["path"] for item in volume["secret"]["items"]] == [path.name]


@pytest.mark.parametrize("form", ["dev", "prod with dapr", "dapr without redis"])
def test_components_are_those_of_the_local_sidecar_but_for_where_the_brokers_are(helm: Helm, form: str):
    """So that what the suites see of a sidecar on one host holds in a cluster."""
    made = {
        document["metadata"]["name"]: document
        for document in helm.render(form)
        if document["apiVersion"].startswith("dapr.io/") and document["kind"] == "Component"
    }
    folder = "resources" if form == "dapr without redis" else "optional"
    fanout = "kafka-fanout.yaml" if folder == "resources" else "kafka-fanout-redis.yaml"
    files = [
        ROOT / "dapr" / "resources" / "kafka-pubsub.yaml",
        ROOT / "dapr" / folder / fanout,
        ROOT / "dapr" / "resources" / "taskflow-tick.yaml",
    ]
    where = {"brokers", "authType", "disableTls"}
    for file in files:
        local = yaml.safe_load(file.read_text("utf-8"))
        component = made[local["metadata"]["name"]]
        theirs = {item["name"]: item for item in component["spec"]["metadata"]}
        for item in local["spec"]["metadata"]:
            assert item["name"] in where or theirs[item["name"]] == item
        assert component["scopes"] == local["scopes"]


@pytest.mark.parametrize("form", ["dev", "prod with dapr", "one process with dapr"])
def test_every_sidecar_is_one_that_the_components_are_for(helm: Helm, form: str):
    documents = helm.render(form)
    ids = {
        server["spec"]["template"]["metadata"]["annotations"]["dapr.io/app-id"]
        for server in _servers(documents)
    }
    scoped = {
        app
        for document in documents
        if document["kind"] in ("Component", "Subscription")
        for app in document["scopes"]
    }
    assert ids <= scoped


def test_no_password_stands_in_a_component(helm: Helm):
    for document in helm.render("prod with dapr"):
        if document["kind"] == "Component":
            for item in document["spec"]["metadata"]:
                if re.search("password|username|cert", item["name"], re.IGNORECASE):
                    assert set(item) == {"name", "secretKeyRef"}


def test_the_ingress_and_the_web_apps_own_server_pass_on_every_door_that_is_for_people(
    helm: Helm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """With an image of its own the web app knows no API at run time."""
    for folder in ("GRAPHIQL", "WEB_APP"):
        monkeypatch.setattr(web, folder, tmp_path)
    app = build_app(open_parts(Settings(_env_file=None, data_dir=tmp_path)))
    doors = {
        f"{route.path}/".split("/")[1] for route in app.router.routes if isinstance(route, Route | Mount)
    } - {""}
    source = (ROOT / "frontend" / "next.config.ts").read_text("utf-8")
    passed = re.search(r"rewrites: async \(\) =>\s*\[(.*?)\]", source, re.DOTALL)
    assert passed
    paths = {path.removesuffix("/:path*") for path in re.findall(r"'([^']+)'", passed[1])}
    assert paths == {f"/{door}" for door in doors} - FOR_MACHINES
    (ingress,) = (each for each in helm.render("prod with everything") if each["kind"] == "Ingress")
    backends = {
        path["path"]: path["backend"]["service"]["name"]
        for path in ingress["spec"]["rules"][0]["http"]["paths"]
    }
    assert backends == dict.fromkeys(paths, "taskflow-api") | {"/": "taskflow-web"}


def _servers(documents: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for document in documents:
        component = document["metadata"].get("labels", {}).get("app.kubernetes.io/component")
        if document["kind"] == "Deployment" and component in ("api", "worker"):
            yield document


def _environment(server: dict[str, Any], documents: list[dict[str, Any]]) -> dict[str, str]:
    """As the kubelet would make it."""
    named = {(each["kind"], each["metadata"]["name"]): each for each in documents}
    (container,) = server["spec"]["template"]["spec"]["containers"]
    environment: dict[str, str] = {}
    for source in container["envFrom"]:
        environment |= named["ConfigMap", source["configMapRef"]["name"]]["data"]
    for entry in container["env"]:
        if "value" in entry:
            value = re.sub(r"\$\((\w+)\)", lambda match: environment[match[1]], entry["value"])
        else:
            key = entry["valueFrom"]["secretKeyRef"]
            made = named.get(("Secret", key["name"]))
            keys = SECRETS if made is None else made["stringData"]
            if key.get("optional") and key["key"] not in keys:
                continue
            value = keys[key["key"]]
        environment[entry["name"]] = value
    return environment


def test_alerts_and_dashboard_are_the_files_that_are_tried(helm: Helm):
    documents = helm.render(
        "default", "--set=prometheusRule.enabled=true,grafanaDashboard.enabled=true,prometheusRule.labels.a=b"
    )
    (rules,) = [document for document in documents if document["kind"] == "PrometheusRule"]
    assert rules["spec"] == yaml.safe_load((ROOT / "observability" / "alerts.yaml").read_text("utf-8"))
    assert rules["metadata"]["labels"]["a"] == "b"
    (board,) = [document for document in documents if document["metadata"]["name"].endswith("-dashboard")]
    assert board["metadata"]["labels"]["grafana_dashboard"] == "1"
    written = (ROOT / "observability" / "dashboard.json").read_text("utf-8")
    assert json.loads(board["data"]["taskflow.json"]) == json.loads(written)
    # Grafana's own placeholders are not the chart's.
    assert "${datasource}" in board["data"]["taskflow.json"]
