"""A simulated province at work: what `ioc simulate` and `ioc demo` run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import monotonic

import msgspec

from config.loader import load
from config.problems import did_you_mean
from ioc.errors import UserError
from ioc.settings import Settings
from producers.checkpoint import load_json, save_json
from producers.event import Event, Refused
from producers.publisher import Publisher
from producers.timeline import Timeline
from producers.trouble import NO_TROUBLE, Trouble, TroubledWorld, is_unlucky, spoil
from producers.world import Habits, World
from schemas.decoder import EventDecoder
from schemas.registry import load_registry
from streams.admin import create_topics
from streams.core.units import Units
from streams.topics import every

_PACE_SECONDS = 0.2
_CHECKPOINT_SECONDS = 2.0
_CATCHING_UP = timedelta(hours=1)
_AT_ONCE = 1_000
_HOUR = 60


class SimulatorError(UserError):
    """The province cannot be simulated."""


@dataclass(frozen=True)
class Options:
    """What to simulate.

    Args:
        province: the code of a province in config/units, or its file's name.
        rate: events a second, in the mean of a year.
        speed: how many times shorter lives are than real ones.
        seed: the same one gives the same events at the same times.
        backfill: how much of the past to make up for at the first start, or after a long silence.
        bad: how many broken copies are sent for each event, from 0 to 1.
        burst: how many minutes of every hour are ten times as busy.
        trouble: what else goes wrong.
    """

    province: str = "40"
    rate: float = 1.0
    speed: float = 24.0
    seed: int = 1
    backfill: timedelta = timedelta(days=2)
    bad: float = 0.0
    burst: int = 0
    trouble: Trouble = NO_TROUBLE


class Progress(msgspec.Struct, frozen=True):
    """How far a world has been shown to a cluster: events after `began`, up to `until`, are in it."""

    cluster: str
    world: str
    began: datetime
    until: datetime


@dataclass(frozen=True)
class Report:
    """What a simulator has done since it started; `behind` is what it has still to catch up with."""

    sent: int
    bad: int
    until: datetime
    behind: timedelta


def run_simulator(
    settings: Settings,
    options: Options,
    stop: threading.Event,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    report: Callable[[Report], None] = lambda _: None,
) -> None:
    """Send what happens in the province as it happens, after what has happened since the last run, until stopped.

    Raises:
        ConfigurationError: the configuration holds mistakes.
        SimulatorError: there is no such province, or an option makes no sense.
        BrokerError: Kafka cannot be used; a new start goes on where this one ended.
    """
    registry = load_registry(*settings.schema_folders)
    units = load(settings.config, registry).units
    world = make_world(units, options)
    create_topics(settings.kafka, every(registry.streams))
    with Publisher(settings.kafka, EventDecoder(registry), units) as publisher:
        Simulator(world, publisher, options, settings.data / "simulator", clock).run(stop, report)


def make_world(units: Units, options: Options) -> World:
    """The world of these options.

    Raises:
        SimulatorError: there is no such province, or an option makes no sense.
    """
    by_name = {name: one for one in units.provinces.values() for name in (one.slug, one.code) if name}
    if options.province not in by_name:
        hint = did_you_mean(options.province, by_name)
        msg = f"there is no province '{options.province}' in config/units. {hint}"
        raise SimulatorError(msg)
    trouble = options.trouble
    shares = (options.bad, trouble.late, trouble.repeated)
    if not (options.rate > 0 and options.speed >= 1 and all(0 <= share <= 1 for share in shares)):
        msg = "expected a rate above 0, a speed of at least 1, and shares of bad, late and repeated events from 0 to 1"
        raise SimulatorError(msg)
    if not (0 <= options.burst < _HOUR and trouble.shuffled >= timedelta()):
        msg = f"expected a burst of 0 to {_HOUR - 1} minutes an hour, and no shuffling back in time"
        raise SimulatorError(msg)
    known = {*load_registry().streams, *units.units}
    for name in trouble.silent - known:
        msg = f"'{name}' cannot be silent: it is no stream and no unit. {did_you_mean(name, known)}"
        raise SimulatorError(msg)
    province = by_name[options.province]
    habits = Habits(province.code, options.seed, options.rate, options.speed, options.burst)
    parents = {unit.parent for unit in units.units.values()}
    mine = [
        unit for unit in units.units.values() if unit.province == province.code and unit.code not in parents
    ]
    if not mine:
        msg = f"the province {options.province} has no units in config/units: nobody can do anything"
        raise SimulatorError(msg)
    return World(habits, province, mine)


class Simulator:
    """Shows a world to a cluster, and remembers in `folder` how far."""

    def __init__(
        self,
        world: World,
        publisher: Publisher,
        options: Options,
        folder: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._world = world
        self._publisher = publisher
        self._options = options
        self._path = folder / f"{world.habits.province}.json"
        self._clock = clock
        self._sent = 0
        self._bad = 0

    def run(self, stop: threading.Event, report: Callable[[Report], None]) -> None:
        """Until stopped; then everything sent is acknowledged and noted."""
        last = load_json(self._path, Progress)
        progress = self._begin(last)
        if last is None or last.cluster != progress.cluster:
            self._open(progress.began)
        timeline = Timeline(TroubledWorld(self._world, self._options.trouble), progress.began, progress.until)
        saved = monotonic()
        while not stop.is_set():
            upto = min(self._clock(), progress.until + _CATCHING_UP)
            if not self._send(timeline, upto, stop):
                break
            self._publisher.flush()
            progress = msgspec.structs.replace(progress, until=upto)
            behind = self._clock() - upto
            report(Report(self._sent, self._bad, upto, behind))
            if monotonic() - saved > _CHECKPOINT_SECONDS:
                save_json(self._path, progress)
                saved = monotonic()
            if behind < _CATCHING_UP:
                stop.wait(_PACE_SECONDS)
        self._publisher.flush()
        save_json(self._path, progress)

    def _open(self, at: datetime) -> None:
        """Tell a cluster that knows nothing of the province what it has already."""
        for _, event in self._world.opening(at):
            self._send_one(event)

    def _begin(self, last: Progress | None) -> Progress:
        """Where the last run ended; at the first start, or after a longer silence than the backfill, before now.

        A world of other habits begins where the last one ended, so that two do not overlap.
        """
        cluster, name = self._publisher.cluster_id, self._world.habits.name
        earliest = self._clock() - self._options.backfill
        if last is None or last.cluster != cluster or last.until < earliest:
            return Progress(cluster, name, earliest, earliest)
        if last.world != name:
            return Progress(cluster, name, last.until, last.until)
        return last

    def _send(self, timeline: Timeline, upto: datetime, stop: threading.Event) -> bool:
        """Whether all events up to an instant were sent; false if stopped in between."""
        events = timeline.until(upto)
        while some := list(islice(events, _AT_ONCE)):
            for event in some:
                self._send_one(event)
                if is_unlucky(event, self._options.bad):
                    stream = event["type"].split(".")[2]
                    self._publisher.send_unchecked(stream, event["subject"], spoil(event))
                    self._bad += 1
            if stop.is_set():
                return False
        return True

    def _send_one(self, event: Event) -> None:
        refused = self._publisher.send(event)
        if refused is not None:
            raise SimulatorError(_contradiction(event["type"], refused))
        self._sent += 1


def _contradiction(kind: str, refused: Refused) -> str:
    return (
        f"the simulator makes {kind} events that its schema refuses: {refused.message} ({refused.path});"
        " schemas/ and the simulator in producers/ must be changed together"
    )
