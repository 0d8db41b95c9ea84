"""The audit after the retention has removed rows: no false difference, and what is left is still compared."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

from config.columns import event_fields
from config.loader import load
from config.retention import Period, Retention
from ioc.settings import Settings
from schemas.registry import load_registry
from store.audit import Audit, Difference, audit
from store.horizon import Horizon
from store.migrate import migrate
from store.recompute import Extent, Span, passes, sums
from store.retention import apply
from store.staging import Staging
from streams.core.buckets import GRAINS
from streams.core.compute import version
from streams.core.units import Province, Text, Unit, Units
from streams.rows import COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
NAME = Text("Tên", "Name")
UNITS = Units(
    [Province("40", NAME, "Asia/Ho_Chi_Minh"), Province("archive", NAME, "Europe/Amsterdam", live=False)],
    [
        Unit("justice", NAME, "department", "40", "40"),
        Unit("ward", NAME, "commune", "justice", "40"),
        Unit("young", NAME, "commune", "40", "40"),
        Unit("officer", NAME, "officer", "archive", "archive"),
    ],
)
REGISTRY = load_registry()
FIELDS = list(event_fields(REGISTRY))
INDICATORS = {
    name: indicator
    for name, indicator in load(Settings().config, REGISTRY).indicators.items()
    if name
    in (
        *("online_filing_rate", "on_time_settlement", "settlement_days", "overdue_backlog", "open_backlog"),
        *("online_payment_rate", "records_cleaned", "due_within_3_days", "supplemented_once"),
    )
}


class Happened(NamedTuple):
    kind: str
    unit: str
    at: datetime
    arrived_at: datetime
    data: dict[str, Any]


def dossier(unit: str, number: int, received: datetime, rng: random.Random) -> Iterator[Happened]:
    """A life: often long, sometimes received twice, sometimes told late, sometimes never ended."""
    code = {"dossier": f"d-{unit}-{number}"}

    def happened(kind: str, at: datetime, **data: Any) -> Happened:
        late = rng.choice([timedelta(seconds=5)] * 8 + [DAY, 20 * DAY])
        return Happened(kind, unit, at, min(max(at, received) + late, NOW), code | data)

    due = received + DAY * rng.choice([3, 10, 30, 30_000])
    first = {"channel": rng.choice(["online", "direct"]), "due_at": due.isoformat()}
    yield happened("filings.received", received, **first)
    if rng.random() < 0.1:
        yield happened("filings.received", received + DAY * rng.randrange(1, 40), channel="online")
    if rng.random() < 0.2:
        asked = received + DAY * rng.randrange(1, 20)
        yield happened("filings.supplement_asked", asked)
        if rng.random() < 0.8:  # the deadline moves
            yield happened("filings.supplement_given", asked + DAY * rng.choice([2, 15, 70]))
    if rng.random() < 0.9:
        ended = received + DAY * rng.choice([1, 2, 5, 40, 120])
        if ended < NOW:
            yield happened(rng.choice(["filings.settled"] * 5 + ["filings.withdrawn"]), ended)


def everything(seed: int) -> Iterator[Happened]:
    """Four hundred days of a province, and an archive of 2010 that was imported yesterday."""
    rng = random.Random(seed)
    for number in range(400):
        at = NOW - timedelta(seconds=rng.randrange(400 * 86_400))
        unit = rng.choice(["ward", "justice"])
        yield from dossier(unit, number, at, rng)
        paid = {"kind": "fee", "method": "online_national", "amount_vnd": rng.randrange(10**6)}
        yield Happened("payments.paid", unit, at, at + timedelta(hours=1), paid)
        cleaned = {"registry": "population", "records": rng.randrange(500)}
        yield Happened("updates.records_cleaned", unit, at, at + timedelta(hours=1), cleaned)
    for number in range(40):
        yield from dossier("young", number, NOW - DAY * rng.uniform(0, 20), rng)
        for one in dossier("officer", number, datetime(2010, 3, 1, tzinfo=UTC) + DAY * number, rng):
            yield one._replace(arrived_at=NOW - DAY)


def fill(client: Client, events: Iterator[Happened]) -> None:
    """The events, and as the stream's figures what they make as long as all are there."""
    rows = [
        [
            *(event.kind, event.unit, "/tests/audit", str(number), event.at, event.arrived_at),
            *(event.data.get("dossier", ""), msgspec.json.encode(event.data).decode(), 0, number),
        ]
        for number, event in enumerate(events)
    ]
    client.insert("events", rows, COLUMNS["events"])
    fill_figures(client, "indicator_values", 1)


def fill_figures(client: Client, table: str, version: int) -> None:
    """What the events that are there make."""
    for one in passes(INDICATORS.values()):
        for province in UNITS.provinces.values():
            extent = Extent(province, dict.fromkeys(GRAINS, Span()))
            client.command(
                f"INSERT INTO {table} SELECT indicator, CAST(grain, 'Int8'), unit, dims,"
                f" toDateTime64(bucket, 0, 'UTC'), 0, {{p:String}}, day, numerator, denominator, {version}, now64(3)"
                f" FROM ({sums(one, extent, UNITS, FIELDS)})",
                parameters={"p": province.code},
            )


