"""SELECTs of the rows that indicators are over, from the raw events: events themselves, or cases folded from them.

What the stream keeps incrementally (first received event of a case, its due date, its close) is said here once more,
as aggregates over all of a case's events. `events` is read once, with FINAL, so that of a repeated event the first
counts: a repeat may say something else. Of its data all columns that are looked at are extracted at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from store.courses import lives, steps_of_events
from store.lineage import text
from store.working_days import WorkingDays
from streams.core.definitions import (
    EVENT_COLUMNS,
    LATE_MS,
    EventFields,
    attributes,
    case_columns,
    event_columns,
)
from streams.core.indicators import Indicator
from streams.core.life import life_columns
from streams.core.plan import used_columns
from streams.core.stream import Cases
from streams.core.units import Province

_KIND = "events.kind"  # the data may have a field of that name too
_TIME_MS = "toUnixTimestamp64Milli(events.time)"
_ARRIVED_MS = "toUnixTimestamp64Milli(events.arrived_at)"

_IDENTITY = rf"xxh3_128(concat(events.id, '\0', events.source, '\0', events.unit, '\0', {_KIND}))"
"""As streams.core.seen.digest gives it."""

_STAMP = (
    f"bitOr(bitShiftLeft(toUInt128({_TIME_MS} + {2**62}), 64), toUInt128(bitShiftRight({_IDENTITY}, 64)))"
)
"""What orders the events of a case: their time, then the first eight bytes of their identity. One number is much
faster to compare than a tuple."""

_JSON_TYPES = {"string": "String", "integer": "Int64", "boolean": "Bool", "timestamp": "String"}


def event_rows(indicators: Collection[Indicator], kinds: Mapping[str, EventFields], condition: str) -> str:
    """Events, as `unit`, `time` and `arrived_at` (epoch ms), and the columns that the indicators look at.

    All indicators are over the same kinds.
    `condition` is on the table `events`.
    """
    over = next(iter(indicators)).over
    columns = used_columns(indicators, event_columns(over, kinds))
    own = {name: kind for name, kind in columns.items() if name not in EVENT_COLUMNS}
    delay_ms = f"greatest({_ARRIVED_MS} - {_TIME_MS}, 0)"
    always = {
        "unit": "events.unit",
        "time": _TIME_MS,
        "arrived_at": _ARRIVED_MS,
        "type": f"toString({_KIND})",
        "delay_ms": delay_ms,
        "late": f"{delay_ms} > {LATE_MS}",
    }
    selected = [f"{value} AS {name}" for name, value in (always | _extracted(own)).items()]
    return (
        f"SELECT {', '.join(selected)} FROM {_events(own)}"
        f" WHERE {_KIND} IN ({', '.join(map(text, over))}) AND {condition}"
    )


def case_rows(
    indicators: Iterable[Indicator],
    cases: Cases,
    kinds: Mapping[str, EventFields],
    province: Province,
    condition: str,
) -> str:
    """Cases, as `unit`, their life's columns and the others that the indicators look at; instants are epoch ms.

    `condition` is on the table `events`; it must let all events of a case through, or none.
    """
    columns, life = used_columns(indicators, case_columns(cases, kinds)), life_columns(cases)
    wanted = [name for name in columns if name not in life]
    kept: dict[str, list[str]] = {}
    for step, fields in attributes(cases, kinds).items():
        kept[cases.kind_of(step)] = [name for name in wanted if name in fields]
        wanted = [name for name in wanted if name not in fields]
    own = {name: columns[name] for names in kept.values() for name in names} | {"due_at": "timestamp"}
    telling = [kind.kind for kind in kinds.values() if kind.cases == cases and kind.tells_life]
    events = (
        f"SELECT events.unit AS unit, dossier, {_KIND} AS event, {_TIME_MS} AS at_ms, {_STAMP} AS stamp,"
        f" {', '.join(f'{value} AS {name}' for name, value in _extracted(own).items())}"
        f" FROM {_events(own)} WHERE {_KIND} IN ({', '.join(map(text, telling))}) AND {condition}"
    )
    folded = [
        "unit",
        "dossier",
        *_firsts(kept),
        f"{_first_time(cases.kind_of('received'))} AS received_at",
        f"{_first_time(cases.kind_of('settled'))} AS settled_at",
        *(f"{_first_time(kind)} AS {name}" for kind, name in cases.instants.items()),
        "argMaxOrNullIf(due_at, stamp, due_at IS NOT NULL) AS due",
        "maxIf(at_ms, due_at IS NOT NULL) AS stated_at",
        f"{steps_of_events(cases)} AS steps",
    ]
    return lives(
        f"SELECT *, {', '.join([*_attributes(kept), 'due AS due_at'])}"
        f" FROM (SELECT {', '.join(folded)} FROM ({events}) GROUP BY unit, dossier)",
        WorkingDays(province.working, province.time_zone),
        cases,
    )


def _first_time(kind: str) -> str:
    return f"minOrNullIf(at_ms, event = {text(kind)})"


def _firsts(kept: Mapping[str, list[str]]) -> Iterator[str]:
    """Of each kind of event the fields of the first one; a tuple, because argMin passes over nulls."""
    for number, (kind, names) in enumerate(kept.items()):
        if names:
            yield f"argMinIf(tuple({', '.join(names)}), stamp, event = {text(kind)}) AS first_{number}"


def _attributes(kept: Mapping[str, list[str]]) -> Iterator[str]:
    for number, names in enumerate(kept.values()):
        yield from (
            f"tupleElement(first_{number}, {place}) AS {name}" for place, name in enumerate(names, start=1)
        )


def _events(columns: Mapping[str, str]) -> str:
    """The table, with these fields of its data as one tuple, if there are any."""
    if not columns:
        return "events FINAL"
    types = ", ".join(f"{name} Nullable({_JSON_TYPES[kind]})" for name, kind in columns.items())
    return f"(SELECT *, JSONExtract(data, 'Tuple({types})') AS fields FROM events FINAL) AS events"


def _extracted(columns: Mapping[str, str]) -> dict[str, str]:
    """Each column, taken from the tuple."""
    values = {name: f"tupleElement(events.fields, {text(name)})" for name in columns}
    return {
        name: f"toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull({value}, 3, 'UTC'))"
        if columns[name] == "timestamp"
        else value
        for name, value in values.items()
    }
