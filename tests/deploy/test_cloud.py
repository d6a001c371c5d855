"""render.yaml and vercel.json: of the form that those hosts read, and with settings that TaskFlow starts with.

Their own schemas can't be had without them. The models here know what is used of the forms, and nothing more.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from graphql_api.channels import open_courier
from graphql_api.settings import Settings, read_settings
from resolvers.channels.kinds import Kind
from tests.architecture.tree import project_files
from tests.deploy.podman import ROOT
from tests.deploy.test_compose import CHECK

pytestmark = pytest.mark.deploy

RENDER = ROOT / "render.yaml"
VERCEL = ROOT / "frontend" / "vercel.json"
#: What is asked for when the Blueprint is made, as somebody would answer.
ANSWERS = {
    "DATABASE_URL": "postgresql://app:secret@ep-cool-1-pooler.eu-central-1.aws.neon.tech/taskflow?sslmode=require&channel_binding=require",
    "PUBLIC_URL": "https://taskflow.vercel.app",
    "CORS_ORIGINS": "https://taskflow.vercel.app",
    "SMTP_URL": "smtps://app:secret@mail.example.com",
    "MAIL_FROM": "TaskFlow <reminders@example.com>",
    "KAFKA_BOOTSTRAP_SERVERS": "seed-0123.any.eu-central-1.mpx.prd.cloud.redpanda.com:9092",
    "KAFKA_SASL_USERNAME": "taskflow",
    "KAFKA_SASL_PASSWORD": "secret",
}
MADE = "a random value of 256 bits, in base64=="
#: What Render sets by itself.
GIVEN = {"PORT": "10000"}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Variable(Strict):
    key: Annotated[str, StringConstraints(pattern="^[A-Z_]+$")]
    value: str | None = None
    sync: Literal[False] | None = None
    generate_value: Literal[True] | None = Field(None, alias="generateValue")

    @model_validator(mode="after")
    def _has_one_source(self) -> "Variable":
        if sum(source is not None for source in (self.value, self.sync, self.generate_value)) != 1:
            raise ValueError(f"{self.key}: one of value, sync and generateValue")
        return self


class Service(Strict):
    type: Literal["web"]
    name: str
    runtime: Literal["docker"]
    plan: Literal["free"]
    region: Literal["frankfurt", "oregon", "ohio", "virginia", "singapore"]
    dockerfile_path: Path = Field(alias="dockerfilePath")
    docker_context: Path = Field(alias="dockerContext")
    health_check_path: str = Field(alias="healthCheckPath", pattern="^/")
    auto_deploy_trigger: Literal["off", "commit", "checksPass"] = Field(alias="autoDeployTrigger")
    variables: list[Variable] = Field(alias="envVars")


class Blueprint(Strict):
    services: Annotated[list[Service], Field(min_length=1, max_length=1)]


class Vercel(Strict):
    form: Literal["https://openapi.vercel.sh/vercel.json"] = Field(alias="$schema")
    framework: Literal["nextjs"]
    install_command: str = Field(alias="installCommand")
    build_command: str = Field(alias="buildCommand")


def blueprint(*, with_kafka: bool) -> Service:
    text = RENDER.read_text("utf-8")
    if with_kafka:
        before, after = text.split("# With Redpanda Cloud.")
        text = before + after[after.index("\n") :].replace("      # ", "      ")
    return Blueprint.model_validate(yaml.safe_load(text)).services[0]


@pytest.mark.parametrize("with_kafka", [False, True])
def test_render_is_told_what_taskflow_starts_with(
    with_kafka: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    service = blueprint(with_kafka=with_kafka)
    assert (ROOT / service.dockerfile_path).is_file()
    # /readyz would have the host restart the instance for as long as the database is away.
    assert service.health_check_path == "/livez"
    monkeypatch.chdir(tmp_path)
    made = subprocess.run(
        [sys.executable, "-m", "graphql_api", "vapid-key"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answers = ANSWERS | {"VAPID_PRIVATE_KEY": made.stdout.strip()}
    values = {
        each.key: each.value or (MADE if each.generate_value else answers[each.key])
        for each in service.variables
    }
    assert set(values) <= {field.upper() for field in Settings.model_fields}
    for name, value in ({"ENV": "production"} | GIVEN | values).items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert open_courier(settings).kinds == set(Kind)
    assert settings.bus == ("kafka" if with_kafka else "memory")
    assert settings.database.query["pooled"] == "true"
    assert settings.database.query["ssl"] == "require"


def test_vercel_is_told_how_the_web_app_is_built():
    vercel = Vercel.model_validate_json(VERCEL.read_text("utf-8"))
    scripts = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))["scripts"]
    assert "codegen" in scripts
    assert vercel.build_command.startswith("npm run codegen && ")
    assert vercel.build_command.endswith(" && node policy.mjs")


def test_workflows_are_of_githubs_form():
    workflows = [path for path in project_files(".github") if path.suffix in (".yml", ".yaml")]
    if workflows:
        subprocess.run([*CHECK, "vendor.github-workflows", *workflows], check=True, timeout=60)
