"""What compute knows of one partition number, across all streams: a pure fold of events into sums.

The caller hands in decoded events with their arrival, then drains a group: the changed buckets to emit and the delta to
log. Nothing here reads a clock: arrival is the broker's time stamp, so that a replay decides as the first run did.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from streams.core.buckets import DAY, HOUR, MINUTE, Buckets, Key, Value, is_open, stock_bucket
from streams.core.calendar import Calendar, epoch_ms
from streams.core.dossiers import LIFE_COLUMNS, Change, Dossier, life
from streams.core.indicators import Indicator
from streams.core.plan import Contribution, Plan, used_columns
from streams.core.seen import SeenIds, digest
from streams.core.units import Units

_MINUTE_MS = 60_000
_DOSSIER_STREAM = "filings"
_CHUNK = 20_000

DossierKey = tuple[str, str]
"""(unit, dossier code)."""


class Delta(msgspec.Struct, array_like=True):
    """A change of the state, and the offsets up to which it includes the events: one record of the state's log."""

    offsets: dict[str, int]
    seen: bytes
    buckets: list[tuple[str, str, str, str, int, int, int]]
    dossiers: list[tuple[DossierKey, Dossier]]

    @property
    def version(self) -> int:
        """Grows with every event applied; of two absolute values for one key, that of the higher version is newer."""
        return sum(self.offsets.values())


class Group(NamedTuple):
    """What a drained group of batches changed."""

    values: list[Value]
    delta: Delta


class EventFields(NamedTuple):
    """The fields of an event kind's data: name to type of the expressions' types."""

    kind: str
    columns: Mapping[str, str]


class Definitions:
    """Indicators, kinds of events and units, compiled once and shared by the states of all partitions."""

    def __init__(self, indicators: Iterable[Indicator], kinds: Iterable[EventFields], units: Units) -> None:
        self.indicators = tuple(indicators)
        self.units = units
        self.calendars = {code: Calendar(units.zone_of(code)) for code in units.provinces}
        self.chains = {code: (code, *above) for code, above in units.ancestors.items()}
        self.kinds = {kind.kind: kind for kind in kinds}
        self.events = {kind: _EventPlan(kind, self.indicators, self.kinds) for kind in self.kinds}
        self.dossiers = _DossierPlan([i for i in self.indicators if i.over_dossiers], self.kinds)

    def calendar_of(self, unit: str) -> Calendar:
        """The calendar of the unit's province."""
        return self.calendars[self.units.province_of(unit).code]


def event_columns(over: Iterable[str], kinds: Mapping[str, EventFields]) -> dict[str, str]:
    """The columns of an indicator over these kinds of events: their fields and `type`."""
    columns = {"type": "string"}
    for kind in over:
        columns |= kinds[kind].columns
    return columns


def dossier_columns(kinds: Mapping[str, EventFields]) -> dict[str, str]:
    """The columns of a dossier: the fields of its received and settled events, then what its life gives."""
    columns: dict[str, str] = {}
    for kind in ("filings.settled", "filings.received"):
        columns |= kinds[kind].columns if kind in kinds else {}
    return {name: kind for name, kind in columns.items() if name not in LIFE_COLUMNS} | LIFE_COLUMNS


class _EventPlan:
    """How an event of one kind becomes a row of the columns that its indicators look at."""

    def __init__(self, kind: str, indicators: Iterable[Indicator], kinds: Mapping[str, EventFields]) -> None:
        mine = [i for i in indicators if kind in i.over]
        columns: dict[str, str] = {}
        for indicator in mine:
            columns |= used_columns([indicator], event_columns(indicator.over, kinds))
        self.counted = bool(mine)
        self.fields = tuple(name for name in columns if name in kinds[kind].columns)
        self.attributes = _getter(self.fields)
        self._kind = kind
        self._columns = tuple(columns)
        self._plan = Plan(mine, columns)

    def contributions(self, attributes: tuple[Any, ...]) -> list[Contribution]:
        known = dict(zip(self.fields, attributes, strict=True)) | {"type": self._kind}
        return self._plan.contributions(tuple([known.get(name) for name in self._columns]))


