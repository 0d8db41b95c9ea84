"""What compute knows of one partition number, across all streams: a pure fold of events into sums.

The caller hands in decoded events with their arrival, then drains a group: the changed buckets to emit and the delta to
log. Nothing here reads a clock: arrival is the broker's time stamp, so that a replay decides as the first run did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from streams.core.buckets import DAY, HOUR, MINUTE, Buckets, Key, Value, is_open, stock_bucket
from streams.core.calendar import epoch_ms
from streams.core.definitions import Definitions, Moment, Row
from streams.core.dossiers import Dossier
from streams.core.plan import Contribution
from streams.core.seen import SeenIds, digest

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


_Spot = tuple[str, int, int]
"""Where a contribution goes: a unit, an instant to the minute (see _to_minute), the minute of its arrival."""

_Tally = defaultdict[tuple[_Spot, str, str], list[int]]
"""(where, indicator, dims) to numerator and denominator: what a group adds, before it is spread over buckets."""


class Group(NamedTuple):
    """What a drained group of batches changed."""

    values: list[Value]
    delta: Delta


class State:
    """The sums, dossiers and seen ids of one partition number."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._buckets = Buckets()
        self._seen = SeenIds()
        self._dossiers: dict[DossierKey, Dossier] = {}
        self._touched: dict[DossierKey, tuple[list[Moment], int]] = {}
        self._rows: defaultdict[tuple[str, _Spot, Row], int] = defaultdict(int)
        self.offsets: dict[str, int] = {}
        self.arrived_ms = 0

    def apply(self, event: Any, time_ms: int, arrived_ms: int) -> None:
        """Take in one event that passed admission (its time and its arrival); one seen before changes nothing."""
        kind: str = event.kind
        unit: str = event.subject
        if not self._seen.first(digest(kind, unit, event.source, event.id)):
            return
        if arrived_ms > self.arrived_ms:
            self.arrived_ms = arrived_ms
        plan = self._definitions.events[kind]
        if plan.counted:
            spot = (unit, _to_minute(time_ms), arrived_ms - arrived_ms % _MINUTE_MS)
            self._rows[kind, spot, plan.attributes(event.data)] += 1
        if event.stream == _DOSSIER_STREAM:
            self._apply_to_dossier(event, kind, time_ms, arrived_ms)

    def _apply_to_dossier(self, event: Any, kind: str, time_ms: int, arrived_ms: int) -> None:
        data = event.data
        plan = self._definitions.dossiers
        key = (event.subject, data.dossier)
        dossier = self._dossiers.get(key)
        if dossier is None:
            dossier = self._dossiers[key] = Dossier()
            self._touched[key] = [], arrived_ms
        elif key not in self._touched:
            self._touched[key] = plan.moments(dossier, self._definitions.calendars[key[0]]), arrived_ms
        attributes: Row = ()
        if kind == "filings.received":
            attributes = plan.received(data)
        elif kind == "filings.settled":
            attributes = plan.settled(data)
        due_at = getattr(data, "due_at", None)
        dossier.apply(kind, (time_ms, event.id), None if due_at is None else epoch_ms(due_at), attributes)

    def drain(self) -> Group:
        """Close the group: what changed since the last drain."""
        tally: defaultdict[tuple[_Spot, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._count_events(tally)
        dossiers = self._count_dossiers(tally)
        self._fill_buckets(tally)
        values = self._buckets.drain()
        self._buckets.evict(self.arrived_ms)
        delta = Delta(
            offsets=dict(self.offsets),
            seen=self._seen.drain(),
            buckets=[(*key, numerator, denominator) for key, numerator, denominator in values],
            dossiers=dossiers,
        )
        return Group(values, delta)

    def _count_events(self, tally: _Tally) -> None:
        plans = self._definitions.events
        for (kind, spot, attributes), count in self._rows.items():
            _add(tally, spot, plans[kind].contributions(attributes), count)
        self._rows.clear()

    def _count_dossiers(self, tally: _Tally) -> list[tuple[DossierKey, Dossier]]:
        """Count what is new of each touched dossier's moments, and take back what no longer holds."""
        definitions = self._definitions
        plan, calendars = definitions.dossiers, definitions.calendars
        counted: defaultdict[tuple[str, int, int, int, Any], int] = defaultdict(int)
        changed = []
        for key, (before, arrived_ms) in self._touched.items():
            unit, dossier = key[0], self._dossiers[key]
            arrived_minute = arrived_ms - arrived_ms % _MINUTE_MS
            changed.append((key, dossier))
            now = plan.moments(dossier, calendars[unit])
            if before:
                for slot, at_ms, sign, values in before:
                    counted[unit, _to_minute(at_ms), arrived_minute, slot, values] -= sign
            for slot, at_ms, sign, values in now:
                counted[unit, _to_minute(at_ms), arrived_minute, slot, values] += sign
        for (unit, at_ms, arrived_minute, slot, values), count in counted.items():
            if count:
                _add(tally, (unit, at_ms, arrived_minute), plan.contributions(slot, values), count)
        self._touched.clear()
        return changed

    def _fill_buckets(self, tally: _Tally) -> None:
        definitions, add = self._definitions, self._buckets.add
        for (spot, indicator, dims), (numerator, denominator) in tally.items():
            if not numerator and not denominator:
                continue
            buckets = (
                self._stock_buckets(spot) if indicator in definitions.stocks else self._flow_buckets(spot)
            )
            for unit in definitions.chains[spot[0]]:
                for grain, bucket in buckets:
                    add(Key(indicator, unit, dims, grain, bucket), numerator, denominator)

    def _stock_buckets(self, spot: _Spot) -> list[tuple[str, int]]:
        unit, at_ms, _ = spot
        return [(DAY, stock_bucket(self._definitions.calendars[unit].day_start(at_ms), at_ms))]

    def _flow_buckets(self, spot: _Spot) -> list[tuple[str, int]]:
        unit, at_ms, arrived_ms = spot
        seconds = at_ms // 1000
        minute, hour = seconds - seconds % 60, seconds - seconds % 3600
        fine = [one for one in ((MINUTE, minute), (HOUR, hour)) if is_open(*one, arrived_ms)]
        return [(DAY, self._definitions.calendars[unit].day_start(at_ms)), *fine]

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


def _add(tally: _Tally, spot: _Spot, contributions: tuple[Contribution, ...], count: int) -> None:
    for indicator, dims, numerator, denominator in contributions:
        sums = tally[spot, indicator, dims]
        sums[0] += numerator * count
        sums[1] += denominator * count


def _to_minute(at_ms: int) -> int:
    """An instant rounded down to the minute, so that many fall together; but only a full minute stays one.

    The millisecond more tells midnight itself from the minute after it, which matters for stocks.
    """
    seconds_ms = at_ms % _MINUTE_MS
    return at_ms - seconds_ms + 1 if seconds_ms else at_ms
