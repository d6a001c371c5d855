"""What the ways of deployment have in common."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.kubernetes.helm import Helm
from tests.deploy.kubernetes.tools import have_tools
from tests.services.kafka import Kafka


@pytest.fixture(scope="session")
def secure_kafka() -> Iterator[Kafka]:
    with Kafka(secure=True) as broker:
        yield broker


@pytest.fixture(scope="session")
def tools() -> Path:
    return have_tools()


@pytest.fixture(scope="session")
def helm(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Without a cluster."""
    return Helm(tools, tmp_path_factory.mktemp("helm"))
