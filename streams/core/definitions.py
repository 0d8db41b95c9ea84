"""Indicators compiled against the kinds of events and the units: made once, shared by the states of all partitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import numpy as np

from streams.core.calendars import Calendars
from streams.core.columns import NULL, Array, Codes, Columns, Projection, earliest, spread
from streams.core.expressions import conditions
from streams.core.indicators import Indicator
from streams.core.life import IRREGULARITIES, OUTCOMES, life_columns
from streams.core.plan import Plan, used_columns
from streams.core.stream import NO_CASES, Cases, Stream
from streams.core.tally import Source, Tally
from streams.core.units import Units, age_limits
from streams.core.working import WorkingCalendar

LATE_MS = 15 * 60_000
"""An event that arrives so long after it happened is late: it corrects what the shortest window has shown."""

EVENT_COLUMNS = {"type": "string", "late": "boolean", "delay_ms": "integer"}
"""Columns that every event has, besides the fields of its data: its kind, and how it arrived."""

EVENT_TIMES = ("time", "arrived_at")
"""When an event may be counted."""

_CATEGORIES = ("string", "boolean")


class EventFields(NamedTuple):
    """A kind of event and the fields of its data: name to type of the expressions' types.

    `cases` are those that it belongs to: its data names one of them.
    """

    kind: str
    columns: Mapping[str, str]
    cases: Cases = NO_CASES

    @property
    def tells_life(self) -> bool:
        """Whether what is known of a case follows from such an event."""
        cases = self.cases
        return self.kind in cases.steps or self.kind in cases.instants or self.states_due

    @property
    def states_due(self) -> bool:
        """Whether it may say when a case is due."""
        return bool(self.cases.name) and "due_at" in self.columns


def cases_of(kinds: Iterable[EventFields]) -> dict[str, Cases]:
    """All cases that these kinds of events belong to, by their name."""
    return {kind.cases.name: kind.cases for kind in kinds if kind.cases.name}


class Definitions:
    """What compute counts, and for whom; of one stream only, where one is named.

    All kinds of events together have one kind of cases at most.
    """

    def __init__(
        self,
        indicators: Iterable[Indicator],
        kinds: Iterable[EventFields],
        units: Units,
        stream: Stream | None = None,
        max_age_days: int | None = None,
    ) -> None:
        everything = tuple(indicators)
        known = {kind.kind: kind for kind in kinds}
        self.kinds = {
            kind: fields
            for kind, fields in known.items()
            if stream is None or kind.partition(".")[0] == stream.name
        }
        self.stream_number = stream.number if stream else 0
        self.events = [
            EventPlan(fields, at, mine, known)
            for fields in self.kinds.values()
            for at in EVENT_TIMES
            if (mine := [one for one in everything if fields.kind in one.over and one.at == at])
        ]
        (self.cases,) = cases_of(self.kinds.values()).values() or (NO_CASES,)
        mine = [one for one in everything if one.over_cases and one.over == (self.cases.name,)]
        self.dossiers = DossierPlan(mine, self.cases, self.kinds)
        self.lineage = Lineage(units.ancestors)
        self.max_age_ms = age_limits(units, max_age_days)
        calendars = {
            code: WorkingCalendar(units.zone_of(code), province.working)
            for code, province in units.provinces.items()
        }
        self.calendars = Calendars([calendars[units.province_of(code).code] for code in units.ancestors])


def event_columns(over: Iterable[str], kinds: Mapping[str, EventFields]) -> dict[str, str]:
    """The columns of an indicator over these kinds of events: their fields and EVENT_COLUMNS."""
    columns: dict[str, str] = {}
    for kind in over:
        columns |= kinds[kind].columns
    return columns | EVENT_COLUMNS


def case_columns(cases: Cases, kinds: Mapping[str, EventFields]) -> dict[str, str]:
    """The columns of a case: the fields of its received and settled events, then what its life gives."""
    life = life_columns(cases)
    columns: dict[str, str] = {}
    for fields in attributes(cases, kinds).values():
        columns |= {name: kind for name, kind in fields.items() if name not in columns}
    return {name: kind for name, kind in columns.items() if name not in life} | life


def attributes(cases: Cases, kinds: Mapping[str, EventFields]) -> dict[str, Mapping[str, str]]:
    """The fields of the events whose data is kept of a case; those of the first event go before the second's."""
    found = {step: kinds.get(cases.kind_of(step)) for step in ("received", "settled")}
    return {step: fields.columns if fields else {} for step, fields in found.items()}


