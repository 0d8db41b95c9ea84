"""The audit against the stream's own state: every grain, what can be chosen, and how to look at a difference."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.columns import event_fields
from config.loader import load
from ioc.settings import Settings
from schemas.decoder import EventDecoder
from schemas.registry import load_registry
from store.audit import Audit, audit
from store.look import of_the_events, of_the_stream
from store.migrate import migrate
from store.selection import Selection
from streams.core.arrivals import arrivals
from streams.core.calendar import Calendar, epoch_ms
from streams.core.compute import State
from streams.core.definitions import Definitions
from streams.core.units import Province, Text, Unit, Units
from streams.rows import COLUMNS
from streams.topics import part
from tests.fixtures.lives import WORKING

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

NAME = Text("Tên", "Name")
UNITS = Units(
    [Province("40", NAME, "Asia/Ho_Chi_Minh", working=WORKING), Province("nl", NAME, "Europe/Amsterdam")],
    [
        Unit("justice", NAME, "department", "40", "40"),
        Unit("ward", NAME, "commune", "justice", "40"),
        Unit("officer", NAME, "officer", "nl", "nl"),
    ],
)
REGISTRY = load_registry()
SHIPPED = load(Settings().config, REGISTRY).indicators
FIELDS = list(event_fields(REGISTRY))
NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)  # the day on which the summer time of Amsterdam begins
DELAYS = [timedelta(seconds=2)] * 4 + [
    *(timedelta(minutes=20), timedelta(hours=1, minutes=59), timedelta(hours=2, minutes=1)),
    *(timedelta(days=2, hours=23, minutes=59), timedelta(days=3, minutes=59), timedelta(days=9)),
]


def happenings(seed: int) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """(arrival, event): every kind of row that indicators look at, late by seconds to days, some sent again."""
    rng = random.Random(seed)
    made = []
    for number in range(1_800):
        at = NOW - timedelta(seconds=rng.randrange(12 * 86_400), milliseconds=rng.choice([0, 0, 7]))
        if number % 10 == 0:
            at = at.replace(minute=0, second=0, microsecond=0)
        name = f"d{rng.randrange(80)}"  # of dossiers, tasks and petitions alike
        dossier, task, petition = {"dossier": name}, {"task": name}, {"petition": name}
        due = {"due_at": (at + timedelta(days=rng.randrange(1, 5))).isoformat()} if rng.random() < 0.8 else {}
        paid = {"kind": rng.choice(["fee", "other"]), "method": "online_national", "amount_vnd": number}
        kind, data = rng.choice(
            [
                ("filings.received", {**dossier, **due, "channel": rng.choice(["online", "direct"])}),
                ("filings.settled", dossier),
                ("filings.withdrawn", dossier),
                ("filings.supplement_asked", dossier),
                ("filings.supplement_given", {**dossier, **due}),
                ("filings.paused", dossier),
                ("filings.resumed", dossier),
                ("filings.reopened", dossier),
                ("payments.requested", {**dossier, "amount_vnd": 50_000, "kind": "fee"}),
                ("payments.paid", paid),
                ("payments.accounts_opened", {"accounts": rng.randrange(-9, 99), "beneficiaries": number}),
                ("payments.paid", paid | {"kind": "tuition", "method": rng.choice(["cash", "bank"])}),
                ("updates.citizen_cards_issued", {"cards": number, "card_reason": "first"}),
                ("updates.records_cleaned", {"registry": rng.choice(["land", "labour"]), "records": number}),
                ("tasks.assigned", {**task, **due, "task_kind": rng.choice(["task", "pilot_model"])}),
                ("tasks.started", task),
                ("tasks.finished", task),
                ("tasks.reopened", {**task, **due}),
                ("petitions.received", {**petition, **due}),
                ("petitions.supplement_asked", petition),
                ("petitions.answered", petition),
                ("petitions.published", petition),
            ]
        )
        event = {
            "specversion": "1.0",
            "id": f"e'{number}",
            "source": "/tests/audit",
            "type": f"vn.ioc.{kind}.v1",
            "time": at.isoformat(),
            "subject": rng.choice([*UNITS.units, "40"]),
            "data": data,
        }
        made.append((at + rng.choice(DELAYS), event))
        if number % 15 == 0:  # a repeat that claims another time: the first one counts
            again = {**event, "time": (at - timedelta(hours=1)).isoformat()}
            made.append((made[-1][0] + timedelta(minutes=5), again))
    yield from sorted(made, key=lambda one: one[0])


MADE = {event["type"].removeprefix("vn.ioc.").removesuffix(".v1") for _, event in happenings(seed=8)}
INDICATORS = {one.id: one for one in SHIPPED.values() if one.over_cases or MADE.intersection(one.over)}


@pytest.fixture
def monitored(clickhouse_client: Client, clickhouse_database: str) -> Client:
    """Tables with events, and with what compute makes of them."""
    migrate(clickhouse_client, clickhouse_database)
    states = {
        name: State(Definitions(INDICATORS.values(), FIELDS, UNITS, stream))
        for name, stream in REGISTRY.streams.items()
    }
    decoder = EventDecoder(REGISTRY)
    rows: list[list[Any]] = []
    for offset, (arrived, event) in enumerate(happenings(seed=8)):
        decoded = decoder.decode(json.dumps(event).encode())
        (came,) = arrivals([(decoded, epoch_ms(decoded.time), epoch_ms(arrived))])
        states[decoded.stream].apply(came)
        kind = event["type"].removeprefix("vn.ioc.").removesuffix(".v1")
        row = [kind, event["subject"], event["source"], event["id"], decoded.time, arrived]
        case = next(
            (event["data"][name] for name in ("dossier", "task", "petition") if name in event["data"]), ""
        )
        rows.append([*row, case, json.dumps(event["data"]), 0, offset])
    clickhouse_client.insert("events", rows, COLUMNS["events"])
    written = []
    for state in states.values():
        for (indicator, unit, dims, grain, bucket), numerator, denominator in state.drain().buckets:
            day = Calendar(UNITS.zone_of(unit)).date(bucket * 1000)
            start = datetime.fromtimestamp(bucket, UTC)
            at = [indicator, grain, unit, dims, start, part(state.stream_number, 0)]
            written.append([*at, UNITS.province_of(unit).code, day, numerator, denominator, 1, NOW])
    clickhouse_client.insert("indicator_values", written)
    return clickhouse_client


def run(client: Client, selection: Selection | None = None) -> Audit:
    return audit(client, UNITS, INDICATORS, FIELDS, selection, settle_seconds=0, now_ms=epoch_ms(NOW))


def beside(indicator: str) -> Selection:
    """Of all indicators an audit takes a while: one, and one of each other reading."""
    return Selection(frozenset({indicator, "dossiers_received", "online_payment_rate", "late_events"}))


def spoil(client: Client, condition: str) -> None:
    """One sum becomes wrong."""
    client.command(
        "INSERT INTO indicator_values SELECT * REPLACE (numerator + 1 AS numerator, version + 1 AS version)"
        f" FROM indicator_values FINAL WHERE {condition} ORDER BY bucket DESC LIMIT 1"
    )


def test_days_hours_and_minutes_equal_the_stream_s(monitored: Client) -> None:
    everything = run(monitored)
    assert everything.differences == []
    for grain in ("minute", "hour", "day"):
        one = run(monitored, Selection(grains=(grain,)))
        assert one.differences == []
        assert one.buckets > 200
    buckets = "SELECT uniqExact(indicator, grain, unit, dims, bucket) FROM indicator_values FINAL"
    stored = monitored.query(buckets).result_rows[0][0]
    frozen = f"{buckets} WHERE grain != 'day' AND indicator IN {{ids:Array(String)}}"
    over_dossiers = [one.id for one in INDICATORS.values() if one.over_cases]
    not_compared = monitored.query(frozen, parameters={"ids": over_dossiers}).result_rows[0][0]
    assert everything.buckets == stored - not_compared
    assert sum(everything.by_province.values()) == everything.buckets
    assert everything.by_province.keys() == {"40", "nl"}


@pytest.mark.parametrize(
    ("indicator", "grain"),
    [
        *(("records_cleaned", grain) for grain in ("minute", "hour", "day")),
        *(("late_event_delay", grain) for grain in ("minute", "day")),
        ("open_backlog", "day"),  # a stock has days only
        ("beneficiaries_with_accounts", "day"),
        ("settlement_time", "day"),  # so has a histogram
        ("tasks_running", "day"),
    ],
)
def test_a_wrong_sum_is_found_and_can_be_looked_at(monitored: Client, grain: str, indicator: str) -> None:
    spoil(monitored, f"indicator = '{indicator}' AND grain = '{grain}' AND unit = 'ward'")
    (found,) = run(monitored, beside(indicator)).differences
    assert (found.indicator, found.grain, found.unit) == (indicator, grain, "ward")
    assert found.stream.numerator == found.recomputed.numerator + 1
    stream = monitored.query(of_the_stream(found))
    assert [row[stream.column_names.index("numerator")] for row in stream.result_rows][-1:] != []
    events = monitored.query(of_the_events(found, INDICATORS[indicator], UNITS, FIELDS))
    assert events.row_count > 0
    if indicator == "records_cleaned":
        data = events.column_names.index("data")
        cleaned = [json.loads(row[data]) for row in events.result_rows]
        of_dims = [one["records"] for one in cleaned if f"registry={one['registry']}" == found.dims]
        assert sum(of_dims) == found.recomputed.numerator


def test_of_a_province_all_its_units_events_are_shown(monitored: Client) -> None:
    rows = [[code, "40", "Asia/Ho_Chi_Minh", True, NOW] for code in ("40", "justice", "ward")]
    monitored.insert("units", rows, ["code", "province", "time_zone", "live", "loaded_at"])
    spoil(monitored, "indicator = 'records_cleaned' AND unit = '40' AND day = '2026-03-20' AND grain = 'day'")
    (found,) = run(monitored, beside("records_cleaned")).differences
    shown = monitored.query(of_the_events(found, INDICATORS["records_cleaned"], UNITS, FIELDS))
    assert len({row[shown.column_names.index("unit")] for row in shown.result_rows}) > 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "selection",
    [
        Selection(indicators=frozenset({"dossiers_received"})),
        Selection(units=frozenset({"justice"})),
        Selection(units=frozenset({"nl", "ward"})),
        Selection(first=date(2026, 3, 22), last=date(2026, 3, 24)),
        Selection(window="7d"),
        Selection(frozenset({"records_cleaned", "overdue_backlog"}), frozenset({"40"}), window="month"),
    ],
)
def test_a_part_is_compared_as_exactly_and_nothing_else_is(monitored: Client, selection: Selection) -> None:
    found = run(monitored, selection)
    assert found.differences == []
    assert 0 < found.buckets < run(monitored).buckets
    monitored.command(
        "INSERT INTO indicator_values SELECT * REPLACE (numerator + 1 AS numerator, version + 1 AS version)"
        " FROM indicator_values FINAL"
    )
    spoilt = run(monitored, selection).differences
    assert len(spoilt) == found.buckets
    assert {one.indicator for one in spoilt} <= (selection.indicators or set(INDICATORS))
    assert {one.unit for one in spoilt} <= (selection.units or {*UNITS.provinces, *UNITS.units})
    if selection.window or selection.first:
        begins = selection.first or (date(2026, 3, 23) if selection.window == "7d" else date(2026, 3, 1))
        assert all(begins <= one.day <= (selection.last or date(2026, 3, 29)) for one in spoilt)


def test_a_difference_that_does_not_last_does_not_count(monitored: Client) -> None:
    spoil(monitored, "indicator = 'records_cleaned' AND grain = 'day'")

    def heal(_: float) -> None:
        monitored.command(
            "INSERT INTO indicator_values SELECT * REPLACE (numerator - 1 AS numerator, version + 1 AS version)"
            " FROM (SELECT * FROM indicator_values FINAL WHERE version = 2)"
        )

    found = audit(monitored, UNITS, INDICATORS, FIELDS, settle_seconds=1, sleep=heal)
    assert found.differences == []
    assert found.buckets == run(monitored).buckets


@pytest.mark.slow
def test_if_sums_differ_it_waits_for_the_figures_before_it_judges(monitored: Client) -> None:
    asked = []

    def catch_up() -> int:
        asked.append("waited")
        return 3

    def run_late() -> Audit:
        return audit(
            monitored, UNITS, INDICATORS, FIELDS, catch_up=catch_up, settle_seconds=0, now_ms=epoch_ms(NOW)
        )

    assert (run_late().behind, asked) == (0, [])
    spoil(monitored, "indicator = 'records_cleaned' AND grain = 'day'")
    found = run_late()
    assert found.differences
    assert (found.behind, asked) == (3, ["waited"])


@pytest.mark.slow
def test_thousands_of_units_are_no_more_than_clickhouse_parses(monitored: Client) -> None:
    many = [Unit(f"commune-{number:05}", NAME, "commune", "justice", "40") for number in range(3_000)]
    units = Units(UNITS.provinces.values(), [*UNITS.units.values(), *many])
    assert audit(monitored, units, INDICATORS, FIELDS, settle_seconds=0).differences == []
