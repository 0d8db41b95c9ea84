"""The commands that look at a running monitor, on the real servers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ioc.cli import app
from ioc.doctor import clickhouse as clickhouse_doctor
from ioc.doctor import kafka as kafka_doctor
from ioc.embedded.kafka import EmbeddedKafka
from ioc.settings import Settings
from schemas.streams import load_streams
from store.migrate import migrate
from streams import claim as claims
from streams.admin import create_topics
from streams.topics import COMPUTE_STATE, every

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

RUN = CliRunner()
NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def tables(
    clickhouse_client: Client, clickhouse_url: str, clickhouse_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """The migrated tables, to which the environment's settings lead."""
    migrate(clickhouse_client, clickhouse_database)
    monkeypatch.setenv("IOC_CLICKHOUSE", clickhouse_url.replace("//", "//default@"))
    monkeypatch.setenv("IOC_CLICKHOUSE_DATABASE", clickhouse_database)
    yield clickhouse_client


def add_letter(tables: Client, offset: int, reason: str) -> str:
    topic = "ioc.events.filings"
    letter = {
        "id": f"{topic}/1/{offset}",
        "topic": topic,
        "part": 1,
        "kafka_offset": offset,
        "arrived_at": NOW.replace(minute=offset),
        "reason": reason,
        "path": "$.data.due_at",
        "message": "expected a time",
        "type": "vn.ioc.filings.received.v1",
        "source": "one-stop",
        "event_id": str(offset),
        "schema_version": "1.0",
        "payload": '{"vi": "quá hạn"}',
        "payload_bytes": 20,
    }
    for _ in range(2):  # written again after a crash: still one letter
        tables.insert("dead_letters", [list(letter.values())], list(letter))
    return str(letter["id"])


def add_transition(tables: Client, fingerprint: str, state: str, minute: int) -> None:
    row = {
        "fingerprint": fingerprint,
        "starts_at": NOW,
        "state": state,
        "at": NOW.replace(minute=minute),
        "ends_at": NOW.replace(minute=minute) if state == "resolved" else None,
        "alertname": "SlowSettlement",
        "unit": "xa-1",
        "severity": "warning",
        "labels": {},
        "summary_vi": "chậm",
        "summary_en": f"slow {fingerprint}",
        "value": 0.4,
        "numerator": 4,
        "denominator": 10,
        "threshold": 0.9,
    }
    tables.insert("alert_transitions", [list(row.values())], list(row))


@pytest.mark.clickhouse
def test_dead_letters_are_listed_counted_and_shown(tables: Client) -> None:
    assert "No dead letters." in RUN.invoke(app, ["dead-letters", "list"]).stdout
    first = add_letter(tables, 1, "bad_data")
    second = add_letter(tables, 2, "unknown_unit")
    listed = RUN.invoke(app, ["dead-letters", "list"]).stdout
    assert listed.index(second) < listed.index(first)
    assert "bad_data: 1  unknown_unit: 1" in listed
    only = RUN.invoke(app, ["dead-letters", "list", "--reason", "bad_data", "--json"]).stdout.splitlines()
    assert [json.loads(line)["id"] for line in only] == [first]
    shown = RUN.invoke(app, ["dead-letters", "show", first]).stdout
    assert "quá hạn" in shown
    assert "2026-03-01T08:01:00.000Z" in shown
    assert json.loads(RUN.invoke(app, ["dead-letters", "show", first, "--json"]).stdout)["kafka_offset"] == 1
    missing = RUN.invoke(app, ["dead-letters", "show", "x/0/0"])
    assert missing.exit_code == 1
    assert "no dead letter has the id 'x/0/0'" in missing.stderr


@pytest.mark.clickhouse
def test_alerts_that_fire_are_listed_and_resolved_ones_on_request(tables: Client) -> None:
    assert "No alert fires." in RUN.invoke(app, ["alerts", "list"]).stdout
    add_transition(tables, "a", "firing", 31)
    add_transition(tables, "b", "firing", 32)
    add_transition(tables, "b", "resolved", 40)
    fires = RUN.invoke(app, ["alerts", "list"]).stdout
    assert "slow a" in fires
    assert "slow b" not in fires
    every = [
        json.loads(x) for x in RUN.invoke(app, ["alerts", "list", "--all", "--json"]).stdout.splitlines()
    ]
    assert [(alert["fingerprint"], alert["state"], alert["ends_at"]) for alert in every] == [
        ("a", "firing", None),
        ("b", "resolved", "2026-03-01T08:40:00.000Z"),
    ]


@pytest.mark.clickhouse
def test_the_doctor_on_clickhouse_before_and_after_the_migration(
    clickhouse_url: str, clickhouse_database: str, clickhouse_client: Client
) -> None:
    settings = Settings(clickhouse=clickhouse_url, clickhouse_database=clickhouse_database)
    before = {f.part: f for f in clickhouse_doctor.examine(settings, NOW.timestamp())}
    assert (before["ClickHouse"].level, before["tables"].level) == ("ok", "fail")
    migrate(clickhouse_client, clickhouse_database)
    after = {f.part: f for f in clickhouse_doctor.examine(settings, NOW.timestamp())}
    assert after["tables"].level == "ok"
    assert after["stored"].what == "no event yet"


@pytest.mark.kafka
@pytest.mark.clickhouse
def test_a_second_rebuild_beside_the_first_is_refused(
    tables: Client, kafka: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_topics(kafka.bootstrap, every(load_streams(Settings.schemas)))
    monkeypatch.setenv("IOC_KAFKA", kafka.bootstrap)
    monkeypatch.setattr(claims, "_WAIT_SECONDS", 2.0)
    with claims.claim(kafka.bootstrap, "ioc-rebuild", COMPUTE_STATE, "it"):
        refused = RUN.invoke(app, ["rebuild"])
    assert refused.exit_code == 1
    assert f"error: `ioc rebuild` runs already (process {os.getpid()} on " in refused.stderr
    done = RUN.invoke(app, ["rebuild", "--dry-run"])
    assert done.exit_code == 0, done.stderr
    assert tables.query("SHOW TABLES LIKE 'rebuilt%'").result_rows == []


@pytest.mark.kafka
def test_the_doctor_on_kafka(kafka: EmbeddedKafka) -> None:
    settings = Settings(kafka=kafka.bootstrap)
    create_topics(kafka.bootstrap, every(load_streams(settings.schemas)))
    groups = {"compute": "nobody-ever"}
    findings = {f.part: f for f in kafka_doctor.examine(settings, groups, NOW.timestamp())}
    assert (findings["Kafka"].level, findings["topics"].level) == ("ok", "ok")
    assert (findings["compute"].level, findings["compute"].what) == ("fail", "nobody runs it")
    assert {"filings", "payments", "updates"} <= findings.keys()
