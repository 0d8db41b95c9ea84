"""The main job: a register imported through its declarative source, and every figure of it right.

The made register is compared with the cases that it was made of; the real one, where IOC_REAL_DATA names its folder,
with figures computed independently from the file.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from config.columns import event_fields
from producers.importer import import_file
from producers.publisher import Publisher
from producers.summary import Summary
from schemas.decoder import EventDecoder
from store.audit import audit
from streams.core.sketch import RELATIVE_ERROR
from tests.fixtures.monitor import Monitor
from tests.integration.register_figures import (
    by_channel,
    by_officer,
    days_to_settle,
    monthly,
    shown_days_to_settle,
    stock_at,
)
from tests.registers import AMSTERDAM, CHANNELS, make_cases, write_register

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]


def run_import(monitor: Monitor, path: Path, **options: Any) -> Summary:
    units = frozenset(monitor.configuration.units.units)
    with Publisher(monitor.settings.kafka, EventDecoder(monitor.registry), units) as publisher:
        return import_file(
            path,
            monitor.configuration.sources["receipt"],
            monitor.registry,
            publisher,
            monitor.settings.data / "imports",
            **options,
        )


def wait_until_counted(monitor: Monitor, received: int, settled: int) -> None:
    def counted(client: Client) -> bool:
        return (
            sum(monthly(client, "dossiers_received").values()) == received
            and sum(monthly(client, "dossiers_settled").values()) == settled
            and sum(by_officer(client, "dossiers_received").values()) == received
            and sum(by_officer(client, "dossiers_settled").values()) == settled
            and client.query("SELECT count() FROM events FINAL").result_rows[0][0] == received + settled
        )

    monitor.wait_for(f"{received} received, {settled} settled", counted)


def assert_audit_is_clean(monitor: Monitor) -> None:
    with monitor.client() as client:
        result = audit(
            client,
            monitor.configuration.units,
            monitor.configuration.indicators,
            event_fields(monitor.registry),
        )
    assert result.buckets > 0
    assert result.differences == []


def test_a_register_imported_twice_and_interrupted_once_gives_its_own_figures(
    monitor: Monitor, tmp_path: Path
) -> None:
    cases = make_cases(300, seed=11)
    register = write_register(tmp_path / "register.csv", cases, scatter_seed=11)
    settled = [case for case in cases if case.settled_at]
    stops = iter([False] * 200 + [True])

    first = run_import(monitor, register.path, stop=lambda: next(stops), rows_at_once=50)
    assert first.state == "interrupted"
    assert run_import(monitor, register.path).state == "finished"
    assert run_import(monitor, register.path, again=True).state == "finished"
    wait_until_counted(monitor, len(cases), len(settled))

    def month(instant: datetime) -> str:
        return f"{instant.astimezone(AMSTERDAM):%Y-%m}"

    def local(instant: datetime) -> date:
        return instant.astimezone(AMSTERDAM).date()

    def spreads(client: Client) -> None:
        shown = shown_days_to_settle(client)
        exact = days_to_settle(client, by="month")
        assert shown.keys() == exact.keys()
        for name, of_month in exact.items():
            figures = (max(of_month.middle, 0), max(of_month.ninth_of_ten, 0))
            assert shown[name][:2] == pytest.approx(figures, rel=RELATIVE_ERROR)

    late = [c for c in settled if c.settled_at and local(c.settled_at) > local(c.due_at)]
    with monitor.client() as client:
        assert monthly(client, "dossiers_received") == Counter(month(c.received_at) for c in cases)
        assert monthly(client, "dossiers_settled") == Counter(
            month(c.settled_at) for c in settled if c.settled_at
        )
        assert monthly(client, "dossiers_late") == Counter(month(c.settled_at) for c in late if c.settled_at)
        spreads(client)
        assert by_officer(client, "dossiers_received") == Counter(c.officer for c in cases)
        assert by_channel(client, "dossiers_received") == Counter(CHANNELS[c.channel] for c in cases)
        first_day = min(local(c.received_at) for c in cases).replace(day=1)
        for months in range(1, 20):
            day = (first_day + timedelta(days=31 * months)).replace(day=1)
            at = datetime(day.year, day.month, 1, tzinfo=AMSTERDAM)
            still_open = [
                c
                for c in cases
                if c.received_at < at
                and (c.settled_at is None or c.settled_at >= at or c.settled_at <= c.received_at)
            ]
            opened = [c for c in still_open if not (c.settled_at and c.settled_at <= c.received_at)]
            assert stock_at(client, "open_backlog", int(at.timestamp())) == len(opened)
            overdue = [
                c for c in cases if local(c.due_at) < day and (c.settled_at is None or c.settled_at >= at)
            ]
            assert stock_at(client, "overdue_backlog", int(at.timestamp())) == len(overdue)
    assert_audit_is_clean(monitor)


@pytest.fixture(scope="module")
def real_monitor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    running = Monitor(tmp_path_factory.mktemp("real"))
    running.start()
    yield running
    running.stop()


@pytest.mark.skipif(
    "IOC_REAL_DATA" not in os.environ, reason="IOC_REAL_DATA does not name the real register's folder"
)
def test_the_real_register_gives_the_figures_of_its_truth(real_monitor: Monitor) -> None:
    monitor = real_monitor
    filings = Path(os.environ["IOC_REAL_DATA"]) / "filings"
    truth = json.loads((filings / "truth.json").read_text())
    total = truth["total"]
    run_import(monitor, filings / "receipt.csv")
    run_import(monitor, filings / "receipt.csv", again=True)
    wait_until_counted(monitor, total["received"], total["completed"])

    def of(group: str, figure: str) -> dict[str, int]:
        return {name: row[figure] for name, row in truth[group].items() if row.get(figure)}

    def late(group: str) -> dict[str, int]:
        counted = {name: row["by_class"].get("late", 0) for name, row in truth[group].items()}
        return {name: number for name, number in counted.items() if number}

    def channels(figures: dict[str, int]) -> Counter[str]:
        merged: Counter[str] = Counter()
        for channel, number in figures.items():
            merged[CHANNELS[channel]] += number
        return merged

    with monitor.client() as client:
        assert monthly(client, "dossiers_received") == of("by_month_received", "received")
        assert monthly(client, "dossiers_settled") == of("by_month_completed", "completed")
        assert monthly(client, "dossiers_late") == late("by_month_completed")
        assert by_channel(client, "dossiers_received") == channels(of("by_channel", "received"))
        assert by_channel(client, "dossiers_settled") == channels(of("by_channel", "completed"))
        assert by_channel(client, "dossiers_late") == channels(late("by_channel"))
        assert by_officer(client, "dossiers_received") == of("by_responsible", "received")
        assert by_officer(client, "dossiers_settled") == of("by_responsible", "completed")
        assert by_officer(client, "dossiers_late") == late("by_responsible")
        for snapshot in truth["month_end_snapshots"].values():
            instant = datetime.fromisoformat(snapshot["instant"])
            assert stock_at(client, "open_backlog", int(instant.timestamp())) == snapshot["open"]
            # The last one is of an afternoon, and counts as overdue by the instant; we and all its other figures count
            # by the date, by which the two that are due on that very day are overdue at midnight.
            if instant.hour:
                instant = instant.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            assert stock_at(client, "overdue_backlog", int(instant.timestamp())) == snapshot["open_overdue"]
        figures = shown_days_to_settle(client)
        for month, exact in days_to_settle(client, by="month").items():
            expected = truth["by_month_completed"][month]["throughput_days"]
            median, p90, mean = figures[month]
            assert (exact.median, exact.p90, mean) == pytest.approx(
                (expected["median"], expected["p90"], expected["mean"]), abs=1e-5
            )
            assert (median, p90) == pytest.approx((exact.middle, exact.ninth_of_ten), rel=RELATIVE_ERROR)
        rate = client.query(
            "SELECT sum(numerator), sum(denominator) FROM indicator_buckets"
            " WHERE grain = 'day' AND indicator = 'online_filing_rate' AND unit = 'receipt'"
        ).result_rows[0]
        assert rate[0] / rate[1] == pytest.approx(total["online_share"], abs=1e-6)
    assert_audit_is_clean(monitor)
