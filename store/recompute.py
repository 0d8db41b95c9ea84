"""SQL that recomputes indicators from the raw events, generated from the same definitions that the stream evaluates.

The expressions of an indicator stand in the SQL as they are. What the stream keeps incrementally (first received event
of a dossier, its due date, its close) is said here once more, as aggregates over all of a dossier's events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from streams.core.definitions import EVENT_COLUMNS, LATE_MS, EventFields, dossier_columns, event_columns
from streams.core.dossiers import CLOSING, LIFE_COLUMNS
from streams.core.indicators import Indicator
from streams.core.plan import used_columns
from streams.core.units import Province, Units

_TIME_MS = "toUnixTimestamp64Milli(time)"
_KIND = "events.kind"  # the data may have a field of that name too
_STAMP = rf"(time, xxh3_128(concat(id, '\0', source, '\0', unit, '\0', {_KIND})))"
"""What orders the events of a dossier; streams.core.seen.digest gives the same number."""

_JSON_TYPES = {"string": "Nullable(String)", "integer": "Nullable(Int64)", "boolean": "Nullable(Bool)"}


def day_sums(indicator: Indicator, province: Province, units: Units, kinds: Iterable[EventFields]) -> str:
    """A SELECT of (unit, dims, day, bucket, numerator, denominator): every day bucket of a province, parents included.

    `bucket` is epoch seconds, as the stream names it.
    """
    fields = {kind.kind: kind for kind in kinds}
    rows = (
        _dossier_rows(indicator, province, fields)
        if indicator.over_dossiers
        else _event_rows(indicator, fields)
    )
    changes = _stock_changes(indicator) if indicator.kind == "stock" else _flow(indicator)
    zone = province.time_zone
    midnight = f"toInt64(toUnixTimestamp64Milli(toDateTime64(toDate32(at, '{zone}'), 3, '{zone}')))"
    bucket = f"intDiv({midnight}, 1000)" + (
        f" + (toUnixTimestamp64Milli(at) != {midnight})" if indicator.kind == "stock" else ""
    )
    chains = ", ".join(
        f"({_text(code)}, {_text(parent)})"
        for code in _codes(province, units)
        for parent in (code, *units.ancestors[code])
    )
    return (
        f"WITH rows AS ({rows}), changes AS ({changes})\n"
        f"SELECT chain.parent AS unit, dims, toDate32(at, '{zone}') AS day, {bucket} AS bucket,"
        " sum(numerator) AS numerator, sum(denominator) AS denominator\n"
        f"FROM changes INNER JOIN values('code String, parent String', {chains}) AS chain"
        " ON changes.unit = chain.code\n"
        "GROUP BY ALL"
    )


def _codes(province: Province, units: Units) -> list[str]:
    return [province.code, *(code for code, unit in units.units.items() if unit.province == province.code)]


def _flow(indicator: Indicator) -> str:
    at = (
        indicator.at
        if not indicator.over_dossiers
        else f"fromUnixTimestamp64Milli(assumeNotNull({indicator.at}))"
    )
    there = "" if not indicator.over_dossiers else f" AND {indicator.at} IS NOT NULL"
    return (
        f"SELECT unit, {_dims(indicator)} AS dims, {at} AS at, {_number(indicator.numerator)} AS numerator,"
        f" {_number(indicator.denominator)} AS denominator FROM rows"
        f" WHERE {_true(indicator.where)}{there}"
    )


def _stock_changes(indicator: Indicator) -> str:
    begins, ends = indicator.from_, indicator.until
    return (
        f"SELECT unit, {_dims(indicator)} AS dims, fromUnixTimestamp64Milli(assumeNotNull(change.1)) AS at,"
        f" change.2 * {_number(indicator.numerator)} AS numerator,"
        f" change.2 * {_number(indicator.denominator)} AS denominator FROM rows"
        f" ARRAY JOIN [({begins}, 1), ({ends}, -1)] AS change"
        f" WHERE {_true(indicator.where)} AND {begins} IS NOT NULL"
        f" AND ({ends} IS NULL OR {ends} > {begins}) AND change.1 IS NOT NULL"
    )


def _event_rows(indicator: Indicator, fields: Mapping[str, EventFields]) -> str:
    columns = used_columns([indicator], event_columns(indicator.over, fields))
    delay_ms = f"greatest(toUnixTimestamp64Milli(arrived_at) - {_TIME_MS}, 0)"
    selected = [
        *("unit", "time", "arrived_at"),
        *(f"{_KIND} AS type", f"{delay_ms} AS delay_ms", f"{delay_ms} > {LATE_MS} AS late"),
        *(f"{_column(name, kind)} AS {name}" for name, kind in columns.items() if name not in EVENT_COLUMNS),
    ]
    kinds = ", ".join(_text(kind) for kind in indicator.over)
    return f"SELECT {', '.join(selected)} FROM events FINAL WHERE {_KIND} IN ({kinds})"


def _dossier_rows(indicator: Indicator, province: Province, fields: Mapping[str, EventFields]) -> str:
    columns = used_columns([indicator], dossier_columns(fields))
    zone = province.time_zone
    closing = ", ".join(_text(kind) for kind in CLOSING)
    due = _column("due_at", "timestamp")
    folded = [
        "unit",
        "dossier",
        *_attributes(columns, fields),
        f"minOrNullIf({_TIME_MS}, {_KIND} = 'filings.received') AS received_at",
        f"minOrNullIf({_TIME_MS}, {_KIND} = 'filings.settled') AS settled_at",
        f"minOrNullIf({_TIME_MS}, {_KIND} IN ({closing})) AS closed_at",
        f"argMaxOrNullIf({due}, {_STAMP}, {due} IS NOT NULL) AS due_at",
        f"argMinIf({_KIND}, {_STAMP}, {_KIND} IN ({closing})) AS closed_by",
        f"transform(closed_by, [{closing}], [{', '.join(_text(o) for o in CLOSING.values())}], NULL) AS outcome",
        f"uniqExactIf({_STAMP}, {_KIND} = 'filings.supplement_asked') AS supplements",
    ]
    due_day = f"toDate32(fromUnixTimestamp64Milli(assumeNotNull(due_at)), '{zone}')"
    overdue = f"toUnixTimestamp64Milli(toDateTime64({due_day} + 1, 3, '{zone}'))"
    return (
        "SELECT *, settled_at - received_at AS elapsed_ms, settled_at < overdue_from AS on_time FROM ("
        f"SELECT *, if(due_at IS NULL, NULL, {overdue}) AS overdue_from FROM ("
        f"SELECT {', '.join(folded)} FROM events FINAL WHERE {_KIND} LIKE 'filings.%' GROUP BY unit, dossier))"
    )


def _attributes(columns: Mapping[str, str], fields: Mapping[str, EventFields]) -> Iterator[str]:
    """The columns that come from the first received, or the first settled, event."""
    for name, kind in columns.items():
        if name not in LIFE_COLUMNS:
            source = "filings.received" if name in fields["filings.received"].columns else "filings.settled"
            value = f"tuple({_column(name, kind)})"  # a tuple, because argMin passes over nulls
            yield f"argMinIf({value}, {_STAMP}, {_KIND} = '{source}').1 AS {name}"


def _column(name: str, kind: str) -> str:
    if kind == "timestamp":
        parsed = f"parseDateTime64BestEffortOrNull(JSONExtractString(data, '{name}'), 3, 'UTC')"
        return f"toUnixTimestamp64Milli({parsed})"
    return f"JSONExtract(data, '{name}', '{_JSON_TYPES[kind]}')"


def _dims(indicator: Indicator) -> str:
    parts = ", ".join(
        f"if({name} IS NULL, NULL, concat('{name}=', toString({name})))" for name in indicator.by
    )
    return f"arrayStringConcat(arrayFilter(d -> d IS NOT NULL, [{parts}]), ',')" if parts else "''"


def _number(expression: str) -> str:
    """As the stream counts: true is 1, false and null are 0, an integer is itself."""
    return f"toInt64(ifNull(({expression}), 0))" if expression else "toInt64(0)"


def _true(expression: str) -> str:
    return f"ifNull(({expression}), false)"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
