"""What compute knows of one partition of one topic: a pure fold of its events into sums.

The caller hands in decoded events with their arrival, then drains a group: the changed buckets to emit and the delta to
log. Nothing here reads a clock: arrival is the broker's time stamp, so that a replay decides as the first run did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from streams.core.arrivals import Arrivals
from streams.core.buckets import DAY, HORIZON_S, HOUR, MINUTE, Buckets, stock_buckets
from streams.core.columns import Array, Chosen, Columns, Joined
from streams.core.definitions import NOTHING, Definitions, Slot
from streams.core.dossiers import DossierRows, Dossiers
from streams.core.intake import CountedEvents, DossierEvents, New, Take
from streams.core.seen import SeenIds, digests
from streams.core.sum_rows import SumRows
from streams.core.tally import Tally

_CHUNK = 20_000

_CLOSED = -1
"""In place of a bucket that does not change any more."""

_NUMBER_BITS = 48
"""Of the 64 of a version; more events than a partition will ever have."""

_GRAINS = (DAY, HOUR, MINUTE)


class Delta(msgspec.Struct, array_like=True):
    """A change of the state, and the offsets up to which it includes the events: one record of the state's log."""

    offsets: dict[str, int]
    seen: bytes
    buckets: SumRows
    dossiers: DossierRows
    generation: int = 0

    @property
    def version(self) -> int:
        """Grows with every event applied; of two absolute values for one key, that of the higher version is newer.

        It must say which events these are. A sum over several topics would not: two workers, one of them killed, may
        have read the topics in another interleaving. So a state is of one topic, and this its offset. A state that was
        rebuilt is of a higher generation, and newer than any of a lower one, whatever their offsets.
        """
        return version(self.generation, sum(self.offsets.values()))


def version(generation: int, number: int) -> int:
    """Of figures: any of a higher generation is newer than all of lower ones; within one the higher number is newer."""
    return generation << _NUMBER_BITS | number


def generation_of(version: int) -> int:
    """The generation that a version belongs to."""
    return version >> _NUMBER_BITS


class Size(NamedTuple):
    """How many dossiers and buckets a state holds."""

    dossiers: int
    buckets: int


