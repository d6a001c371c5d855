"""Both images: built, and run as a cluster would run them, on a file system that can't be written to."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.deploy.bases import NODE, PYTHON, have_bases
from tests.deploy.podman import CONFINED, LIMITS, ROOT, build, can_build, podman

pytestmark = pytest.mark.deploy

DOCKERFILES = {"taskflow": ROOT / "Dockerfile", "taskflow-web": ROOT / "frontend" / "Dockerfile"}
BASES = {"taskflow": PYTHON, "taskflow-web": NODE}
UID = 10001
START_SECONDS = 60
#: Of an image's own layers, on top of the base, in megabytes.
LARGEST = {"taskflow": 220, "taskflow-web": 40}
API = "http://127.0.0.1:8000"
WEB = "http://127.0.0.1:3000"
TITLES = "import sqlite3; print(sqlite3.connect('/data/taskflow.db').execute('SELECT title FROM tasks').fetchall())"
PRODUCTION = ("--env=JWT_SECRET=a secret of at least 32 characters", f"--env=CORS_ORIGINS={WEB}")

type Built = Callable[[str], str]


@pytest.fixture(scope="session")
def built(request: pytest.FixtureRequest) -> Built:
    """Builds an image, the first time that it is asked for, and says what that took."""
    can_build()
    have_bases()
    podman("image", "prune", "--force", "--filter=until=72h")  # steps of builds that are over
    capture = request.config.pluginmanager.getplugin("capturemanager")

    @cache
    def build_once(name: str) -> str:
        started = time.monotonic()
        cpu = build(name, DOCKERFILES[name])
        own = size(name) - size(BASES[name])
        with capture.global_and_fixture_disabled():
            print(
                f"\n{name}: built in {time.monotonic() - started:.0f} s, {cpu:.0f} s of CPU; "
                f"{size(name):.0f} MB, {own:.0f} MB of them on top of {BASES[name]}"
            )
        return name

    return build_once


@pytest.fixture(scope="session", params=DOCKERFILES)
def image(request: pytest.FixtureRequest, built: Built) -> str:
    return built(request.param)


def size(name: str) -> float:
    return int(inspect(name)["Size"]) / 1e6


def inspect(name: str) -> dict[str, Any]:
    return dict(json.loads(podman("image", "inspect", name))[0])


@contextmanager
def container(image: str, *options: str) -> Iterator[str]:
    """Its id, once it is healthy by its own measure."""
    id_ = podman("run", "--detach", *LIMITS, *options, image)
    try:
        wait_until_healthy(id_)
        yield id_
    finally:
        podman("rm", "--force", "--time=0", id_)


def wait_until_healthy(id_: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            podman("healthcheck", "run", id_)
        except AssertionError:
            running = podman("inspect", "--format={{.State.Running}}", id_)
            if running != "true" or time.monotonic() > deadline:
                raise AssertionError(f"not healthy:\n{podman('logs', id_)}") from None
            time.sleep(0.2)
        else:
            return


def in_image(image: str, script: str) -> str:
    return podman("run", "--rm", *LIMITS, *CONFINED, "--entrypoint=sh", image, "-ec", script)


def a_task_lives(id_: str, url: str, origin: str) -> dict[str, Any]:
    script = (ROOT / "tests" / "deploy" / "inside.py").read_text(encoding="utf-8")
    return dict(json.loads(podman("exec", "--interactive", id_, "python", "-", url, origin, script=script)))


@pytest.mark.parametrize("dockerfile", DOCKERFILES.values(), ids=DOCKERFILES)
def test_the_linter_has_nothing_to_say(dockerfile: Path):
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    assert hadolint is not None
    done = subprocess.run([hadolint, dockerfile], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_the_same_everywhere_is_made_by_the_machine_that_builds():
    """A node that is emulated takes ten times as long. Not so the last stage, which runs, nor Python's packages."""
    for dockerfile in DOCKERFILES.values():
        stages = re.findall(
            r"^FROM (--platform=\$BUILDPLATFORM )?(\S+:\S+)", dockerfile.read_text("utf-8"), re.MULTILINE
        )
        *before, (last_platform, _) = stages
        assert before
        assert not last_platform
        for platform, base in before:
            assert bool(platform) == (f"docker.io/library/{base}" == NODE)