class _DossierPlan:
    """How a dossier becomes a row: attributes that indicators use, then the columns of its life."""

    def __init__(self, indicators: list[Indicator], kinds: Mapping[str, EventFields]) -> None:
        columns = used_columns(indicators, dossier_columns(kinds)) if indicators else {}
        attributes = {name: kind for name, kind in columns.items() if name not in LIFE_COLUMNS}
        self.received_fields = self._fields("filings.received", attributes, kinds)
        self.settled_fields = tuple(
            name
            for name in self._fields("filings.settled", attributes, kinds)
            if name not in self.received_fields
        )
        self.received = _getter(self.received_fields)
        self.settled = _getter(self.settled_fields)
        self._no_received = (None,) * len(self.received_fields)
        self._no_settled = (None,) * len(self.settled_fields)
        order = (*self.received_fields, *self.settled_fields)
        self.plan = Plan(
            indicators,
            {name: attributes[name] for name in order} | LIFE_COLUMNS,
        )

    @staticmethod
    def _fields(kind: str, wanted: Mapping[str, str], kinds: Mapping[str, EventFields]) -> tuple[str, ...]:
        return tuple(name for name in wanted if kind in kinds and name in kinds[kind].columns)

    def parts(self, dossier: Dossier, calendar: Calendar) -> Iterator[tuple[Contribution, int, int]]:
        """Contributions with the instant (epoch ms) at which each counts, and the sign with which it does."""
        derived = life(dossier, calendar)
        row = (
            *(dossier.received_attributes if dossier.received else self._no_received),
            *(dossier.settled_attributes if dossier.settled else self._no_settled),
            *derived,
        )
        for contribution in self.plan.contributions(row):
            indicator = contribution.indicator
            if indicator.kind == "flow":
                at = getattr(derived, indicator.at)
                if at is not None:
                    yield contribution, at, 1
                continue
            begins, ends = getattr(derived, indicator.from_), getattr(derived, indicator.until)
            if begins is None or (ends is not None and ends <= begins):
                continue
            yield contribution, begins, 1
            if ends is not None:
                yield contribution, ends, -1