class Lineage:
    """Units and provinces as numbers, with whom they belong to. `codes` are in the order of the numbers."""

    def __init__(self, ancestors: Mapping[str, tuple[str, ...]]) -> None:
        self.codes = list(ancestors)
        self.numbers = {code: number for number, code in enumerate(self.codes)}
        chains = [[self.numbers[one] for one in (code, *above)] for code, above in ancestors.items()]
        self._chains = np.array([number for chain in chains for number in chain], np.int64)
        self._lengths = np.array([len(chain) for chain in chains], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths

    def upwards(self, units: Array) -> tuple[Array, Array]:
        """Each unit of a column, and all above it: their numbers, and which row of the column each belongs to."""
        places, rows = spread(self._starts[units], self._lengths[units])
        return self._chains[places], rows


class Picked(NamedTuple):
    """The fields of an event's data that indicators look at.

    `category` gives the values of those that are no numbers, and is None where there are none. `numbers` are the
    others; of these `instants` are times.
    """

    categories: tuple[str, ...]
    category: Callable[[Any], tuple[Any, ...]] | None
    numbers: tuple[str, ...]
    instants: frozenset[str]


NOTHING = Picked((), None, (), frozenset())


def pick(columns: Mapping[str, str], wanted: Iterable[str]) -> Picked:
    """Those of an event's fields that are wanted."""
    names = [name for name in wanted if name in columns]
    categories = tuple(name for name in names if columns[name] in _CATEGORIES)
    numbers = tuple(name for name in names if name not in categories)
    moments = frozenset(name for name in numbers if columns[name] == "timestamp")
    return Picked(categories, _tuple_of(categories) if categories else None, numbers, moments)


def _tuple_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """`attrgetter` alone gives a bare value for one name."""
    get: Callable[[Any], Any] = attrgetter(*names)
    return get if len(names) > 1 else lambda data: (get(data),)


class EventPlan:
    """How events of one kind are counted, at one of EVENT_TIMES.

    Their columns are `code`, of the categories, the numbers, and `late` and `delay_ms`.
    """

    def __init__(
        self, fields: EventFields, at: str, mine: list[Indicator], kinds: Mapping[str, EventFields]
    ) -> None:
        columns: dict[str, str] = {}
        for indicator in mine:
            columns |= used_columns([indicator], event_columns(indicator.over, kinds))
        own = {name: kind for name, kind in fields.columns.items() if name not in EVENT_COLUMNS}
        self.picked = pick(own, columns)
        self.at = at
        self.kind = fields.kind
        self.only_late = all("late" in conditions(indicator.where) for indicator in mine)
        groups: defaultdict[tuple[str, bool], list[Indicator]] = defaultdict(list)
        for one in mine:
            groups[one.value, one.kind == "stock"].append(one)
        self._plans = [(Plan(group, columns), is_stock) for (_, is_stock), group in groups.items()]

    def tallies(self, codes: Codes[Any]) -> list[Tally]:
        """They count rows whose categories have these codes."""
        return [self._tally(plan, codes, is_stock) for plan, is_stock in self._plans]

    def _tally(self, plan: Plan, codes: Codes[Any], is_stock: bool) -> Tally:
        picked = self.picked
        sources = [Source(picked.categories, itemgetter("code"), codes.known.__getitem__)]
        numbers = (*picked.numbers, "delay_ms")
        sources += [_number(name) for name in numbers if name in plan.deciding]
        sources += [_LATE] if "late" in plan.deciding else []
        return Tally(plan, sources, numbers, {"type": self.kind}, is_stock=is_stock)


class Slot(NamedTuple):
    """Indicators that count dossiers at the same instants: at one, or from one until the first of others, if any."""

    tally: Tally
    at: str
    begins: str
    ends: tuple[str, ...]

    @property
    def is_stock(self) -> bool:
        """Whether they count from an instant until another."""
        return not self.at

    def moments(self, life: Columns) -> tuple[Array, Array, Array]:
        """Which rows count, when (epoch ms), and with which sign."""
        if self.at:
            rows = np.flatnonzero(life[self.at] != NULL)
            return rows, life[self.at][rows], np.ones(len(rows), np.int64)
        begins = life[self.begins]
        ends = earliest([life[name] for name in self.ends]) if self.ends else np.full(len(begins), NULL)
        entered = np.flatnonzero((begins != NULL) & ((ends == NULL) | (ends > begins)))
        left = entered[ends[entered] != NULL]
        signs = np.concatenate([np.ones(len(entered), np.int64), np.full(len(left), -1)])
        return np.concatenate([entered, left]), np.concatenate([begins[entered], ends[left]]), signs


class DossierPlan:
    """How dossiers are counted, and when. `picked` are the fields that are kept of two of their events."""

    def __init__(
        self, indicators: Iterable[Indicator], cases: Cases, kinds: Mapping[str, EventFields]
    ) -> None:
        mine = list(indicators)
        columns = used_columns(mine, case_columns(cases, kinds)) if mine else {}
        self._life = life_columns(cases)
        wanted = [name for name in columns if name not in self._life]
        self.picked: dict[str, Picked] = {}
        for event, fields in attributes(cases, kinds).items():
            self.picked[event] = pick(fields, wanted)
            wanted = [name for name in wanted if name not in fields]
        groups: defaultdict[tuple[tuple[str, str, tuple[str, ...]], str], list[Indicator]] = defaultdict(list)
        for one in mine:
            when = ("", one.from_, one.until) if one.kind == "stock" else (one.at, "", ())
            groups[when, one.value].append(one)
        layout = columns | self._life
        self._plans = [
            (when, Plan(group, used_columns(group, layout))) for (when, _), group in groups.items()
        ]

    def slots(self, codes: Mapping[str, Codes[Any]]) -> list[Slot]:
        """The slots, for dossiers whose attributes have these codes."""
        return [Slot(self._tally(plan, codes), *when) for when, plan in self._plans]

    def _tally(self, plan: Plan, codes: Mapping[str, Codes[Any]]) -> Tally:
        sources: list[Source] = []
        numbers = [name for name, kind in self._life.items() if kind not in _CATEGORIES]
        for event, picked in self.picked.items():
            places = [at for at, name in enumerate(picked.categories) if name in plan.deciding]
            names = tuple(picked.categories[at] for at in places)
            sources.append(_projected(names, places, f"{event}_code", codes[event]))
            numbers += picked.numbers
        sources += [_number(name) for name in numbers if name in plan.deciding]
        sources += [_LIFE_SOURCES[name] for name in _LIFE_SOURCES if name in plan.deciding]
        return Tally(plan, sources, numbers, {})


def _projected(names: tuple[str, ...], places: list[int], column: str, codes: Codes[Any]) -> Source:
    """Some of the categories that a column's codes stand for."""
    projection = Projection(codes, lambda values: tuple([values[at] for at in places]))
    return Source(names, lambda rows: projection(rows[column]), projection.value)


def _number(name: str) -> Source:
    return Source((name,), itemgetter(name), lambda value: (None if value == NULL else value,))


_LATE = Source(("late",), itemgetter("late"), lambda code: (bool(code),))

_LIFE_SOURCES = {
    "outcome": Source(("outcome",), itemgetter("outcome"), lambda code: (OUTCOMES[code],)),
    "irregularity": Source(
        ("irregularity",), itemgetter("irregularity"), lambda code: (IRREGULARITIES[code],)
    ),
    "on_time": Source(("on_time",), itemgetter("on_time"), lambda code: (None if code < 0 else bool(code),)),
}
