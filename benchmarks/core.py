"""Compute's pure core without Kafka: made-up units and indicators, events decoded beforehand, groups drained."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from benchmarks.filled import events
from config.columns import event_fields
from config.loader import load
from ioc.settings import Settings
from schemas.decoder import EventDecoder
from schemas.registry import load_registry
from streams.core.compute import State
from streams.core.dead_letters import Admission
from streams.core.definitions import Definitions
from streams.core.indicators import Indicator
from streams.core.units import Province, Text, Unit, Units
from streams.core.updates import updates
from streams.topics import STREAMS, events_topic

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


class Arrival(NamedTuple):
    """An event that passed admission, and when it happened and arrived (epoch ms)."""

    stream: str
    partition: int
    event: Any
    time_ms: int
    arrived_ms: int


def arrivals(count: int, units: Units) -> list[Arrival]:
    """Events spread evenly over the units, in the order of their arrival; a unit's events are of one partition."""
    admit = Admission(EventDecoder(REGISTRY), units, STREAMS).admit
    codes = list(units.units)
    place = {code: number % PARTITIONS for number, code in enumerate(codes)}
    now_ms = time.time_ns() // 1_000_000
    return [
        Arrival(stream, place[unit], *admit(events_topic(stream), value, now_ms), now_ms)
        for stream, unit, value in events(count, codes)
    ]


class Cost(NamedTuple):
    """Processor time per event in µs, and what came out per event."""

    apply: float
    drain: float
    emit: float
    values: float

    @property
    def whole(self) -> float:
        return self.apply + self.drain + self.emit


def states(units: Units, indicators: Sequence[Indicator]) -> dict[tuple[str, int], State]:
    """Empty ones, by stream and partition."""
    kinds = list(event_fields(REGISTRY))
    wanted = {stream: Definitions(indicators, kinds, units, stream) for stream in STREAMS}
    return {(stream, part): State(wanted[stream]) for stream in STREAMS for part in range(PARTITIONS)}


def cost(coming: Sequence[Arrival], units: Units, indicators: Sequence[Indicator]) -> Cost:
    """Run all of them through fresh states, group by group, to encoded deltas and figures."""
    all_states = states(units, indicators)
    encode_delta, encode = msgspec.msgpack.Encoder().encode, msgspec.json.Encoder().encode
    apply, drain, emit, values = 0.0, 0.0, 0.0, 0
    gc.collect()
    gc.freeze()
    gc.disable()
    for at in range(0, len(coming), GROUP_EVENTS):
        started = time.process_time()
        for one in coming[at : at + GROUP_EVENTS]:
            all_states[one.stream, one.partition].apply(one.event, one.time_ms, one.arrived_ms)
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
        apply += applied - started
        drain += drained - applied
        emit += time.process_time() - drained
        values += sum(len(group.buckets) for group in groups)
    gc.enable()
    gc.unfreeze()
    scale = 1e6 / len(coming)
    return Cost(apply * scale, drain * scale, emit * scale, values / len(coming))