class State:
    """The sums, dossiers and seen ids of one partition number."""

    def __init__(self, definitions: Definitions, generation: int | None = None) -> None:
        self._definitions = definitions
        self._buckets = Buckets()
        self._seen = SeenIds(generation) if generation else SeenIds()
        self._dossiers: dict[DossierKey, Dossier] = {}
        self._before: dict[DossierKey, tuple[Dossier, int]] = {}
        self._rows: Counter[tuple[str, str, int, int, tuple[Any, ...]]] = Counter()
        self.offsets: dict[str, int] = {}
        self.arrived_ms = 0
        self.duplicates = 0

    def __len__(self) -> int:
        return len(self._buckets) + len(self._dossiers)

    @property
    def version(self) -> int:
        """Of the values drained next; see Delta."""
        return sum(self.offsets.values())

    def apply(self, event: Any, arrived_ms: int) -> None:
        """Take in one event that passed admission; one seen before changes nothing."""
        kind: str = event.kind
        if not self._seen.first(digest(kind, event.subject, event.source, event.id)):
            self.duplicates += 1
            return
        if arrived_ms > self.arrived_ms:
            self.arrived_ms = arrived_ms
        plan = self._definitions.events[kind]
        if not plan.counted and event.stream != _DOSSIER_STREAM:
            return
        time_ms = epoch_ms(event.time)
        if plan.counted:
            minute = time_ms // _MINUTE_MS
            self._rows[
                kind, event.subject, minute, arrived_ms // _MINUTE_MS, plan.attributes(event.data)
            ] += 1
        if event.stream == _DOSSIER_STREAM:
            self._apply_to_dossier(event, kind, time_ms, arrived_ms)

    def _apply_to_dossier(self, event: Any, kind: str, time_ms: int, arrived_ms: int) -> None:
        data = event.data
        key = (event.subject, data.dossier)
        dossier = self._dossiers.get(key)
        if dossier is None:
            dossier = self._dossiers[key] = Dossier()
        before = self._before.get(key)
        self._before[key] = (before[0] if before else msgspec.structs.replace(dossier), arrived_ms)
        plan = self._definitions.dossiers
        attributes: tuple[Any, ...] = ()
        if kind == "filings.received":
            attributes = plan.received(data)
        elif kind == "filings.settled":
            attributes = plan.settled(data)
        due_at = getattr(data, "due_at", None)
        dossier.apply(
            Change(kind, (time_ms, event.id), None if due_at is None else epoch_ms(due_at), attributes)
        )

    def drain(self) -> Group:
        """Close the group: what changed since the last drain."""
        self._count_rows()
        dossiers = self._count_dossiers()
        values = self._buckets.drain()
        self._buckets.evict(self.arrived_ms)
        delta = Delta(
            offsets=dict(self.offsets),
            seen=self._seen.drain(),
            buckets=[(*key, numerator, denominator) for key, numerator, denominator in values],
            dossiers=dossiers,
        )
        return Group(values, delta)

    def _count_rows(self) -> None:
        for (kind, unit, minute, arrived_minute, attributes), count in self._rows.items():
            contributions = self._definitions.events[kind].contributions(attributes)
            for contribution in contributions:
                self._add(unit, contribution, minute * _MINUTE_MS, arrived_minute * _MINUTE_MS, count)
        self._rows.clear()

    def _count_dossiers(self) -> list[tuple[DossierKey, Dossier]]:
        changed = []
        parts = self._definitions.dossiers.parts
        for key, (before, arrived_ms) in self._before.items():
            unit = key[0]
            calendar = self._definitions.calendar_of(unit)
            now = self._dossiers[key]
            changes: defaultdict[tuple[Indicator, str, int], list[int]] = defaultdict(lambda: [0, 0])
            for dossier, sign in ((before, -1), (now, 1)):
                for (indicator, dims, numerator, denominator), at, direction in parts(dossier, calendar):
                    sums = changes[indicator, dims, at]
                    sums[0] += sign * direction * numerator
                    sums[1] += sign * direction * denominator
            for (indicator, dims, at), (numerator, denominator) in changes.items():
                if numerator or denominator:
                    self._add(unit, Contribution(indicator, dims, numerator, denominator), at, arrived_ms, 1)
            changed.append((key, now))
        self._before.clear()
        return changed

    def _add(self, unit: str, contribution: Contribution, at_ms: int, arrived_ms: int, count: int) -> None:
        indicator, dims = contribution.indicator, contribution.dims
        numerator, denominator = contribution.numerator * count, contribution.denominator * count
        day = self._definitions.calendar_of(unit).day_start(at_ms)
        if indicator.kind == "stock":
            buckets = [(DAY, stock_bucket(day, at_ms))]
        else:
            buckets = [(DAY, day)]
            seconds = at_ms // 1000
            minute, hour = seconds - seconds % 60, seconds - seconds % 3600
            if is_open(MINUTE, minute, arrived_ms):
                buckets.append((MINUTE, minute))
            if is_open(HOUR, hour, arrived_ms):
                buckets.append((HOUR, hour))
        for code in self._definitions.chains[unit]:
            for grain, bucket in buckets:
                self._buckets.add(Key(indicator.id, code, dims, grain, bucket), numerator, denominator)

    def restore(self, delta: Delta) -> None:
        """Overlay a delta read from the state's log; deltas come in the order of their versions."""
        self.offsets.update(delta.offsets)
        self._seen.restore(delta.seen)
        self._buckets.restore(Value(Key(*row[:5]), row[5], row[6]) for row in delta.buckets)
        self._dossiers.update(delta.dossiers)

    def snapshot(self) -> Iterator[Delta]:
        """The whole state in deltas of bounded size, each with the current offsets."""
        seen = list(self._seen.all())
        buckets = [(*key, numerator, denominator) for key, numerator, denominator in self._buckets]
        dossiers = list(self._dossiers.items())
        for at in range(0, max(len(seen), len(buckets), len(dossiers), 1), _CHUNK):
            part = slice(at, at + _CHUNK)
            yield Delta(dict(self.offsets), b"".join(seen[part]), buckets[part], dossiers[part])


def _getter(fields: tuple[str, ...]) -> Any:
    """Data to the tuple of these fields' values; attrgetter alone gives a bare value for one and refuses none."""
    if not fields:
        return lambda data: ()
    get = attrgetter(*fields)
    return get if len(fields) > 1 else lambda data: (get(data),)
