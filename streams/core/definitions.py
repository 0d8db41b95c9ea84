"""Indicators compiled against the kinds of events and the units: made once, shared by the states of all partitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from streams.core.calendar import Calendar
from streams.core.dossiers import LIFE_COLUMNS, Dossier, life
from streams.core.expressions import Value
from streams.core.indicators import Indicator
from streams.core.plan import Contribution, Plan, used_columns
from streams.core.units import Units

Row = tuple[Value, ...]

Moment = tuple[int, int, int, Any]
"""(slot, instant as epoch ms, +1 or -1, what the slot's indicators look at)"""


class EventFields(NamedTuple):
    """A kind of event and the fields of its data: name to type of the expressions' types."""

    kind: str
    columns: Mapping[str, str]


class Definitions:
    """What compute counts, and for whom."""

    def __init__(self, indicators: Iterable[Indicator], kinds: Iterable[EventFields], units: Units) -> None:
        everything = tuple(indicators)
        fields = {kind.kind: kind for kind in kinds}
        self.units = units
        self.stocks = frozenset(indicator.id for indicator in everything if indicator.kind == "stock")
        self.events = {kind: EventPlan(kind, everything, fields) for kind in fields}
        self.dossiers = DossierPlan([one for one in everything if one.over_dossiers], fields)
        self.chains = {code: (code, *above) for code, above in units.ancestors.items()}
        calendars = {code: Calendar(units.zone_of(code)) for code in units.provinces}
        self.calendars = {code: calendars[units.province_of(code).code] for code in self.chains}


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


class EventPlan:
    """How an event of one kind becomes a row of the columns that its indicators look at.

    `attributes` takes an event's data and gives the values that distinguish it for the indicators.
    """

    def __init__(self, kind: str, indicators: Iterable[Indicator], kinds: Mapping[str, EventFields]) -> None:
        mine = [indicator for indicator in indicators if kind in indicator.over]
        columns: dict[str, str] = {}
        for indicator in mine:
            columns |= used_columns([indicator], event_columns(indicator.over, kinds))
        self.counted = bool(mine)
        self._fields = tuple(name for name in columns if name in kinds[kind].columns)
        self.attributes = _attributes(self._fields)
        self._kind = kind
        self._columns = tuple(columns)
        self._plan = Plan(mine, columns)

    def contributions(self, attributes: Row) -> tuple[Contribution, ...]:
        """What an event with these attributes adds."""
        known = dict(zip(self._fields, attributes, strict=True)) | {"type": self._kind}
        return self._plan.contributions(tuple([known.get(name) for name in self._columns]))


class _Slot(NamedTuple):
    """Indicators that count dossiers at the same instants: at one, or from one until another.

    `pick` gives the values that they look at: a tuple, or the bare value where it is one.
    """

    plan: Plan
    pick: Callable[[Row], Any]
    at: int | None
    begins: int
    ends: int


class DossierPlan:
    """How a dossier counts, and when: its moments."""

    def __init__(self, indicators: Iterable[Indicator], kinds: Mapping[str, EventFields]) -> None:
        mine = list(indicators)
        columns = used_columns(mine, dossier_columns(kinds)) if mine else {}
        attributes = [name for name in columns if name not in LIFE_COLUMNS]
        received = tuple(name for name in attributes if name in kinds["filings.received"].columns)
        settled = tuple(name for name in attributes if name not in received)
        self.received, self.settled = _attributes(received), _attributes(settled)
        self._no_received, self._no_settled = (None,) * len(received), (None,) * len(settled)
        layout = {name: columns[name] for name in (*received, *settled)} | LIFE_COLUMNS
        groups: defaultdict[tuple[str, str, str], list[Indicator]] = defaultdict(list)
        for one in mine:
            groups[("", one.from_, one.until) if one.kind == "stock" else (one.at, "", "")].append(one)
        self._slots = [_slot(when, group, layout) for when, group in groups.items()]

    def moments(self, dossier: Dossier, calendar: Calendar) -> list[Moment]:
        """When the dossier counts, in which slot, and with which values."""
        row = (
            (dossier.received_attributes if dossier.received else self._no_received)
            + (dossier.settled_attributes if dossier.settled else self._no_settled)
            + life(dossier, calendar)
        )
        moments: list[Moment] = []
        for number, (_, pick, at, begins, ends) in enumerate(self._slots):
            if at is not None:
                instant: Any = row[at]
                if instant is not None:
                    moments.append((number, instant, 1, pick(row)))
                continue
            entry: Any = row[begins]
            if entry is None:
                continue
            leaving: Any = row[ends]
            if leaving is None:
                moments.append((number, entry, 1, pick(row)))
            elif leaving > entry:
                values = pick(row)
                moments.append((number, entry, 1, values))
                moments.append((number, leaving, -1, values))
        return moments

    def contributions(self, slot: int, values: Any) -> tuple[Contribution, ...]:
        """What a moment adds."""
        plan = self._slots[slot].plan
        return plan.contributions(values if len(plan.columns) > 1 else (values,) * len(plan.columns))


def _slot(when: tuple[str, str, str], indicators: list[Indicator], layout: Mapping[str, str]) -> _Slot:
    positions = {name: at for at, name in enumerate(layout)}
    columns = used_columns(indicators, layout)
    at, begins, ends = when
    return _Slot(
        Plan(indicators, columns),
        _picker([positions[name] for name in columns]),
        positions[at] if at else None,
        positions.get(begins, -1),
        positions.get(ends, -1),
    )


def _picker(positions: list[int]) -> Callable[[Row], Any]:
    return itemgetter(*positions) if positions else lambda row: None


def _attributes(fields: tuple[str, ...]) -> Callable[[Any], Row]:
    """Data to the tuple of these fields' values; attrgetter alone gives a bare value for one, and takes no none."""
    if not fields:
        return lambda data: ()
    get: Callable[[Any], Any] = attrgetter(*fields)
    return get if len(fields) > 1 else lambda data: (get(data),)
