from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wall.macros import MacroError, Period, expand

PERIOD = Period(1_700_000_000_123, 1_700_003_600_456, 15_000)
FROM, TO = "toDateTime(1700000000)", "toDateTime(1700003600)"


@pytest.mark.parametrize(
    ("sql", "expanded"),
    [
        ("$__timeFilter(time)", f"time >= {FROM} AND time <= {TO}"),
        (
            "$__timeFilter_ms(arrived_at)",
            "arrived_at >= fromUnixTimestamp64Milli(1700000000123)"
            " AND arrived_at <= fromUnixTimestamp64Milli(1700003600456)",
        ),
        ("$__fromTime", FROM),
        ("$__toTime", TO),
        ("$__fromTime_ms", "fromUnixTimestamp64Milli(1700000000123)"),
        ("$__toTime_ms", "fromUnixTimestamp64Milli(1700003600456)"),
        ("$__dateFilter(day)", "day >= toDate('2023-11-14') AND day <= toDate('2023-11-14')"),
        ("$__timeInterval(time)", "toStartOfInterval(toDateTime(time), INTERVAL 15 second)"),
        ("$__timeInterval_ms(time)", "toStartOfInterval(toDateTime64(time, 3), INTERVAL 15000 millisecond)"),
        ("$__interval_s", "15"),
        (
            "$__dateTimeFilter(day, time)",
            "(day >= toDate('2023-11-14') AND day <= toDate('2023-11-14'))"
            f" AND (time >= {FROM} AND time <= {TO})",
        ),
    ],
)
def test_each_macro_becomes_what_the_data_source_makes_of_it(sql: str, expanded: str) -> None:
    assert expand(sql, PERIOD) == expanded


def test_macros_stand_among_sql_and_may_hold_functions() -> None:
    sql = "SELECT f(x, 1) WHERE $__timeFilter(toDateTime(f(a, b))) AND y < $__toTime"
    column = "toDateTime(f(a, b))"
    assert expand(sql.replace("f(a, b)", "f(a)"), PERIOD) == (
        f"SELECT f(x, 1) WHERE {column.replace('f(a, b)', 'f(a)')} >= {FROM} AND"
        f" {column.replace('f(a, b)', 'f(a)')} <= {TO} AND y < {TO}"
    )
    assert expand(sql, PERIOD).count(column) == 2


def test_an_interval_is_at_least_a_second() -> None:
    assert expand("$__interval_s", Period(0, 1, 200)) == "1"


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("$__unknown(x)", "not a macro"),
        ("$__timeFilter", "1 argument"),
        ("$__timeFilter(a, b)", "1 argument"),
        ("$__timeFilter(a", "not closed"),
    ],
)
def test_what_is_no_macro_is_refused(sql: str, complaint: str) -> None:
    with pytest.raises(MacroError, match=complaint):
        expand(sql, PERIOD)


@given(st.text().filter(lambda text: "$__" not in text))
def test_sql_without_macros_stays_as_it_is(text: str) -> None:
    assert expand(text, PERIOD) == text
