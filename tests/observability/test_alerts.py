"""Each alert rings when it should, and is silent when all is well; and each has its page."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.observability.prometheus import ALERTS, promtool

RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]
]
#: A minute apart, for half an hour; looked at after twenty.
FAST, SLOW = "0+10x30", "0x30"
PROCESS = 'job="taskflow", instance="a:8000"'


def histogram(name: str, seconds: str, labels: str = "") -> dict[str, str]:
    """All that is observed lies between the bucket below `seconds` and it."""
    bounds = ["0.25", "0.5", "1", "2.5", "5", "+Inf"]
    at = bounds.index(seconds)
    return {
        f'{name}_bucket{{{labels}le="{bound}"}}': FAST if number >= at else SLOW
        for number, bound in enumerate(bounds)
    }


WELL = {
    f"taskflow_build_info{{{PROCESS}}}": "1x30",
    'taskflow_operations_total{code="OK"}': "0+1000x30",
    'taskflow_operations_total{code="UNAVAILABLE"}': "0+1x30",
    'taskflow_operations_total{code="INTERNAL"}': "7x30",
    **histogram("taskflow_mutation_seconds", "0.25"),
    **histogram("taskflow_live_delivery_seconds", "1"),
    "taskflow_live_wakeups_missed_total": "0+1x30",
    "taskflow_relay_oldest_seconds": "3x30",
    'taskflow_lease_held{name="relay", instance="a"}': "0x30",
    'taskflow_lease_held{name="relay", instance="b"}': "1x30",
    "taskflow_consumer_lag_seconds": "60x30",
    "taskflow_dead_letters_waiting": "0x30",
    'taskflow_reminders_total{outcome="on time"}': FAST,
    'taskflow_reminders_total{outcome="late"}': "4x30",
    "taskflow_deliveries_waiting": "900x30",
    **histogram("taskflow_event_loop_lag_seconds", "0.25", f"{PROCESS}, "),
    f'taskflow_database_connections_in_use{{{PROCESS}, pool="writer"}}': "1x30",
    f'taskflow_database_connections_max{{{PROCESS}, pool="writer"}}': "1x30",
    f'taskflow_database_connections_in_use{{{PROCESS}, pool="all"}}': "5x30",
    f'taskflow_database_connections_max{{{PROCESS}, pool="all"}}': "10x30",
    "taskflow_password_hashes_waiting": "5x30",
    'taskflow_task_failures_total{task="relay"}': "2x30",
    'taskflow_kafka_connected{instance="a"}': "0x30",
    'taskflow_kafka_connected{instance="b"}': "1x30",
}
#: What is otherwise where it rings; None takes a series away. With the labels that tell whom it is about.
RINGS: dict[str, tuple[dict[str, str | None], dict[str, str]]] = {
    "TaskFlowDown": ({f"taskflow_build_info{{{PROCESS}}}": None}, {}),
    "TaskFlowUnavailable": ({'taskflow_operations_total{code="UNAVAILABLE"}': "0+100x30"}, {}),
    "TaskFlowErrors": ({'taskflow_operations_total{code="INTERNAL"}': "0x15 1x15"}, {}),
    "TaskFlowSlow": (histogram("taskflow_mutation_seconds", "2.5"), {}),
    "TaskFlowDeliverySlow": (histogram("taskflow_live_delivery_seconds", "5"), {}),
    "TaskFlowWakeupsMissed": ({"taskflow_live_wakeups_missed_total": "0+60x30"}, {}),
    "TaskFlowOutboxWaits": ({"taskflow_relay_oldest_seconds": "40x30"}, {}),
    "TaskFlowNobodySweeps": ({'taskflow_lease_held{name="relay", instance="b"}': "0x30"}, {}),
    "TaskFlowConsumerBehind": ({"taskflow_consumer_lag_seconds": "300x30"}, {}),
    "TaskFlowDeadLetters": ({"taskflow_dead_letters_waiting": "1x30"}, {}),
    "TaskFlowRemindersLate": ({'taskflow_reminders_total{outcome="late"}': "4x15 5x15"}, {}),
    "TaskFlowMessagesWait": ({"taskflow_deliveries_waiting": "5000x30"}, {}),
    "TaskFlowLoopHeldUp": (
        histogram("taskflow_event_loop_lag_seconds", "1", f"{PROCESS}, "),
        {"job": "taskflow", "instance": "a:8000"},
    ),
    "TaskFlowConnectionsUsedUp": (
        {f'taskflow_database_connections_in_use{{{PROCESS}, pool="all"}}': "10x30"},
        {"job": "taskflow", "instance": "a:8000", "pool": "all"},
    ),
    "TaskFlowPasswordsQueue": ({"taskflow_password_hashes_waiting": "50x30"}, {}),
    "TaskFlowTasksFail": ({'taskflow_task_failures_total{task="relay"}': "2x10 9x20"}, {"task": "relay"}),
    "TaskFlowKafkaAway": ({'taskflow_kafka_connected{instance="b"}': "0x30"}, {}),
}


@pytest.mark.services
def test_prometheus_takes_the_rules():
    done = promtool("check", "rules", "--lint-fatal", ALERTS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.services
@pytest.mark.parametrize("ringing", ["nothing", *RINGS])
def test_what_should_ring_rings_and_nothing_else(tmp_path: Path, ringing: str):
    changed, about = RINGS.get(ringing, ({}, {}))
    series = {name: values for name, values in (WELL | changed).items() if values is not None}
    expected: dict[str, list[Any]] = {}
    if ringing in RINGS:
        severity = next(rule["labels"]["severity"] for rule in RULES if rule["alert"] == ringing)
        expected[ringing] = [{"exp_labels": {"severity": severity, **about}}]
    # Its words would have to be repeated here.
    rules = [{name: value for name, value in rule.items() if name != "annotations"} for rule in RULES]
    write(tmp_path / "rules.yaml", {"groups": [{"name": "taskflow", "rules": rules}]})
    looked_at = [
        {"eval_time": "20m", "alertname": rule["alert"], "exp_alerts": expected.get(rule["alert"], [])}
        for rule in RULES
    ]
    given = [{"series": name, "values": values} for name, values in series.items()]
    test = {"interval": "1m", "input_series": given, "alert_rule_test": looked_at}
    write(
        tmp_path / "test.yaml",
        {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]},
    )
    done = promtool("test", "rules", tmp_path / "test.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def write(file: Path, content: Any) -> None:
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


def test_every_alert_is_tried_and_has_its_page():
    alerts = [rule["alert"] for rule in RULES]
    assert alerts == list(RINGS)
    headings = re.findall(r"^### (\w+)$", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.MULTILINE)
    assert [name for name in headings if name.startswith("TaskFlow")] == alerts
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