def test_what_the_web_apps_server_consists_of_runs_on_every_kind_of_machine(built: Built):
    """It is made by another one than runs it."""
    found = in_image(built("taskflow-web"), "find /app -name '*.node' -o -name '*.so*' -o -path '*/@img/*'")
    assert found == ""


def test_it_is_small_says_what_it_is_and_runs_as_nobody(image: str):
    config = inspect(image)["Config"]
    assert config["User"] == f"{UID}:{UID}"
    labels = {name.removeprefix("org.opencontainers.image.") for name in config["Labels"]}
    assert {"title", "description", "licenses", "version", "revision"} <= labels
    assert not [name for name in config["Env"] if re.search("SECRET|TOKEN|PASSWORD", name.partition("=")[0])]
    assert size(image) - size(BASES[image]) < LARGEST[image]
    unwanted = "cc gcc make git"
    found = in_image(
        image, f"for name in {unwanted}; do command -v $name && exit 1; done; id -u; echo; ls -A /app"
    )
    uid, _, files = found.partition("\n\n")
    assert uid == str(UID)
    assert not {".env", ".git", "data", "tests"} & set(files.split())


def test_it_says_what_is_in_it(image: str):
    described = [
        json.loads(line)
        for line in in_image(image, "for f in sbom/*.json; do tr -d '\\n' <$f; echo; done").splitlines()
    ]
    assert {bom["bomFormat"] for bom in described} == {"CycloneDX"}
    has = {f"{part['name']}=={part['version']}" for bom in described for part in bom["components"]}
    named = {name.partition("==")[0] for name in has}
    for folder in ("frontend", *(["frontend/graphiql"] if image == "taskflow" else [])):
        package = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
        assert set(package["dependencies"]) <= named
        assert not {"vite", "typescript"} & named
    if image == "taskflow":
        pinned = set(
            re.findall(
                r"^([a-z0-9-]+==[^\s;]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
            )
        )
        python = {name.lower().replace("_", "-") for name in has}
        assert len(pinned & python) > len(pinned) * 0.9  # the others are for other systems


def test_one_container_is_the_whole_product_and_what_it_keeps_outlives_it(built: Built):
    built("taskflow")
    volume = f"taskflow-{uuid4().hex}"
    options = (*CONFINED, f"--volume={volume}:/data", *PRODUCTION)
    try:
        with container("taskflow", *options) as id_:
            told = a_task_lives(id_, API, API)
            assert (told["tasks"], told["event"]["task"]["title"]) == (["Alive"], "Alive")
            assert told["page"]
            assert "'unsafe-inline'" not in told["policy"].partition("script-src")[2].partition(";")[0]
            podman("kill", id_)
        with container("taskflow", *options) as id_:
            assert podman("exec", id_, "python", "-c", TITLES) == "[('Alive',)]"
    finally:
        podman("volume", "rm", "--force", volume)


def test_without_a_secret_it_does_not_serve_others(built: Built):
    built("taskflow")
    with pytest.raises(AssertionError, match="JWT_SECRET: production needs one"):
        podman("run", "--rm", *LIMITS, *CONFINED, "taskflow")


def test_the_web_app_alone_passes_on_what_is_the_apis(built: Built, tmp_path: Path):
    for name in DOCKERFILES:
        built(name)
    # In the place of the names that Compose's network would know.
    (hosts := tmp_path / "hosts").write_text("127.0.0.1 localhost api\n", encoding="utf-8")
    with container("taskflow", *CONFINED, *PRODUCTION) as api:
        beside = [option for option in CONFINED if not option.startswith("--network")]
        beside += [f"--network=container:{api}", f"--volume={hosts}:/etc/hosts:ro"]
        with container("taskflow-web", *beside) as web:
            told = a_task_lives(api, WEB, WEB)
            # All of it by the web app's address alone, its cookie too.
            assert (told["tasks"], told["event"]["task"]["title"]) == (["Alive"], "Alive")
            assert (told["cookie"], told["page"]) == ("taskflow", True)
            assert "frame-ancestors 'none'" in told["policy"]
            assert "'unsafe-inline'" not in told["policy"].partition("script-src")[2].partition(";")[0]
            assert "rror" not in podman("logs", web)
