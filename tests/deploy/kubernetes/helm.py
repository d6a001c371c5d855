"""Helm as an operator runs it, and the chart's forms that the tests go through."""

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.tree import ROOT
from tests.support.keys import new_key, pem

CHART = ROOT / "helm" / "taskflow"
IMAGE = "image.repository=registry.example.com/taskflow"
JWT_SECRET = "secret.values.JWT_SECRET=a-secret-of-the-tests-and-of-nobody-else"
JWT_PRIVATE_KEYS = f"secret.values.JWT_PRIVATE_KEYS={pem(new_key())}"
SECONDS = 180

#: Each way to install it that the chart offers, by what is given to Helm.
FORMS: dict[str, tuple[str, ...]] = {
    "default": (f"--set={IMAGE},{JWT_SECRET}",),
    "dev": (f"--values={CHART / 'values-dev.yaml'}",),
    "prod": (f"--values={CHART / 'values-prod.yaml'}",),
    "prod with dapr": (
        f"--values={CHART / 'values-prod.yaml'}",
        "--set=bus=dapr,dapr.tokenSecret=taskflow-dapr,dapr.apiTokenSecret=taskflow-sidecar",
        "--set=dapr.stateStore=true,dapr.subscriptions=true,kafka.caSecret=brokers",
    ),
    "prod with everything": (
        f"--values={CHART / 'values-prod.yaml'}",
        "--set=web.enabled=true,web.image.repository=registry.example.com/taskflow-web",
        "--set=serviceMonitor.enabled=true,serviceMonitor.labels.release=prometheus",
        "--set=redis=external,kafka.caSecret=brokers,imagePullSecrets={registry}",
        '--set-json=networkPolicy.from=[{"namespaceSelector":{"matchLabels":{"name":"ingress"}}}]',
        '--set-json=networkPolicy.metricsFrom=[{"namespaceSelector":{"matchLabels":{"name":"monitoring"}}}]',
        '--set-json=networkPolicy.egress=[{"ports":[{"port":443}]}]',
    ),
    "dapr without redis": (f"--values={CHART / 'values-dev.yaml'}", "--set=redis=none"),
    "one process on postgresql": (
        f"--set={IMAGE},{JWT_SECRET},database=postgresql",
        "--set=secret.values.DATABASE_URL=postgresql://taskflow@db/taskflow",
    ),
    "signing with keys": (f"--set={IMAGE},{JWT_PRIVATE_KEYS}",),
    "one process with dapr": (
        f"--set={IMAGE},{JWT_SECRET},bus=dapr,kafka.bootstrapServers=kafka:9092",
        "--set=secret.values.APP_API_TOKEN=a-token-for-the-sidecar",
    ),
}


class Helm:
    def __init__(self, tools: Path, folder: Path, kubeconfig: Path | None = None) -> None:
        self._program = tools / "helm"
        self.environment = os.environ | {
            "HELM_CACHE_HOME": str(folder / "cache"),
            "HELM_CONFIG_HOME": str(folder / "config"),
            "HELM_DATA_HOME": str(folder / "data"),
            "KUBECONFIG": str(kubeconfig or folder / "none"),
        }

    def __call__(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [self._program, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"helm {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    def render(self, form: str, *more: str) -> list[dict[str, Any]]:
        text = self("template", "taskflow", str(CHART), "--namespace=taskflow", *FORMS[form], *more).stdout
        return [document for document in yaml.safe_load_all(text) if document]
