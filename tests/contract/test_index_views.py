"""`streams.core.index` and the views of ClickHouse are one definition in two languages: both say the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.dimensions import fill
from store.migrate import migrate
from streams.core.index import USES, Class, Counts, Group, Index, Ranking, Row, Score, score
from streams.core.indicators import Indicator
from streams.core.units import Province, Text, Unit, Units
from streams.rows import COLUMNS

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

pytestmark = pytest.mark.clickhouse

NAME = Text("x", "x")
UNITS = Units(
    [Province("vn", NAME, "Asia/Ho_Chi_Minh"), Province("other", NAME, "Asia/Ho_Chi_Minh")],
    [
        Unit("vn.a", NAME, "department", "vn", "vn"),
        Unit("vn.b", NAME, "department", "vn", "vn"),
        Unit("vn.c", NAME, "commune", "vn.a", "vn"),
        Unit("other.a", NAME, "department", "other", "other"),
    ],
)
MINE = ["vn", "vn.a", "vn.b", "vn.c"]
INDICATORS = ("one", "two", "three")
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
DAYS = [FEBRUARY[0] + timedelta(days=days) for days in (-400, -32, -31, -1, 0, 5, 27, 28, 40)]


class Sum(NamedTuple):
    """A day's sums of an indicator, in one part of them."""

    indicator: str
    unit: str
    day: date
    part: int


class Use(NamedTuple):
    """A procedure used in a way, on a day."""

    unit: str
    day: date
    use: str
    procedure: str


def row(number: int, value: tuple[Any, ...]) -> Row:
    most, full_at, constant, empty, indicators, states, procedures = value
    return Row(
        *(
            str(number),
            NAME,
            most,
            "made up",
            "",
            tuple(sorted(indicators)),
            tuple(sorted(states)),
            procedures,
        ),
        full_at=full_at,
        constant=constant,
        empty=empty,
    )


names = st.sets(st.sampled_from(INDICATORS), max_size=2)
row_values = st.tuples(
    st.integers(1, 2000),
    st.integers(1, 100),
    st.sampled_from([False, False, False, True]),
    st.sampled_from(["full", "none"]),
    names,
    names,
    st.sampled_from(["", *USES]),
)
sums = st.dictionaries(
    st.builds(
        Sum,
        st.sampled_from(INDICATORS),
        st.sampled_from([*MINE, "other.a"]),
        st.sampled_from(DAYS),
        st.integers(0, 1),
    ),
    st.tuples(st.integers(-50, 10**6), st.integers(-50, 10**6)),
    max_size=40,
)
uses = st.sets(
    st.builds(
        Use,
        st.sampled_from(["vn.a", "vn.b", "vn.c", "other.a"]),
        st.sampled_from(DAYS),
        st.sampled_from(USES),
        st.sampled_from(["p", "q"]),
    ),
    max_size=12,
)


def index_of(name: str, values: list[tuple[Any, ...]], least: int) -> Index:
    rows = [row(number, value) for number, value in enumerate(values)]
    groups = (Group("first", NAME, tuple(rows[::2])), Group("second", NAME, tuple(rows[1::2])))
    return Index(
        *(name, NAME, "made up", groups),
        (Class("good", NAME, 2500), Class("fair", NAME, 1000), Class("weak", NAME, 0)),
        Ranking("0", least),
        1,
    )


def event(use: Use, number: int) -> list[Any]:
    """As compute lets it in; midnight of a day in Vietnam is the evening before in UTC."""
    data: dict[str, Any] = {"procedure": use.procedure, "dossier": "d"}
    match use.use:
        case "filed_online":
            data["channel"] = "online"
        case "fee_asked":
            data["fee_obligation"] = True
        case "population_data_used":
            data["population_data_used"] = True
        case "paid_online":
            data |= {"kind": "fee", "method": "online_ministry"}
    kind = "payments.paid" if use.use == "paid_online" else "filings.received"
    time = datetime(use.day.year, use.day.month, use.day.day, tzinfo=UTC) - timedelta(hours=7)
    return [kind, use.unit, "s", str(number), time, time, "d", json.dumps(data), 0, number]


