"""Helm, helm-unittest, kubectl and all of a cluster, built by Go at the versions of tools_source/go.mod.

One module, so that what they have in common is compiled once; that is most of each.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.services.go import CACHE, go, locked

WHAT = "Helm and Kubernetes"
SOURCE = Path(__file__).with_name("tools_source")
BUILD_SECONDS = 3600
#: What the server says that it is.
VERSION = "v1.37.0"
PROGRAMS = (
    ".",
    "helm.sh/helm/v3/cmd/helm",
    "github.com/helm-unittest/helm-unittest/cmd/helm-unittest",
)
#: Definitions of other people's kinds, from their own modules.
DEFINITIONS = {
    "github.com/dapr/dapr@v1.18.1": "charts/dapr/crds/*.yaml",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"
    ),
}
#: What the pretended kubelets do.
STAGES = (
    "kustomize/stage/node/fast/*.yaml",
    "kustomize/stage/pod/fast/*.yaml",
)
#: Other versions are others' neighbours, not their successors: two checkouts may differ.
DIGEST = hashlib.sha256(
    b"".join(file.read_bytes() for file in sorted(SOURCE.iterdir()))
    + repr((VERSION, PROGRAMS, DEFINITIONS, STAGES)).encode()
).hexdigest()[:12]
HOME = CACHE / f"kubernetes-{DIGEST}"


def have_tools() -> Path:
    """A folder: helm, helm-unittest, cluster, definitions/ and stages.yaml. Skips the test where it can't be had."""
    with locked(HOME):
        if not (HOME / "built").exists():
            _build()
    return HOME / "built"


def _build() -> None:
    with tempfile.TemporaryDirectory(dir=HOME) as name:
        folder = Path(name) / "built"
        (folder / "definitions").mkdir(parents=True)
        link = " ".join(["-s -w", *_stamps()])
        # Nobody looks into them with a debugger, and what one wants is a fifth of the work.
        flags = ("-p", "2", "-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", "-ldflags", link)
        go(WHAT, "build", *flags, "-o", f"{folder}/", *PROGRAMS, cwd=SOURCE, seconds=BUILD_SECONDS)
        (folder / "kubernetes").rename(folder / "cluster")
        for module, pattern in DEFINITIONS.items():
            answer = go(WHAT, "mod", "download", "-json", module, cwd=folder, seconds=BUILD_SECONDS)
            for file in Path(json.loads(answer)["Dir"]).glob(pattern):
                shutil.copyfile(file, folder / "definitions" / file.name)
        kwok = Path(
            go(WHAT, "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok", cwd=SOURCE, seconds=60).strip()
        )
        stages = sorted(file for pattern in STAGES for file in kwok.glob(pattern))
        texts = [file.read_text(encoding="utf-8") for file in stages if file.name != "kustomization.yaml"]
        (folder / "stages.yaml").write_text("\n---\n".join(texts), encoding="utf-8")
        folder.rename(HOME / "built")


def _stamps() -> Iterator[str]:
    """As their own builds have it: which version the server is, and which one Helm takes for granted without one."""
    major, minor, _ = VERSION.removeprefix("v").split(".")
    yield f"-X k8s.io/component-base/version.gitVersion={VERSION}"
    for name in (
        "k8s.io/component-base/version.git",
        "helm.sh/helm/v3/pkg/chartutil.k8sVersion",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersion",
    ):
        yield f"-X {name}Major={major} -X {name}Minor={minor}"


if __name__ == "__main__":
    have_tools()
