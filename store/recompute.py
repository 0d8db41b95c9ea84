"""SQL that recomputes indicators from the raw events, generated from the same definitions that the stream evaluates.

The expressions of an indicator stand in the SQL as they are. All indicators over rows of the same streams are
recomputed in one reading of them: each row has moments, one for each instant at which some indicator counts it, and
each moment adds to the sums of the indicators that count it there. Only then, when few rows are left, units add up to
those above them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import structs

from store.courses import first
from store.lineage import links, text
from store.raw_rows import case_rows, event_rows
from streams.core.buckets import DAY, GRAINS, HORIZON_S, HOUR, MINUTE
from streams.core.definitions import EventFields, cases_of
from streams.core.indicators import BIN, Indicator
from streams.core.sketch import BINS
from streams.core.stream import Cases
from streams.core.units import Province, Units

GRAIN_NUMBERS = {grain: number for number, grain in enumerate(GRAINS, start=1)}
"""As the column `grain` of indicator_values numbers them."""

_SECONDS = {MINUTE: 60, HOUR: 3600}


class Span(NamedTuple):
    """Instants, epoch ms: the first that belongs to it, and the first after it that does not."""

    first_ms: int = -(2**62)
    end_ms: int = 2**62

    def sql(self, column: str) -> str:
        """The condition that an instant belongs to it."""
        return f"({column} >= {self.first_ms} AND {column} < {self.end_ms})"


class Extent(NamedTuple):
    """What of a province's figures is recomputed: of which units (none: all), and when, for each grain that is."""

    province: Province
    spans: Mapping[str, Span] = {DAY: Span()}
    units: frozenset[str] = frozenset()


class Pass(NamedTuple):
    """Indicators that are recomputed in one reading: over dossiers, or events of some streams at one of two times."""

    indicators: tuple[Indicator, ...]

    @property
    def over_cases(self) -> bool:
        """Whether the rows are cases."""
        return self.indicators[0].over_cases

    def cases(self, kinds: Iterable[EventFields]) -> Cases:
        """Those that the rows are, if they are cases."""
        return cases_of(kinds)[self.indicators[0].over[0]]

    @property
    def at_arrival(self) -> bool:
        """Whether events count when they arrived, and not when they happened."""
        return self.indicators[0].at == "arrived_at"

    @property
    def grains(self) -> tuple[str, ...]:
        """The grains that can be recomputed.

        A minute and an hour hold what arrived within their horizon. Of events that is known. What a case adds to
        them depends on what was known of it then, which the fold of all its events does not say: days only.
        """
        days_only = self.over_cases or all(one.has_days_only for one in self.indicators)
        return (DAY,) if days_only else GRAINS


def passes(indicators: Iterable[Indicator]) -> list[Pass]:
    """The readings that it takes."""
    groups: defaultdict[tuple[object, ...], list[Indicator]] = defaultdict(list)
    for indicator in indicators:
        streams = frozenset(kind.partition(".")[0] for kind in indicator.over)
        groups[indicator.over_cases, streams, indicator.at == "arrived_at"].append(indicator)
    return [Pass(tuple(_of_their_kinds(group))) for group in groups.values()]


def _of_their_kinds(group: list[Indicator]) -> Iterator[Indicator]:
    """The indicators, all over the kinds of any of them; those that were over some only say so in their condition."""
    kinds = tuple(dict.fromkeys(kind for indicator in group for kind in indicator.over))
    for one in group:
        if set(one.over) == set(kinds):
            yield one
        else:
            where = f"({one.where}) AND type IN ({', '.join(map(text, one.over))})"
            yield structs.replace(one, over=kinds, where=where)


