"""What the doctor says of what it found, as tables; and the command where nothing runs."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboards.push import Report
from ioc.cli import app
from ioc.doctor.clickhouse import past_finding, tables_finding
from ioc.doctor.finding import in_words
from ioc.doctor.kafka import role_finding, stream_finding, topics_finding
from ioc.doctor.web import grafana_finding
from streams.lag import behind
from streams.topics import every
from tests.fixtures.streams import STREAMS

ALL = every(STREAMS)
RIGHT = {topic.name: topic.partitions for topic in ALL}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (172800, "2 d"),
    ],
)
def test_ages_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("partitions", "level", "says"),
    [
        (RIGHT, "ok", f"all {len(ALL)} are there"),
        (RIGHT | {"another": 1}, "ok", f"all {len(ALL)} are there"),
        (RIGHT | {"ioc.alerts": 1}, "fail", "ioc.alerts has 1 partitions and needs 4"),
        ({}, "fail", "missing: ioc.events.filings"),
    ],
)
def test_topics(partitions: dict[str, int], level: str, says: str) -> None:
    finding = topics_finding(partitions, ALL)
    assert finding.level == level
    assert says in finding.what
    assert bool(finding.advice) == (level != "ok")


@pytest.mark.parametrize(
    ("members", "lag", "level", "says"),
    [
        (1, 0, "ok", "1 process, 0 records behind"),
        (2, 10_000, "ok", "2 processes, 10,000 records behind"),
        (1, 10_001, "warn", "10,001 records behind"),
        (1, None, "ok", "nothing read yet"),
        (0, None, "fail", "nobody runs it"),
        (0, 3, "fail", "nobody runs it, 3 records wait"),
    ],
)
def test_roles(members: int, lag: int | None, level: str, says: str) -> None:
    finding = role_finding("compute", members, lag)
    assert finding.level == level
    assert says in finding.what


@pytest.mark.parametrize(
    ("newest", "level"), [(None, "warn"), (1000.0, "ok"), (999.0, "ok"), (100.0, "ok"), (99.0, "warn")]
)
def test_streams(newest: float | None, level: str) -> None:
    assert stream_finding("filings", newest, now=1000.0).level == level


def test_lag_counts_what_is_not_committed_and_is_never_negative() -> None:
    assert behind({"a": 10, "b": 5, "c": 7}, {"a": 4, "b": 9}) == 6 + 0 + 7


@pytest.mark.parametrize(
    ("applied", "level"), [([], "fail"), (["1"], "fail"), (["1", "2"], "ok"), (["1", "2", "3"], "warn")]
)
def test_tables(applied: list[str], level: str) -> None:
    assert tables_finding(applied, ["1", "2"]).level == level


@pytest.mark.parametrize(
    ("report", "level", "says"),
    [
        (Report("12.0", True, True, (), ()), "ok", "with our dashboards"),
        (Report("12.0", True, None, (), ()), "ok", "with our dashboards"),
        (Report("12.0", True, True, ("a",), ("b", "c")), "warn", "1 dashboards missing, 2 different"),
        (Report("12.0", True, False, (), ()), "fail", "data source is missing"),
        (Report("12.0", False, True, (), ()), "fail", "its database is in trouble"),
    ],
)
def test_grafana(report: Report, level: str, says: str) -> None:
    finding = grafana_finding("http://grafana", report)
    assert finding.level == level
    assert says in finding.what


def test_where_nothing_runs_every_part_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("IOC_DATA", str(tmp_path))
    monkeypatch.setenv("IOC_KAFKA", f"127.0.0.1:{port}")
    monkeypatch.setenv("IOC_CLICKHOUSE", f"http://default@127.0.0.1:{port}")
    monkeypatch.setenv("IOC_CLICKHOUSE_PASSWORD", "hunter2")
    monkeypatch.setenv("IOC_WALL_PORT", str(port))
    monkeypatch.setenv("IOC_GRAFANA_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("IOC_GRAFANA_TOKEN", "hunter3")
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(f["part"], f["level"], bool(f["advice"])) for f in findings] == [
        ("Kafka", "fail", True),
        ("ClickHouse", "fail", True),
        ("wall", "fail", True),
        ("Grafana", "fail", False),
    ]
    assert "hunter" not in result.output


def test_an_unusable_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOC_WALL_PORT", "eighty")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "IOC_WALL_PORT='eighty'" in result.stderr


def test_it_names_what_has_changed_since_the_past_was_counted() -> None:
    assert past_finding([]).level == "ok"
    changed = past_finding(["", *"abcdef"])
    assert changed.level == "warn"
    assert changed.what.endswith("units or calendars, a, b, c, d and 2 more")
    assert "ioc rebuild" in changed.advice
