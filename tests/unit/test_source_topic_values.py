"""Values of a topic: JSON as it is, and what Debezium says of a changed row, with and without its schema."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.topics.connect import restorer
from producers.topics.debezium import CHANGE, Debezium
from producers.topics.values import NOTHING, Found, json_object

BEFORE = {"id": 7, "unit": "16681", "state": "new"}
AFTER = {**BEFORE, "state": "done"}
SOURCE = {"ts_ms": 1_790_000_000_000, "db": "land", "table": "dossiers"}
AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)

DECIMAL = {"name": "org.apache.kafka.connect.data.Decimal"}

EVERY = Debezium(("read", "create", "update", "delete"))


def envelope(op: str, before: Any = None, after: Any = None) -> bytes:
    return msgspec.json.encode({"before": before, "after": after, "source": SOURCE, "op": op, "ts_ms": 1})


def wrapped(payload: bytes, schema: Any = None) -> bytes:
    return msgspec.json.encode(
        {"schema": schema or {"type": "struct", "fields": []}, "payload": msgspec.Raw(payload)}
    )


def test_an_object_is_a_row_and_a_tombstone_is_none() -> None:
    assert json_object(None, b'{"a": {"b": 1}}') == Found({"a": {"b": 1}})
    assert json_object(b"k", None) == NOTHING
    assert json_object(None, b"[1]").fault == "not a JSON object"
    assert json_object(None, b"{").fault.startswith("not JSON: ")
    assert json_object(None, b'{"a": "\xff"}').fault.startswith("not JSON: ")
    assert "schema registry" in json_object(None, b"\0\0\0\0\x01{}").fault


@pytest.mark.parametrize("wrap", [bytes, wrapped])
def test_a_change_is_the_row_after_it(wrap: Any) -> None:
    change = {"op": "update", "before": BEFORE, "time": AT}
    assert EVERY(None, wrap(envelope("u", BEFORE, AFTER))) == Found({**AFTER, CHANGE: change})
    for op, name in (("c", "create"), ("r", "read")):
        found = EVERY(None, wrap(envelope(op, None, AFTER)))
        assert found == Found({**AFTER, CHANGE: {"op": name, "before": None, "time": AT}})


@pytest.mark.parametrize("wrap", [bytes, wrapped])
def test_a_deleted_row_is_the_one_before_or_else_its_key(wrap: Any) -> None:
    deleted = {"op": "delete", "before": BEFORE, "time": AT}
    assert EVERY(None, wrap(envelope("d", BEFORE))) == Found({**BEFORE, CHANGE: deleted})
    by_key = EVERY(wrap(b'{"id": 7}'), wrap(envelope("d")))
    assert by_key == Found({"id": 7, CHANGE: {**deleted, "before": None}})
    assert EVERY(b"7", wrap(envelope("d"))).fault == "the change 'delete' comes without a row"


def test_what_is_not_asked_for_is_passed_over() -> None:
    usual = Debezium(("read", "create", "update"))
    assert usual(b'{"id": 7}', envelope("d", BEFORE)) == NOTHING
    assert usual(b'{"id": 7}', None) == NOTHING
    assert usual(None, envelope("t")) == NOTHING
    assert usual(None, envelope("m")) == NOTHING


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (b'{"id": 7}', "no 'op'"),
        (b"[]", "no"),
        (b"{", "not JSON"),
        (envelope("x"), "no kind of change"),
        (envelope("c"), "without a row"),
        (wrapped(b"null"), "no 'op'"),
        (wrapped(b'{"op": "c", "after": 5}', {"type": "struct", "fields": 3}), "does not fit the schema"),
        (wrapped(b'{"op": "c", "after": 5}', [1]), "does not fit the schema"),
    ],
)
def test_what_is_no_change_event_has_a_fault(value: bytes, fault: str) -> None:
    found = EVERY(None, value)
    assert found.row is None
    assert fault in found.fault


def test_the_schema_gives_times_and_decimals_back_their_meaning() -> None:
    fields: list[dict[str, Any]] = [
        {"field": "day", "type": "int32", "name": "io.debezium.time.Date"},
        {"field": "wall", "type": "int64", "name": "io.debezium.time.MicroTimestamp"},
        {"field": "ms", "type": "int64", "name": "io.debezium.time.Timestamp"},
        {"field": "zoned", "type": "string", "name": "io.debezium.time.ZonedTimestamp"},
        {
            "field": "vnd",
            "type": "bytes",
            **DECIMAL,
            "parameters": {"scale": "2"},
        },
        {"field": "none", "type": "int32", "name": "io.debezium.time.Date"},
        {"field": "many", "type": "array", "items": {"type": "int32", "name": "io.debezium.time.Date"}},
        {"field": "free", "type": "struct", "name": "io.debezium.data.VariableScaleDecimal"},
    ]
    schema = {
        "type": "struct",
        "fields": [{"field": "after", "type": "struct", "fields": fields}, {"field": "op", "type": "string"}],
    }
    after = {
        "day": 20_000,
        "wall": 1_790_000_000_000_001,
        "ms": 1_790_000_000_000,
        "zoned": "2026-09-21T14:13:20Z",
        "vnd": base64.b64encode((15_000_000).to_bytes(4, "big", signed=True)).decode(),
        "none": None,
        "many": [0, None],
        "free": {"scale": 1, "value": base64.b64encode((-25).to_bytes(1, "big", signed=True)).decode()},
        "new": "a column that the schema does not know",
    }
    row = EVERY(None, wrapped(msgspec.json.encode({"op": "c", "after": after}), schema)).row
    assert row is not None
    assert row["day"] == date(2024, 10, 4)
    assert row["wall"] == AT.replace(microsecond=1, tzinfo=None)
    assert row["ms"] == AT.replace(tzinfo=None)
    assert row["zoned"] == after["zoned"]
    assert row["vnd"] == 150_000
    assert row["none"] is None
    assert row["many"] == [date(1970, 1, 1), None]
    assert row["free"] == "-2.5"
    assert row["new"] == after["new"]


@given(st.integers(-(10**30), 10**30), st.integers(0, 12))
def test_decimals_are_exact(unscaled: int, scale: int) -> None:
    size = unscaled.bit_length() // 8 + 1
    schema = {**DECIMAL, "parameters": {"scale": str(scale)}}
    found = restorer(schema)(base64.b64encode(unscaled.to_bytes(size, "big", signed=True)).decode())
    assert Fraction(found) * 10**scale == unscaled
