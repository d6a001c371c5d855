"""What the ways of deployment have in common."""

from collections.abc import Iterator

import pytest

from tests.services.kafka import Kafka


@pytest.fixture(scope="session")
def secure_kafka() -> Iterator[Kafka]:
    with Kafka(secure=True) as broker:
        yield broker