def counts(
    index: Index, unit: str, days: Mapping[Sum, tuple[int, int]], used: set[Use], span: tuple[date, date]
) -> dict[str, Counts]:
    """The plain sums of what belongs to each row."""
    first, last = span
    below = {one for one, above in UNITS.ancestors.items() if unit in (one, *above)}
    found = {}
    for one in index.rows.values():
        totals: defaultdict[int, int] = defaultdict(int)
        for key, values in days.items():
            if key.unit == unit and key.day <= last:
                times = (key.indicator in one.indicators and key.day >= first) + (key.indicator in one.states)
                for place, value in enumerate(values):
                    totals[place] += times * value
        mine = {
            (use.unit, use.procedure)
            for use in used
            if use.unit in below
            and first <= use.day <= last
            and (use.use == one.procedures or (one.procedures == "received" and use.use != "paid_online"))
        }
        found[one.id] = Counts(totals[0] + len(mine), totals[1])
    return found


@pytest.fixture
def client(clickhouse_client: Client, clickhouse_database: str) -> Client:
    migrate(clickhouse_client, clickhouse_database)
    return clickhouse_client


ARGUMENTS = "(index = 'i', province = 'vn', period = '2026-02')"


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    values=st.lists(row_values, min_size=2, max_size=7),
    least=st.integers(1, 10**6),
    days=sums,
    used=uses,
)
def test_the_views_and_the_scorer_agree(
    client: Client,
    values: list[tuple[Any, ...]],
    least: int,
    days: dict[Sum, tuple[int, int]],
    used: set[Use],
) -> None:
    for table in ("indicator_values", "procedure_uses", "events"):
        client.command(f"TRUNCATE TABLE {table}")
    index = index_of("i", values, least)
    indicators = {name: Indicator(name, NAME, ("dossiers",), "test", "percent") for name in INDICATORS}
    fill(client, UNITS, indicators, [index])
    if days:
        client.insert("indicator_values", [stored(*one) for one in days.items()], COLUMNS["indicator_values"])
    if used:
        client.insert("events", [event(use, n) for n, use in enumerate(used)], COLUMNS["events"])

    cases = {unit: counts(index, unit, days, used, FEBRUARY) for unit in MINE}
    expected = {unit: score(index, cases[unit]) for unit in MINE}
    before = {unit: score(index, counts(index, unit, days, used, JANUARY)) for unit in MINE}
    columns = (
        "unit, row_id, points, points_before, points_yesterday, points_at_end, percent_gain, missing_cases"
    )
    found = client.query(f"SELECT {columns} FROM index_points{ARGUMENTS}").result_rows
    assert {(unit, name): tuple(values) for unit, name, *values in found} == {
        (unit, name): (
            points,
            before[unit].rows[name],
            points,
            points,
            *within_reach(index.rows[name], cases[unit][name]),
        )
        for unit, one in expected.items()
        for name, points in one.rows.items()
    }
    columns = "unit, total, class_id, since_yesterday, since_period_before, points_at_risk, rank, peers"
    totals = client.query(f"SELECT {columns} FROM index_totals{ARGUMENTS}").result_rows
    ranked = [unit for unit in MINE if cases[unit]["0"].denominator >= least]
    known = {unit for unit in MINE if counts(index, unit, days, used, JANUARY)["0"].denominator > 0}
    assert {unit: tuple(values) for unit, *values in totals} == {
        unit: (
            *(one.total, one.class_.id, None, one.total - before[unit].total if unit in known else None, 0),
            *place(unit, ranked, expected),
        )
        for unit, one in expected.items()
    }


