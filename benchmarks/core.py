"""Compute's pure core without Kafka: made-up units and indicators, events decoded beforehand, groups drained."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from benchmarks.filled import events
from config.columns import event_fields
from config.loader import load
from ioc.settings import Settings
from schemas.decoder import EventDecoder
from schemas.registry import load_registry
from streams.compute import TOGETHER
from streams.core.admission import Admission
from streams.core.compute import State
from streams.core.definitions import Definitions
from streams.core.indicators import Indicator
from streams.core.units import Province, Text, Unit, Units
from streams.core.updates import updates
from streams.topics import events_topic

PARTITIONS = 4
GROUP_EVENTS = 100_000
"""Of all partitions, as compute closes them under load."""

REGISTRY = load_registry()
SHIPPED = tuple(load(Settings().config, REGISTRY).indicators.values())


def made_up_units(number: int) -> Units:
    """One province and so many communes."""
    name = Text("Tỉnh", "Province")
    province = Province("P", name, "Asia/Ho_Chi_Minh")
    return Units([province], [Unit(f"U{one:05}", name, "commune", "P", "P") for one in range(number)])


def made_up_indicators(number: int) -> list[Indicator]:
    """The shipped ones, again and again under new names."""
    return [
        msgspec.structs.replace(SHIPPED[one % len(SHIPPED)], id=f"indicator_{one}") for one in range(number)
    ]


class Arrived(NamedTuple):
    """A record as Kafka gives it, of a stream's partition."""

    stream: str
    partition: int
    offset: int
    timestamp: int
    value: bytes


def arrivals(count: int, units: Units) -> list[Arrived]:
    """Events spread evenly over the units, in the order of their arrival; a unit's events are of one partition."""
    codes = list(units.units)
    place = {code: number % PARTITIONS for number, code in enumerate(codes)}
    now_ms = time.time_ns() // 1_000_000
    return [
        Arrived(stream, place[unit], number, now_ms, value)
        for number, (stream, unit, value) in enumerate(events(count, codes))
    ]


class Cost(NamedTuple):
    """Processor time per event in µs, and what came out per event."""

    admit: float
    apply: float
    drain: float
    emit: float
    values: float

    @property
    def whole(self) -> float:
        return self.admit + self.apply + self.drain + self.emit


def states(units: Units, indicators: Sequence[Indicator]) -> dict[tuple[str, int], State]:
    """Empty ones, by stream and partition."""
    kinds = list(event_fields(REGISTRY))
    wanted = {
        name: Definitions(indicators, kinds, units, stream) for name, stream in REGISTRY.streams.items()
    }
    return {(name, part): State(wanted[name]) for name in wanted for part in range(PARTITIONS)}


def cost(coming: Sequence[Arrived], units: Units, indicators: Sequence[Indicator]) -> Cost:
    """Run all of them through fresh states, group by group, to encoded deltas and figures."""
    all_states = states(units, indicators)
    encode_delta, encode = msgspec.msgpack.Encoder().encode, msgspec.json.Encoder().encode
    admission = Admission(EventDecoder(REGISTRY), units, REGISTRY.streams)
    admit, apply, drain, emit, values = 0.0, 0.0, 0.0, 0.0, 0
    gc.collect()
    gc.freeze()
    gc.disable()
    for at in range(0, len(coming), GROUP_EVENTS):
        batches: defaultdict[tuple[str, int], list[Arrived]] = defaultdict(list)
        for one in coming[at : at + GROUP_EVENTS]:
            batches[one.stream, one.partition].append(one)
        for (stream, part), batch in batches.items():
            for begin in range(0, len(batch), TOGETHER):
                started = time.process_time()
                admitted, _ = admission.admit_all(events_topic(stream), batch[begin : begin + TOGETHER])
                judged = time.process_time()
                for came in admitted:
                    all_states[stream, part].apply(came)
                admit += judged - started
                apply += time.process_time() - judged
        applied = time.process_time()
        groups = []
        for (stream, _), state in all_states.items():
            state.offsets = {events_topic(stream): at}
            groups.append(state.drain())
        drained = time.process_time()
        for group in groups:
            encode_delta(group)
            for _, update in updates(group.buckets, units, 0, at, at):
                encode(update)
        drain += drained - applied
        emit += time.process_time() - drained
        values += sum(len(group.buckets) for group in groups)
    gc.enable()
    gc.unfreeze()
    scale = 1e6 / len(coming)
    return Cost(admit * scale, apply * scale, drain * scale, emit * scale, values / len(coming))