def sums(wanted: Pass, extent: Extent, units: Units, kinds: Iterable[EventFields]) -> str:
    """A SELECT of (indicator, grain, unit, dims, day, bucket, numerator, denominator), parents included.

    Every bucket that has a sum other than 0. `grain` is of GRAIN_NUMBERS, `bucket` is epoch seconds, as the stream
    names it, `day` its local date.
    """
    spans = {grain: span for grain, span in extent.spans.items() if grain in wanted.grains}
    fields = {kind.kind: kind for kind in kinds}
    zone = extent.province.time_zone
    chains = links(extent.province, units, extent.units)
    mine = f"events.unit IN (SELECT code FROM ({chains}))"
    if wanted.over_cases:
        cases = wanted.cases(fields.values())
        rows = case_rows(wanted.indicators, cases, fields, extent.province, mine)
    else:
        column = "events.arrived_at" if wanted.at_arrival else "events.time"
        whole = Span(
            min(span.first_ms for span in spans.values()), max(span.end_ms for span in spans.values())
        )
        rows = event_rows(wanted.indicators, fields, f"{mine} AND {_instants(column, whole)}")
    slots = _slots(wanted.indicators)
    day = f"toDate32(fromUnixTimestamp64Milli(bucket * 1000), '{zone}')"
    totals = [name for name, _ in _totals(slots)]
    entries = ", ".join(
        f"({text(one.id)}, n{number}, {f'd{number}' if one.denominator else 'toInt64(0)'})"
        for number, one in enumerate(one for group in slots.values() for one in group)
    )
    return (
        f"WITH rows AS ({rows}),\nmoments AS ({_moments(slots, spans)}),\nown AS ({_own(slots, zone)}),\n"
        f"added AS (SELECT parent, grain, dims, bucket, {', '.join(f'sum({n}) AS {n}' for n in totals)}"
        f" FROM own INNER JOIN ({chains}) AS links ON own.unit = links.code GROUP BY ALL)\n"
        f"SELECT entry.1 AS indicator, grain, parent AS unit, dims, {day} AS day, bucket,"
        " entry.2 AS numerator, entry.3 AS denominator\n"
        f"FROM added ARRAY JOIN [{entries}] AS entry WHERE entry.2 != 0 OR entry.3 != 0"
    )


class Slot(NamedTuple):
    """When indicators count a row, and by what they keep rows apart; `value` is the column whose bins they count.

    A stock of dossiers `begins` and `ends`; a stock of events is the sum of changes, each `at` an instant.
    """

    kind: str
    at: str
    begins: str
    ends: tuple[str, ...]
    by: tuple[str, ...]
    value: str


def _slots(indicators: Iterable[Indicator]) -> dict[Slot, list[Indicator]]:
    slots: defaultdict[Slot, list[Indicator]] = defaultdict(list)
    for one in indicators:
        slots[Slot(one.kind, "" if one.from_ else one.at, one.from_, one.until, one.by, one.value)].append(
            one
        )
    return dict(slots)


def _moments(slots: Mapping[Slot, list[Indicator]], spans: Mapping[str, Span]) -> str:
    """Rows with slot, grain, at_ms and sign: each once for each of its instants and each grain that it has there."""
    entries = ", ".join(entry for number, slot in enumerate(slots) for entry in _entries(number, slot, spans))
    within = " OR ".join(
        f"(grain = {GRAIN_NUMBERS[grain]} AND {span.sql('at_ms')})" for grain, span in spans.items()
    )
    ends = [f"{first(slot.ends)} AS ends{number}" for number, slot in enumerate(slots) if slot.ends]
    counted = " OR ".join({_counts(one) for group in slots.values() for one in group})
    return (
        "SELECT *, moment.1 AS slot, moment.2 AS grain, assumeNotNull(moment.3) AS at_ms, moment.4 AS sign"
        f" FROM (SELECT {', '.join(['*', *ends])} FROM rows WHERE {counted})"
        f" ARRAY JOIN arrayFilter(m -> m.3 IS NOT NULL, [{entries}]) AS moment WHERE {within}"
    )


def _entries(number: int, slot: Slot, spans: Mapping[str, Span]) -> Iterator[str]:
    day = GRAIN_NUMBERS[DAY]
    if slot.begins:
        if not slot.ends:
            yield f"({number}, {day}, {slot.begins}, toInt8(1))"
            return
        held = f"{slot.begins} IS NOT NULL AND (ends{number} IS NULL OR ends{number} > {slot.begins})"
        yield f"({number}, {day}, if({held}, {slot.begins}, NULL), toInt8(1))"
        yield f"({number}, {day}, if({held}, ends{number}, NULL), toInt8(-1))"
        return
    for grain in spans:
        if slot.kind != "flow" and grain != DAY:
            continue
        at = f"toNullable({slot.at})"
        if grain != DAY:  # only what arrived within the bucket's horizon, see streams.core.buckets
            ms = _SECONDS[grain] * 1000
            closes = f"intDiv({slot.at}, {ms}) * {ms} + {HORIZON_S[grain] * 1000}"
            at = f"if(arrived_at <= {closes}, {at}, NULL)"
        yield f"({number}, {GRAIN_NUMBERS[grain]}, {at}, toInt8(1))"


