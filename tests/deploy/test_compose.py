"""Compose's files: of Compose's form, with images of one version, and nothing in them that TaskFlow does not know."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphql_api.settings import Settings, read_settings
from tests.deploy.compose_file import FILES, SECRETS, as_text, read

pytestmark = pytest.mark.deploy

OURS = re.compile(r"taskflow(-web)?:")
CHECK = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema"]


def test_the_files_are_of_composes_form():
    subprocess.run([*CHECK, "vendor.compose-spec", *FILES.values()], check=True, timeout=60)


@pytest.mark.parametrize("name", FILES)
def test_each_image_is_of_one_version_and_each_service_comes_back(name: str):
    for service, parts in read(name).items():
        assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", parts["image"]) or OURS.match(parts["image"]), service
        assert "restart" in parts or service == "dapr-resources", service


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_is_missing_is_named(secret: str):
    with pytest.raises(KeyError, match=f"{secret}: set it to "):
        read("compose.yaml", **{secret: ""})


@pytest.mark.parametrize("name", FILES)
def test_whom_a_service_waits_for_can_say_that_it_is_there(name: str):
    services = read(name)
    for parts in services.values():
        for needed, how in parts.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                # The image of TaskFlow brings its own.
                assert "healthcheck" in services[needed] or OURS.match(services[needed]["image"])


@pytest.mark.parametrize("name", FILES)
def test_taskflow_can_do_with_little(name: str):
    ours = [parts for parts in read(name).values() if OURS.match(parts["image"])]
    assert ours
    for parts in ours:
        assert parts["read_only"]
        assert parts["cap_drop"] == ["ALL"]
        mounts = {volume.split(":")[1] for volume in parts.get("volumes", ())} | set(parts["tmpfs"])
        # Each volume that the image declares, or a container would have one without a name.
        assert mounts >= {"/data", "/tmp"} or parts["image"].startswith("taskflow-web:")
        assert all(port.startswith("127.0.0.1:") for port in parts.get("ports", []))


def test_a_process_and_its_sidecar_share_a_network_that_outlives_both():
    """Were it one of theirs, a crash of it would leave the other alone in what was there before."""
    services = read("compose.yaml")
    inside: dict[str, list[str]] = {}
    for parts in services.values():
        if "network_mode" in parts:
            inside.setdefault(parts["network_mode"].removeprefix("service:"), []).append(parts["image"])
    processes = [name for name, parts in services.items() if parts.get("command") == ["serve"]]
    assert len(inside) == len(processes) == 3
    for holder, images in inside.items():
        assert services[holder]["image"].startswith("registry.k8s.io/pause:")
        assert services[holder]["restart"] == "unless-stopped"
        assert sorted(image.partition(":")[0] for image in images) == ["daprio/daprd", "taskflow"]
    apis = [name for name in processes if services[name]["environment"]["ROLE"] == "api"]
    for name in apis:
        holder = services[name]["network_mode"].removeprefix("service:")
        # Where the web app looks for them.
        assert services[holder]["networks"]["default"]["aliases"] == ["api"]
    assert services["web"]["build"]["args"]["API_ORIGIN"] == "http://api:8000"


@pytest.mark.parametrize("bus", ["kafka", "dapr"])
@pytest.mark.parametrize("name", FILES)
def test_the_settings_are_ones_that_taskflow_has_and_starts_with(
    name: str, bus: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    ours = [
        parts
        for parts in read(name, USE_DAPR=str(bus == "dapr").lower()).values()
        if parts["image"].startswith("taskflow:")
    ]
    for parts in ours:
        assert set(parts["environment"]) <= {field.upper() for field in Settings.model_fields}
        with monkeypatch.context() as patched:
            for variable, value in parts["environment"].items():
                patched.setenv(variable, as_text(value))
            settings = read_settings()
        expected = "memory" if name == "compose.simple.yaml" else bus
        assert settings.bus == expected