def within_reach(one: Row, cases: Counts) -> tuple[int, int | None]:
    """What one more per cent of the cases gains, and how many more cases have all points."""
    n, d = cases
    if one.constant or d <= 0:
        return 0, None
    gain = one.points(Counts(n - (-d // 100), d)) - one.points(cases)
    missing = max(0, -(-one.full_at * d // 100) - n)
    assert one.points(Counts(n + missing, d)) == one.most
    return gain, missing


def stored(key: Sum, value: tuple[int, int]) -> tuple[Any, ...]:
    bucket = datetime(key.day.year, key.day.month, key.day.day, tzinfo=UTC) - timedelta(hours=7)
    return (
        *(key.indicator, "day", key.unit, "", bucket, key.part, UNITS.province_of(key.unit).code, key.day),
        *(*value, 1, datetime(2026, 1, 1, tzinfo=UTC)),
    )


def place(unit: str, ranked: list[str], scores: Mapping[str, Score]) -> tuple[int | None, int]:
    """Rank among the ranked units of the same level, and how many of them there are."""
    level = {code: one.level for code, one in UNITS.units.items()}
    peers = [one for one in ranked if level.get(one) == level.get(unit)]
    better = sum(scores[one].total > scores[unit].total for one in peers)
    return (better + 1 if unit in ranked else None), len(peers)


def today_in_vietnam(client: Client) -> date:
    [(day,)] = client.query("SELECT toDate(now(), 'Asia/Ho_Chi_Minh')").result_rows
    assert isinstance(day, date)
    return day


@pytest.mark.parametrize(
    ("period", "first", "last", "first_before", "last_before"),
    [
        ("2024-02", "2024-02-01", "2024-02-29", "2024-01-01", "2024-01-31"),
        ("2024-01", "2024-01-01", "2024-01-31", "2023-12-01", "2023-12-31"),
        ("2024-Q1", "2024-01-01", "2024-03-31", "2023-10-01", "2023-12-31"),
        ("2024-Q4", "2024-10-01", "2024-12-31", "2024-07-01", "2024-09-30"),
        ("2024", "2024-01-01", "2024-12-31", "2023-01-01", "2023-12-31"),
    ],
)
def test_a_period_that_is_over(
    client: Client, period: str, first: str, last: str, first_before: str, last_before: str
) -> None:
    fill(client, UNITS, {})
    columns = "first, last, end, day_before, first_before, last_before"
    found = client.query(
        f"SELECT {columns} FROM index_spans(province = 'vn', period = '{period}')"
    ).result_rows
    days = [date.fromisoformat(day) for day in (first, last, last, first_before, last_before)]
    assert found == [(*days[:3], None, *days[3:])]


def test_a_period_to_date_says_what_has_changed_and_what_is_at_risk(client: Client) -> None:
    values = (1000, 100, False, "none", {"one"}, {"two"}, "")
    index = index_of("i", [values, (1, 100, True, "none", set(), set(), "")], 1)
    fill(
        client,
        UNITS,
        {name: Indicator(name, NAME, ("dossiers",), "test", "percent") for name in INDICATORS},
        [index],
    )
    while True:
        today = today_in_vietnam(client)
        client.command("TRUNCATE TABLE indicator_values")
        yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
        days = {("one", today.replace(year=today.year - 1, day=1)): (1, 10)}
        days |= {("one", yesterday): (2, 10), ("one", today): (8, 10), ("two", tomorrow): (-4, 0)}
        rows = [stored(Sum(name, "vn.a", day, 0), cases) for (name, day), cases in days.items()]
        client.insert("indicator_values", rows, COLUMNS["indicator_values"])
        query = (
            "SELECT total, since_yesterday, since_period_before, points_at_risk, cases_at_risk FROM"
            f" index_totals(index = 'i', province = 'vn', period = '{today.year}') WHERE unit = 'vn.a'"
        )
        [standing] = client.query(query).result_rows
        if today == today_in_vietnam(client):
            break
    is_first, is_last = yesterday.year < today.year, tomorrow.year > today.year
    before = 151 if is_first else 101
    total, yesterdays, at_end = (801, None, 401) if is_first else (501, 201, 301)
    assert standing == (
        *(total, yesterdays and total - yesterdays, total - before),
        *((0, 0) if is_last else (total - at_end, 4)),
    )


def test_a_published_score_takes_the_place_of_an_earlier_one(client: Client) -> None:
    base = {"index_code": "i", "index_period": "2026-10", "index_measure": "1.2"}
    for number, (hour, more) in enumerate(
        [
            (9, {"score_hundredths": 346, "published_numerator": 45, "published_denominator": 52}),
            (8, {"score_hundredths": 1}),
        ]
    ):
        time = datetime(2026, 11, 1, hour, tzinfo=UTC)
        client.insert(
            "events",
            [
                [
                    "updates.index_published",
                    "vn.a",
                    "s",
                    str(number),
                    time,
                    time,
                    "",
                    json.dumps(base | more),
                    0,
                    number,
                ]
            ],
            COLUMNS["events"],
        )
    found = client.query("SELECT * EXCEPT read_at FROM index_published FINAL").result_rows
    assert found == [("i", "vn.a", "2026-10", "1.2", 346, 45, 52)]


def test_rows_of_an_earlier_configuration_count_no_more(client: Client) -> None:
    always = (100, 100, True, "none", set[str](), set[str](), "")
    totals: list[Any] = []
    for values in ([always] * 3, [always] * 2):
        fill(
            client,
            UNITS,
            {"one": Indicator("one", NAME, ("dossiers",), "test", "percent")},
            [index_of("i", values, 0)],
        )
        totals += client.query(f"SELECT total FROM index_totals{ARGUMENTS} WHERE unit = 'vn'").result_rows
    assert totals == [(300,), (200,)]
