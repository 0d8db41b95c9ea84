"""Values by the schema that Kafka Connect writes beside them: times and decimals that JSON alone would not tell.

Times without a zone travel as if they were UTC; they become times without an offset again, which the source's
`time_zone` then gives a meaning.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

Restore: TypeAlias = Callable[[Any], Any]
"""From a value as it travels to what it means; never called with None."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a wall clock's: no zone is known here
_DAY = date(1970, 1, 1)


def _decimal(schema: Mapping[str, Any]) -> Restore:
    scale = int(schema.get("parameters", {}).get("scale", 0))
    return lambda value: _number(value, scale)


def _number(value: Any, scale: int) -> int | str:
    """Whole numbers as such, others as text: a fraction of a Dong must be seen, not rounded."""
    unscaled = int.from_bytes(base64.b64decode(value), "big", signed=True)
    number = Decimal(f"{unscaled}E{-scale}")  # exact, as no arithmetic of decimals is
    return int(number) if number.as_integer_ratio()[1] == 1 else str(number)


def _days(value: Any) -> date:
    return _DAY + timedelta(days=value)


def _instant(per_second: int) -> Restore:
    return lambda value: _EPOCH + timedelta(microseconds=value * 1_000_000 // per_second)


_NAMED: Mapping[str, Callable[[Mapping[str, Any]], Restore]] = {
    "org.apache.kafka.connect.data.Decimal": _decimal,
    "io.debezium.data.VariableScaleDecimal": lambda _: lambda value: _number(value["value"], value["scale"]),
    "org.apache.kafka.connect.data.Date": lambda _: _days,
    "io.debezium.time.Date": lambda _: _days,
    "org.apache.kafka.connect.data.Timestamp": lambda _: _instant(1_000),
    "io.debezium.time.Timestamp": lambda _: _instant(1_000),
    "io.debezium.time.MicroTimestamp": lambda _: _instant(1_000_000),
    "io.debezium.time.NanoTimestamp": lambda _: _instant(1_000_000_000),
}


def restorer(schema: Mapping[str, Any]) -> Restore:
    """What makes sense of the values of a schema."""
    if named := _NAMED.get(schema.get("name", "")):
        return named(schema)
    kind = schema.get("type")
    if kind == "struct":
        fields = {field["field"]: restorer(field) for field in schema.get("fields", ())}
        changed = {name: restore for name, restore in fields.items() if restore is not _as_it_is}
        return (lambda value: _struct(value, changed)) if changed else _as_it_is
    if kind == "array" and (item := restorer(schema.get("items", {}))) is not _as_it_is:
        return lambda value: [None if one is None else item(one) for one in value]
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _struct(value: Mapping[str, Any], changed: Mapping[str, Restore]) -> dict[str, Any]:
    return {
        name: changed[name](one) if one is not None and name in changed else one
        for name, one in value.items()
    }
