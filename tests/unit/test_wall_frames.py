from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from wall.frames import FieldType, field_type, table_frame, time_series_frame
from wall.reader import Table

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clickhouse_type", "expected"),
    [
        ("String", "string"),
        ("LowCardinality(Nullable(String))", "string"),
        ("Enum8('minute' = 1)", "string"),
        ("Nullable(Float64)", "number"),
        ("UInt8", "number"),
        ("Int256", "number"),
        ("Decimal(18, 2)", "number"),
        ("SimpleAggregateFunction(max, DateTime64(3, 'UTC'))", "time"),
        ("Nullable(DateTime('Asia/Ho_Chi_Minh'))", "time"),
        ("Date32", "time"),
        ("Bool", "boolean"),
        ("IntervalSecond", "string"),
        ("Array(Int8)", "string"),
    ],
)
def test_types(clickhouse_type: str, expected: FieldType) -> None:
    assert field_type(clickhouse_type) == expected


def test_a_table_keeps_its_rows() -> None:
    columns: list[list[object]] = [
        ["a", "b"],
        [1, 2],
        [None, float("nan")],
        [NOON, NOON.replace(tzinfo=None)],
        [date(2026, 1, 2)] * 2,
        [True, False],
        [Decimal("1.50"), None],
    ]
    types = ["String", "UInt64", "Nullable(Float64)", "DateTime", "Date", "Bool", "Decimal(9, 2)"]
    table = Table(["name", "n", "share", "at", "day", "ok", "price"], types, columns)
    frame = table_frame(table, "A")
    assert frame["schema"]["refId"] == "A"
    assert [field["type"] for field in frame["schema"]["fields"]] == [
        "string", "number", "number", "time", "time", "boolean", "number",
    ]  # fmt: skip
    noon = 1_767_355_200_000
    assert frame["data"]["values"] == [
        ["a", "b"],
        [1, 2],
        [None, None],
        [noon, noon],
        [noon - 43_200_000] * 2,
        [True, False],
        [1.5, None],
    ]


def test_an_empty_result_keeps_its_fields() -> None:
    frame = table_frame(Table(["a"], ["String"], [[]]), "A")
    assert frame["data"]["values"] == [[]]


def test_long_rows_become_a_series_for_each_combination_of_words() -> None:
    later = NOON.replace(hour=13)
    table = Table(
        ["time", "channel", "n"],
        ["DateTime", "LowCardinality(String)", "UInt32"],
        [[NOON, NOON, later], ["online", "direct", "online"], [5, 2, 7]],
    )
    frame = time_series_frame(table, "A")
    assert frame["schema"]["fields"] == [
        {"name": "time", "type": "time"},
        {"name": "n", "type": "number", "labels": {"channel": "direct"}},
        {"name": "n", "type": "number", "labels": {"channel": "online"}},
    ]
    times, direct, online = frame["data"]["values"]
    assert len(times) == 2
    assert direct == [2, None]
    assert online == [5, 7]


def test_a_wide_result_stays_as_it_is() -> None:
    table = Table(["time", "Online", "Direct"], ["DateTime", "UInt32", "UInt32"], [[NOON], [5], [2]])
    assert time_series_frame(table, "A") == table_frame(table, "A")
