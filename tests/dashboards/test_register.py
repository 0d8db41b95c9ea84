"""The history dashboard on an imported register: the panels themselves show the figures of its truth."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from streams.core.sketch import RELATIVE_ERROR
from tests.dashboards.asking import Row, english, month, rows
from tests.fixtures.monitor import Monitor
from tests.integration.register_figures import Spread, days_to_settle
from tests.integration.test_register import run_import, wait_until_counted
from tests.registers import CHANNELS
from wall.macros import Period

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.slow]

TOTALS, BY_MONTH, MONTH_BARS, BY_CHANNEL, BY_UNIT = range(1, 6)
WORDS = {"online": "Online", "direct": "Direct", "post": "Post", "other": "Other"}


def shown(monitor: Monitor, number: int, unit: str = "receipt") -> list[Row]:
    """The rows of a panel over all time."""
    variables = {"province": ["receipt"], "unit": [unit]}
    with monitor.client() as client:
        return rows(client, english("ioc-history", number), Period(0, 2_000_000_000_000), variables)


def late(group: Row) -> int:
    return int(group.get("by_class", {}).get("late", 0))


def assert_spread(row: Row, exact: Spread, group: Row) -> None:
    """The panel's quantiles are those of the events, within their error, and these are those of the register."""
    days = group["throughput_days"]
    assert exact.median == pytest.approx(days["median"], abs=1e-5)
    if "p90" in days:
        assert exact.p90 == pytest.approx(days["p90"], abs=1e-5)
    figures = (row["Median (days)"], row["P90 (days)"])
    assert figures == pytest.approx((exact.middle, exact.ninth_of_ten), rel=RELATIVE_ERROR)


def on_time(group: Row) -> int:
    classes = group.get("by_class", {})
    return int(classes.get("early", 0) + classes.get("on_day", 0))


@pytest.mark.skipif(
    "IOC_REAL_DATA" not in os.environ, reason="IOC_REAL_DATA does not name the real register's folder"
)
def test_the_history_dashboard_shows_the_register_s_truth(monitor: Monitor) -> None:
    filings = Path(os.environ["IOC_REAL_DATA"]) / "filings"
    truth = json.loads((filings / "truth.json").read_text())
    total = truth["total"]
    run_import(monitor, filings / "receipt.csv")
    wait_until_counted(monitor, total["received"], total["completed"])

    with monitor.client() as client:
        exact, exact_by_month, exact_by_unit = (days_to_settle(client, by) for by in ("''", "month", "unit"))
    by_month = {month(row["Month"]): row for row in shown(monitor, BY_MONTH)}
    months = truth["by_month_received"].keys() | truth["by_month_completed"].keys()
    # Deadlines of open applications go on falling due after the register's end.
    assert months <= by_month.keys()
    for name, row in by_month.items():
        completed = truth["by_month_completed"].get(name, {})
        assert row["Received"] == truth["by_month_received"].get(name, {}).get("received", 0)
        assert row["Settled"] == completed.get("completed", 0)
        assert row["Late"] == late(completed)
        assert row["On time"] == on_time(completed)
        if completed:
            assert row["Mean (days)"] == pytest.approx(completed["throughput_days"]["mean"], abs=1e-5)
            assert_spread(row, exact_by_month[name], completed)
        snapshot = truth["month_end_snapshots"].get(name)
        if snapshot and snapshot["instant"].endswith(("T00:00:00+01:00", "T00:00:00+02:00")):
            assert (row["Open"], row["Overdue"]) == (snapshot["open"], snapshot["open_overdue"])

    bars = {row["Month"]: row for row in shown(monitor, MONTH_BARS)}
    for name in months:
        bar, row = bars["/".join(reversed(name.split("-")))], by_month[name]
        assert all(bar[figure] == row[figure] for figure in ("Received", "On time", "Late"))

    (all_time,) = shown(monitor, TOTALS)
    assert (all_time["Received"], all_time["Settled"]) == (total["received"], total["completed"])
    assert (all_time["Late"], all_time["Open"]) == (late(total), total["open_at_end"])
    assert all_time["On-time rate"] == pytest.approx(total["on_time_share_of_completed"], abs=1e-6)
    assert all_time["Mean (days)"] == pytest.approx(total["throughput_days"]["mean"], abs=1e-5)
    assert_spread(all_time, exact[""], total)

    channels = {row["Channel"]: row for row in shown(monitor, BY_CHANNEL)}
    for channel, word in WORDS.items():
        groups = [group for name, group in truth["by_channel"].items() if CHANNELS[name] == channel]
        assert channels[word]["Received"] == sum(group["received"] for group in groups)
        assert channels[word]["Settled"] == sum(group["completed"] for group in groups)
        assert channels[word]["Late"] == sum(map(late, groups))

    officers = {row["Unit or officer"]: row for row in shown(monitor, BY_UNIT)}
    assert len(officers) == len(truth["by_responsible"])
    for name, group in truth["by_responsible"].items():
        row = officers[monitor.configuration.units.units[f"receipt.{name}"].name.en]
        assert (row["Received"], row["Settled"], row["Late"]) == (
            group["received"],
            group["completed"],
            late(group),
        )
        if group["completed"]:
            assert_spread(row, exact_by_unit[f"receipt.{name}"], group)
        (alone,) = shown(monitor, TOTALS, f"receipt.{name}") if group["completed"] else [row]
        assert alone["Received"] == row["Received"]
