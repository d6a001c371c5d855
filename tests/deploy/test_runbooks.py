"""docs/operations.md speaks of services, deployments and secrets that there are."""

import re

import pytest
import yaml
from pydantic import SecretStr

from graphql_api.settings import Settings
from tests.architecture.tree import ROOT
from tests.deploy.compose_file import read
from tests.deploy.kubernetes.helm import Helm

pytestmark = pytest.mark.deploy

TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8").replace("\\\n", " ")


def test_every_service_of_compose_is_one():
    pattern = r"docker compose (-f \S+ )?(exec|run|stop)((?: --?[a-zA-Z-]+| sh)*)((?: [a-z][a-z0-9-]*)+)"
    commands = re.findall(pattern, TEXT)
    assert {how for _, how, *_ in commands} == {"exec", "run", "stop"}
    for file, how, _, words in commands:
        services = read(file.split()[1] if file else "compose.yaml")
        named = words.split() if how == "stop" else words.split()[:1]
        assert set(named) <= set(services), named


def test_every_deployment_and_container_of_the_chart_is_one(helm: Helm):
    deployments = {
        each["metadata"]["name"]: each for each in helm.render("prod") if each["kind"] == "Deployment"
    }
    named = re.findall(r"deployment/(\S+?)(?: -c (\w+))?[ `]", TEXT)
    assert named
    for name, container in named:
        containers = deployments[name]["spec"]["template"]["spec"]["containers"]
        assert not container or container in {each["name"] for each in containers}


def test_the_pod_for_maintenance_is_the_one_that_is_spoken_of():
    pod = yaml.safe_load((ROOT / "helm" / "maintenance.yaml").read_text("utf-8"))
    spoken_of = re.findall(r"exec (?:-i )?([a-z]+) -- ", TEXT)
    assert set(spoken_of) == {pod["metadata"]["name"]}


def test_it_is_said_how_each_secret_is_changed():
    secrets = {name.upper() for name, field in Settings.model_fields.items() if field.annotation is SecretStr}
    assert len(secrets) > 5
    section = TEXT.partition("\n## Changing secrets\n")[2].partition("\n## ")[0]
    linked = (ROOT / "docs" / "security.md").read_text("utf-8").partition("\n## Changing secrets\n")[2]
    assert {
        name for name in secrets | {"DATABASE_URL"} if not re.search(rf"`{name}[=`]", section + linked)
    } == set()
