"""`ioc audit --watch` beside a running monitor: what it finds becomes a figure and an alert."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from typer.testing import CliRunner

from ioc.audit_watch import EveryError, Watch, interval
from ioc.cli import app
from producers.event import Event
from producers.publisher import Publisher
from schemas.decoder import EventDecoder
from store.selection import Selection
from streams import lag
from tests.fixtures.monitor import Monitor

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]


def figure(client: Client, indicator: str) -> Any:
    return client.query(
        "SELECT sum(numerator) FROM indicator_buckets WHERE grain = 'day' AND unit = '40' AND indicator = {i:String}",
        parameters={"i": indicator},
    ).result_rows[0][0]


def records_cleaned(identity: str, unit: str, records: int) -> Event:
    return {
        "specversion": "1.0",
        "id": identity,
        "source": "/tests/watch",
        "type": "vn.ioc.updates.records_cleaned.v1",
        "time": datetime.now(UTC) - timedelta(days=2),
        "subject": unit,
        "data": {"registry": "land", "records": records},
    }


@pytest.fixture
def environment(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    variables = {
        "IOC_KAFKA": monitor.settings.kafka,
        "IOC_CLICKHOUSE": monitor.settings.clickhouse,
        "IOC_DATA": str(monitor.settings.data),
        "IOC_CONFIG": str(monitor.settings.config),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return {**os.environ, **variables}


def test_what_it_finds_is_a_figure_and_an_alert(monitor: Monitor, environment: dict[str, str]) -> None:
    said: list[str] = []
    watch = Watch(monitor.settings, monitor.configuration, monitor.registry, Selection(), said.append)
    with Publisher(
        monitor.settings.kafka, EventDecoder(monitor.registry), monitor.configuration.units
    ) as publisher:
        assert publisher.send(records_cleaned("1", unit="16681", records=7)) is None
        publisher.flush()
    monitor.wait_for("the figure", lambda client: figure(client, "records_cleaned") == 7)

    assert watch.once()
    assert said[-1].endswith("all equal")
    monitor.wait_for("the audit", lambda client: figure(client, "audits") == 1)
    with monitor.client() as client:
        assert figure(client, "audit_differences") == 0

        monitor.clickhouse.stop()
        assert not watch.once()
        assert "no audit: no ClickHouse answers" in said[-1]
        monitor.clickhouse.start()

        client.command(
            "INSERT INTO indicator_values SELECT * REPLACE (numerator + 1 AS numerator, version + 1000000 AS version)"
            " FROM indicator_values FINAL WHERE indicator = 'records_cleaned' AND grain = 'day' AND unit = '16681'"
        )
    assert watch.once()
    assert "1 differ" in said[-2]
    assert "the stream says 8/0, the events say 7/0" in said[-1]
    monitor.wait_for("the differences", lambda client: figure(client, "audit_differences") == 1)
    fired = "SELECT count() FROM alert_transitions WHERE alertname = 'FiguresDiffer' AND unit = '40'"
    monitor.wait_for("the alert", lambda client: client.query(fired).result_rows[0][0] == 1)


@pytest.mark.slow
def test_an_audit_waits_for_compute_to_catch_up(monitor: Monitor, environment: dict[str, str]) -> None:
    monitor.freeze_worker("compute")
    thaw = threading.Timer(6, monitor.thaw_worker, ["compute"])  # later than a difference lasts
    try:
        with Publisher(
            monitor.settings.kafka, EventDecoder(monitor.registry), monitor.configuration.units
        ) as publisher:
            publisher.send(records_cleaned("2", unit="16690", records=9))
            publisher.flush()
        stored = "SELECT count() FROM events WHERE id = '2'"
        monitor.wait_for("the event", lambda client: client.query(stored).result_rows[0][0] == 1)
        thaw.start()
        chosen = ["--unit", "16690", "--indicator", "records_cleaned"]
        found = CliRunner().invoke(app, ["audit", *chosen])
        thaw.join()
    finally:
        monitor.thaw_worker("compute")
    assert found.exit_code == 0, found.output
    assert "compute is 1 records behind: waiting for it" in found.stderr
    assert "all equal" in found.stdout


@pytest.mark.slow
def test_what_compute_has_not_counted_is_no_difference(
    monitor: Monitor, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lag, "CATCH_UP_SECONDS", 3.0)
    chosen = Selection(indicators=frozenset({"records_cleaned"}), units=frozenset({"16702"}))
    said: list[str] = []
    watch = Watch(monitor.settings, monitor.configuration, monitor.registry, chosen, said.append)
    monitor.freeze_worker("compute")
    try:
        with Publisher(
            monitor.settings.kafka, EventDecoder(monitor.registry), monitor.configuration.units
        ) as publisher:
            publisher.send(records_cleaned("3", unit="16702", records=9))
            publisher.flush()
        stored = "SELECT count() FROM events WHERE id = '3'"
        monitor.wait_for("the event", lambda client: client.query(stored).result_rows[0][0] == 1)
        assert not watch.once()
        found = CliRunner().invoke(app, ["audit", "--unit", "16702", "--indicator", "records_cleaned"])
    finally:
        monitor.thaw_worker("compute")
    assert "no audit: figures differ, but compute or the store has 1 records still to read" in said[-1]
    assert found.exit_code == 1
    assert "Compute or the store has 1 records still to read: differences may pass" in found.stdout


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_comes_up_and_stops_cleanly(environment: dict[str, str], number: signal.Signals) -> None:
    command = [sys.executable, "-m", "ioc", "audit", "--watch", "--every", "1h"]
    with subprocess.Popen(
        ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command],  # as a shell starts it in the background
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert "buckets compared" in process.stdout.readline()
        process.send_signal(number)
        try:
            rest, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert rest.splitlines()[-1] == "stopped"
    assert "Traceback" not in errors


@pytest.mark.parametrize("every", ["10 minutes", "5s", "2h", ""])
def test_the_time_between_has_bounds(every: str) -> None:
    with pytest.raises(EveryError, match="1m to 1h"):
        interval(every)
    assert interval("10m") == 600