def _own(slots: Mapping[Slot, list[Indicator]], zone: str) -> str:
    """Sums of each unit's own rows, in one column for each term of each indicator."""
    date = f"toDate32(fromUnixTimestamp64Milli(at_ms), '{zone}')"
    midnight = f"intDiv(toInt64(toUnixTimestamp64Milli(toDateTime64({date}, 3, '{zone}'))), 1000)"
    stocks = [str(number) for number, slot in enumerate(slots) if slot.kind == "stock"]
    later = f" + (slot IN ({', '.join(stocks)}) AND at_ms != 1000 * {midnight})" if stocks else ""
    coarse = "".join(
        f"grain = {GRAIN_NUMBERS[grain]}, intDiv(at_ms, {seconds * 1000}) * {seconds}, "
        for grain, seconds in _SECONDS.items()
    )
    kept = dict.fromkeys(name for slot in slots for name in slot.by)
    bins = _bins(slots)
    keys = ", ".join(["unit", "slot", "grain", "bucket", *kept, *([BIN] if bins else [])])
    totals = list(_totals(slots))
    dims = ", ".join(
        f"slot = {number}, {_dims((*slot.by, BIN) if slot.value else slot.by)}"
        for number, slot in enumerate(slots)
    )
    # texts are put together only of what is left after the sums
    return (
        f"SELECT unit, grain, bucket, multiIf({dims}, '') AS dims, {', '.join(name for name, _ in totals)} FROM ("
        f"SELECT {keys}, {', '.join(f'{value} AS {name}' for name, value in totals)}"
        f" FROM (SELECT *, multiIf({coarse}{midnight}{later}) AS bucket{bins} FROM moments) GROUP BY {keys})"
    )


def _bins(slots: Mapping[Slot, list[Indicator]]) -> str:
    """The column BIN, if any slot has it; a slot without has null there, so that its rows stay together."""
    lows = f"CAST([{', '.join(map(str, BINS.tolist()))}], 'Array(Int64)')"
    of_slots = [f"slot = {number}, {slot.value}" for number, slot in enumerate(slots) if slot.value]
    return f", roundDown(multiIf({', '.join(of_slots)}, NULL), {lows}) AS {BIN}" if of_slots else ""


def _totals(slots: Mapping[Slot, list[Indicator]]) -> Iterator[tuple[str, str]]:
    """(name, aggregate): numerators and denominators, numbered in the order of the slots' indicators."""
    number = 0
    for slot, group in enumerate(slots.values()):
        for one in group:
            counts = f"slot = {slot} AND {_counts(one)}"
            yield f"n{number}", f"sumIf(sign * {_number(one.numerator)}, {counts})"
            if one.denominator:
                yield f"d{number}", f"sumIf(sign * {_number(one.denominator)}, {counts})"
            number += 1


def _dims(by: tuple[str, ...]) -> str:
    parts = ", ".join(f"if({name} IS NULL, NULL, concat('{name}=', toString({name})))" for name in by)
    return f"arrayStringConcat(arrayFilter(d -> d IS NOT NULL, [{parts}]), ',')" if parts else "''"


def _counts(indicator: Indicator) -> str:
    return f"ifNull(({indicator.condition}), false)"


def _number(expression: str) -> str:
    """As the stream counts: true is 1, false and null are 0, an integer is itself."""
    return f"toInt64(ifNull(({expression}), 0))"


def _instants(column: str, span: Span) -> str:
    """A condition on a column of the table itself, so that ClickHouse can leave out what does not fit."""
    bounds = ((">=", span.first_ms), ("<", span.end_ms))
    conditions = [
        f"{column} {operator} fromUnixTimestamp64Milli({ms}, 'UTC')"
        for operator, ms in bounds
        if abs(ms) < 2**62
    ]
    return " AND ".join(conditions) or "true"