def remove(client: Client, retention: Retention) -> None:
    """Apply a retention and wait until what it removes is gone."""
    apply(client, retention)
    unfinished = "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND NOT is_done"
    while client.query(unfinished).result_rows[0][0]:
        time.sleep(0.05)
    for table in ("events", "indicator_values"):
        client.command(f"OPTIMIZE TABLE {table} FINAL")


def run_audit(client: Client) -> Audit:
    return audit(client, UNITS, INDICATORS, FIELDS, settle_seconds=0)


def spoil(client: Client, condition: str) -> None:
    """One sum of a condition becomes wrong."""
    client.command(
        "INSERT INTO indicator_values SELECT * REPLACE (numerator + 1 AS numerator, version + 1 AS version)"
        f" FROM indicator_values FINAL WHERE {condition} ORDER BY day DESC LIMIT 1"
    )


@pytest.fixture
def tables(clickhouse_client: Client, clickhouse_database: str) -> Client:
    migrate(clickhouse_client, clickhouse_database)
    return clickhouse_client


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_removed_events_make_no_false_difference(
    tables: Client, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tables, everything(seed))
    before = run_audit(tables)
    assert before.buckets > 1000
    assert before == Audit(before.buckets, [], 0, None, before.by_province)

    remove(tables, Retention(events=Period(90, "day")))
    after = run_audit(tables)
    assert after.differences == []
    assert after.buckets > 100
    assert after.left_out > 100
    assert after.removed_until is not None
    assert NOW - 91 * DAY < datetime(*after.removed_until.timetuple()[:3], tzinfo=UTC) < NOW - 84 * DAY

    remove(tables, Retention())  # a longer retention brings nothing back
    assert run_audit(tables).differences == []

    # and it is the horizon that spares the differences, also those of dossiers that go on after it
    monkeypatch.setattr(Horizon, "of", classmethod(lambda cls, client: cls()))
    assert any(one.day > after.removed_until for one in run_audit(tables).differences)


def test_what_is_left_is_still_compared(tables: Client) -> None:
    fill(tables, everything(seed=4))
    remove(tables, Retention(events=Period(90, "day")))
    spoiled = {
        "indicator = 'records_cleaned' AND unit = 'ward'": "records_cleaned",
        "indicator = 'online_filing_rate' AND unit = 'young'": "online_filing_rate",
        "indicator = 'open_backlog' AND unit = 'officer'": "open_backlog",
    }
    for condition in spoiled:
        spoil(tables, condition)
    found: list[Difference] = run_audit(tables).differences
    assert {one.indicator for one in found} == set(spoiled.values())
    assert {one.day.year for one in found if one.unit == "officer"} == {2010}


def test_rebuilt_figures_keep_those_of_days_that_lost_events(tables: Client) -> None:
    fill(tables, everything(seed=6))
    every = "SELECT * EXCEPT (version, updated_at) FROM indicator_values FINAL WHERE numerator != 0 OR denominator != 0"
    days = f"{every} AND grain = 'day'"
    before = set(tables.query(days).result_rows)
    remove(tables, Retention(events=Period(90, "day")))
    staging = Staging(tables, 1, [0], COLUMNS["indicator_values"])
    staging.create()
    fill_figures(tables, "rebuilt_1_0", version(1, 1))
    staging.add_zeros(list(INDICATORS))
    staging.keep_lost(Horizon.of(tables), INDICATORS.values(), UNITS, FIELDS)
    staging.gather()
    staging.publish()
    assert set(tables.query(days).result_rows) == before
    [(recomputed,)] = tables.query(
        f"SELECT count() FROM indicator_values FINAL WHERE version = {version(1, 1)} AND grain = 'day'"
    ).result_rows
    assert 100 < recomputed < len(before)


def test_removed_day_sums_make_no_false_difference(tables: Client) -> None:
    fill(tables, everything(seed=5))
    remove(tables, Retention(day_sums=Period(50, "day")))
    found = run_audit(tables)
    assert found.differences == []
    assert found.buckets > 100
    assert found.left_out > 100


def test_a_store_from_before_this_version_learns_what_it_holds(
    clickhouse_client: Client, clickhouse_database: str, tmp_path: Path
) -> None:
    from store.migrate import DDL

    for path in DDL.glob("00[01][0-9]_*.sql"):
        if path.name < "0013":
            (tmp_path / path.name).write_text(path.read_text())
    migrate(clickhouse_client, clickhouse_database, tmp_path)
    fill(clickhouse_client, everything(seed=6))
    assert "0013_retention" in migrate(clickhouse_client, clickhouse_database)
    remove(clickhouse_client, Retention(events=Period(90, "day")))
    found = run_audit(clickhouse_client)
    assert found.differences == []
    assert found.left_out > 100
