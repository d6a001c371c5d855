"""What /metrics tells, as a scraper reads it."""

from collections.abc import Iterator

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.support.client import DEADLINE_SECONDS


class Figures:
    def __init__(self, text: str) -> None:
        self.samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def of(self, name: str, **labels: str) -> float:
        """The sum of all samples of that name with those labels, others beside them."""
        return sum(sample.value for sample in self._having(name, labels))

    def labels(self, name: str, label: str) -> set[str]:
        return {sample.labels[label] for sample in self._having(name, {}) if label in sample.labels}

    def names(self) -> set[str]:
        return {sample.name for sample in self.samples}

    def _having(self, name: str, labels: dict[str, str]) -> Iterator[Sample]:
        for sample in self.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                yield sample


async def figures(url: str) -> Figures:
    async with httpx.AsyncClient(base_url=url, timeout=DEADLINE_SECONDS) as http:
        answer = await http.get("/metrics")
    assert answer.status_code == 200, answer.text
    return Figures(answer.text)
