"""A simulated year of a province in compute's memory: what it holds at the end of every month.

    python -m benchmarks.year [--dossiers N] [--keep-days D]

The core alone, without Kafka: all states of four partitions in one process, as a single worker would hold them. For two
dossiers five events: receipts, settlements after one to thirty days, payments and cleaned records. `--keep-days` is how
long events are kept (config/retention.yaml): a dossier that closed before that is forgotten.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import random
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.filled import working_units
from config.columns import event_fields
from config.loader import load
from ioc.settings import Settings
from schemas.registry import load_registry
from streams.core.arrivals import arrivals
from streams.core.compute import State
from streams.core.definitions import Definitions

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_PARTITIONS = 4
_GROUPS_A_DAY = 4


class _Event(NamedTuple):
    """What compute reads of a decoded event."""

    kind: str
    subject: str
    id: str
    data: Any
    source: str = "/benchmarks/year"

    @property
    def stream(self) -> str:
        return self.kind.partition(".")[0]


class _Province:
    """The events of one day after another."""

    def __init__(
        self, units: list[str], dossiers_a_day: int, fields: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._units, self._a_day = units, dossiers_a_day
        self._blank = {kind: dict.fromkeys(columns) for kind, columns in fields.items()}
        self._rng = random.Random(1)  # nothing secret
        self._settled_on: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        self._number = 0

    def day(self, day: int, start: dt.datetime) -> list[_Event]:
        rng, events = self._rng, []
        for _ in range(self._a_day):
            self._number += 1
            unit, dossier = rng.choice(self._units), f"000.00.{self._number % 90:02}.H40-26-{self._number:07}"
            due_at = start + dt.timedelta(days=rng.randrange(5, 25))
            received = {"channel": rng.choice(("online", "online", "direct", "post")), "due_at": due_at}
            events.append(self._event("filings.received", unit, dossier=dossier, **received))
            self._settled_on[day + rng.randrange(1, 30)].append((unit, dossier))
            if self._number % 4 == 0:
                paid = {"kind": "fee", "method": "online_national", "amount_vnd": 50_000}
                events.append(self._event("payments.paid", unit, **paid))
                events.append(self._event("updates.records_cleaned", unit, registry="population", records=20))
        for unit, dossier in self._settled_on.pop(day, []):
            events.append(self._event("filings.settled", unit, dossier=dossier))
        rng.shuffle(events)
        return events

    def _event(self, kind: str, unit: str, /, **fields: Any) -> _Event:
        name = f"{self._rng.getrandbits(64):x}"
        return _Event(kind, unit, name, SimpleNamespace(**self._blank[kind] | fields))


def _resident_mib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20


def main() -> None:
    """Run the year, and print a line for every month."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--dossiers", type=int, default=500_000, help="in the year")
    arguments.add_argument("--keep-days", type=int, default=1080)
    options = arguments.parse_args()
    registry = load_registry()
    configuration = load(Settings().config, registry)
    kinds = list(event_fields(registry))
    definitions = {
        name: Definitions(
            configuration.indicators.values(), kinds, configuration.units, stream, options.keep_days
        )
        for name, stream in registry.streams.items()
    }
    units = working_units()
    province = _Province(units, options.dossiers // 365, {kind.kind: kind.columns for kind in kinds})
    states = {(name, part): State(definitions[name]) for name in definitions for part in range(_PARTITIONS)}
    gc.collect()
    gc.freeze()
    before = _resident_mib()
    table = Table("month")
    for heading in ("events", "dossiers known", "buckets", "MiB of state"):
        table.add_column(heading, justify="right")
    start, events = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 0
    for day in range(365):
        midnight = start + dt.timedelta(days=day)
        now_ms = int(midnight.timestamp() * 1000)
        todays = province.day(day, midnight)
        events += len(todays)
        for group in range(_GROUPS_A_DAY):
            at_ms = now_ms + group * _DAY_MS // _GROUPS_A_DAY + _HOUR_MS
            came: defaultdict[tuple[str, int], list[tuple[Any, int, int]]] = defaultdict(list)
            for event in todays[group::_GROUPS_A_DAY]:
                where = event.stream, units.index(event.subject) % _PARTITIONS
                came[where].append((event, at_ms - 1000, at_ms))
            for where, state in states.items():
                for of_kind in arrivals(came[where]):
                    state.apply(of_kind)
                state.offsets = {"events": events}
                state.drain()
        if (midnight + dt.timedelta(days=1)).day == 1:
            gc.collect()
            for state in states.values():
                for _ in state.snapshot():
                    pass
            known = sum(state.size.dossiers for state in states.values())
            buckets = sum(state.size.buckets for state in states.values())
            figures = (events, known, buckets, _resident_mib() - before)
            table.add_row(f"{midnight:%Y-%m}", *[f"{figure:,}" for figure in figures])
    Console().print(table)


if __name__ == "__main__":
    main()