class State:
    """The sums, dossiers and seen ids of one partition of one topic."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self.stream_number = definitions.stream_number
        self._numbers = definitions.lineage.numbers
        self._buckets = Buckets(self._numbers)
        self._seen = SeenIds()
        picked = definitions.dossiers.picked
        self._dossiers = Dossiers(
            definitions.lineage.numbers,
            definitions.calendars,
            definitions.cases,
            {event: fields.categories for event, fields in picked.items()},
            {event: fields.numbers for event, fields in picked.items()},
            definitions.max_age_ms,
        )
        self._slots = definitions.dossiers.slots(self._dossiers.attributes)
        self._counted = [CountedEvents(plan) for plan in definitions.events]
        self._folded = {
            kind: DossierEvents(
                step := fields.cases.steps.get(kind, ""), fields, picked.get(step, NOTHING), self._dossiers
            )
            for kind, fields in definitions.kinds.items()
            if fields.tells_life
        }
        self._takes: dict[str, list[Take]] = {kind: [] for kind in definitions.kinds}
        for counted in self._counted:
            self._takes[counted.kind].append(counted.take)
        for kind, folded in self._folded.items():
            self._takes[kind].append(folded.take)
        self.offsets: dict[str, int] = {}
        self.generation = 0
        self.arrived_ms = 0

    def apply(self, came: Arrivals) -> None:
        """Take in events that passed admission; one seen before changes nothing."""
        units = [event.subject for event in came.events]
        sources, ids = [event.source for event in came.events], [event.id for event in came.events]
        identities = digests(came.kind, units, sources, ids)
        first = self._seen.first(identities)
        if not first:
            return
        if len(first) < len(units):
            came = came.chosen(first)
            units, identities = [units[at] for at in first], [identities[at] for at in first]
        self.arrived_ms = max(self.arrived_ms, int(came.arrived_ms.max()))
        unit = np.array([self._numbers[code] for code in units], np.int64)
        new = New(came, unit, identities)
        for take in self._takes[came.kind]:
            take(new)

    @property
    def size(self) -> Size:
        """How much is held."""
        return Size(len(self._dossiers), len(self._buckets))

    def drain(self) -> Delta:
        """Close the group: what changed since the last drain, to be logged, and of it the sums to be told."""
        self._count_events()
        dossiers = self._count_dossiers()
        buckets = self._buckets.drain()
        self._buckets.tidy(self.arrived_ms)
        return Delta(dict(self.offsets), self._seen.drain(), buckets, dossiers, self.generation)

    def _count_events(self) -> None:
        for events in self._counted:
            if not len(events):
                continue
            rows = events.drain()
            flow = self._flow_places(rows["unit"], rows["at"], rows["arrived"])
            for tally in events.tallies:
                places = self._stock_places(rows["unit"], rows["at"]) if tally.is_stock else flow
                self._count(tally, rows, np.ones_like(rows["at"]), places)
            events.forget()

    def _count_dossiers(self) -> DossierRows:
        """Count what is new of each touched dossier's moments, and take back what no longer holds."""
        dossiers = self._dossiers
        blocks = {kind: events.drain() for kind, events in self._folded.items() if len(events)}
        if not blocks:
            return DossierRows()
        touched, first = np.unique(
            np.concatenate([rows["row"] for rows in blocks.values()]), return_index=True
        )
        arrived = np.concatenate([rows["arrived"] for rows in blocks.values()])[first]
        known = touched < dossiers.settle()
        dossiers.forget(touched[known], arrived[known])
        before = dossiers.life(touched[known])
        for kind, rows in blocks.items():
            dossiers.fold(kind, rows)
        after = dossiers.life(touched)
        both = Joined([before, after])
        both["arrived"] = np.concatenate([arrived[known], arrived])
        both["sign"] = np.repeat([-1, 1], [len(before["unit"]), len(touched)])
        for slot in self._slots:
            self._count_moments(slot, both)
        return dossiers.rows(touched)

    def _count_moments(self, slot: Slot, lives: Columns) -> None:
        rows, at_ms, sign = slot.moments(lives)
        counting = Chosen(lives, rows)
        sign *= counting["sign"]
        if slot.is_stock:
            self._count(slot.tally, counting, sign, self._stock_places(counting["unit"], at_ms))
        else:
            places = self._flow_places(counting["unit"], at_ms, counting["arrived"])
            self._count(slot.tally, counting, sign, places)

    def _flow_places(self, unit: Array, at_ms: Array, arrived_ms: Array) -> tuple[Array, ...]:
        """Of each row the unit and the buckets of _GRAINS."""
        seconds = at_ms // 1000
        minute, hour = seconds - seconds % 60, seconds - seconds % 3600
        open_minute, open_hour = (
            arrived_ms <= (start + HORIZON_S[grain]) * 1000
            for grain, start in ((MINUTE, minute), (HOUR, hour))
        )
        day = self._definitions.calendars.day_starts(unit, at_ms)
        return unit, day, np.where(open_hour, hour, _CLOSED), np.where(open_minute, minute, _CLOSED)

    def _stock_places(self, unit: Array, at_ms: Array) -> tuple[Array, ...]:
        """Of each row the unit and the day of a change of a stock."""
        return unit, stock_buckets(self._definitions.calendars.day_starts(unit, at_ms), at_ms)

    def _count(self, tally: Tally, rows: Columns, sign: Array, places: Sequence[Array]) -> None:
        """Add to the buckets of the units and of all above them; places are the unit, its day, then finer buckets."""
        if not len(sign):
            return
        added = tally.count(rows, sign, places[:2] if tally.has_days_only else places)
        series = np.array([self._buckets.series[one] for one in tally.series.known], np.int64)[added.series]
        unit, row = self._definitions.lineage.upwards(added.places[0])
        for grain, bucket in zip(_GRAINS, added.places[1:], strict=False):
            counts = np.flatnonzero(bucket[row] != _CLOSED)
            at = row[counts]
            sums = [term[at] for term in (added.numerator, added.denominator)]
            self._buckets.add(grain, bucket[at], series[at], unit[counts], sums)

    def restore(self, delta: Delta) -> None:
        """Overlay a delta read from the state's log; deltas come in the order of their versions."""
        self.offsets.update(delta.offsets)
        self.generation = delta.generation
        self._seen.restore(delta.seen)
        self._buckets.restore(delta.buckets)
        self._dossiers.restore(delta.dossiers)

    def repeat(self, delta: Delta) -> None:
        """Let the next group tell again what a delta, already restored, has changed."""
        self._buckets.repeat(delta.buckets)

    def snapshot(self) -> Iterator[Delta]:
        """The whole state in deltas of bounded size, each with the current offsets; only after a drain."""
        self._dossiers.compact(self.arrived_ms)
        offsets = dict(self.offsets)
        seen = list(self._seen.all())
        for at in range(0, max(len(seen), 1), _CHUNK):
            yield Delta(offsets, b"".join(seen[at : at + _CHUNK]), SumRows(), DossierRows(), self.generation)
        for sums in self._buckets.all(_CHUNK):
            yield Delta(offsets, b"", sums, DossierRows(), self.generation)
        for rows in self._dossiers.all(_CHUNK):
            yield Delta(offsets, b"", SumRows(), rows, self.generation)


class States:
    """The states of one partition number, by topic: they share a log. `changed` are the topics to be drained."""

    def __init__(self, definitions: Mapping[str, Definitions]) -> None:
        self._of = {topic: State(wanted) for topic, wanted in definitions.items()}
        self.changed: set[str] = set()

    def __getitem__(self, topic: str) -> State:
        return self._of[topic]

    def __iter__(self) -> Iterator[State]:
        return iter(self._of.values())

    def drain(self) -> Iterator[tuple[str, Delta]]:
        """Close the groups of the topics that have changed."""
        changed, self.changed = self.changed, set()
        for topic in sorted(changed):
            yield topic, self._of[topic].drain()

    def restore(self, delta: Delta) -> None:
        """Overlay a delta on the state of its topic."""
        self._of[_topic(delta)].restore(delta)

    def repeat(self, deltas: Iterable[Delta]) -> None:
        """Let the next group tell again what these, already restored, have changed."""
        for delta in deltas:
            topic = _topic(delta)
            self._of[topic].repeat(delta)
            self.changed.add(topic)

    def snapshot(self) -> Iterator[Delta]:
        """See State."""
        for state in self:
            if state.offsets:
                yield from state.snapshot()


def _topic(delta: Delta) -> str:
    (topic,) = delta.offsets
    return topic
