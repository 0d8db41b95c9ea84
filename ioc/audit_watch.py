"""`ioc audit --watch`: the audit again and again beside production, its result sent as an event of each province.

So the result takes the way of all figures: it is stored, counted as the indicator `audit_differences`, shown, and can
fire an alert.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from clickhouse_connect.driver.exceptions import ClickHouseError

from config import quantities
from config.columns import event_fields
from config.loader import Configuration
from ioc.commands.database import client
from ioc.errors import UserError
from ioc.settings import Settings
from producers.event import Event
from producers.publisher import Publisher
from schemas.decoder import EventDecoder
from schemas.registry import Registry
from store.audit import Audit, audit
from store.selection import Selection
from streams.core.calendar import epoch_ms
from streams.core.units import Units
from streams.lag import catch_up

RETRY_SECONDS = 60.0
"""After an audit that could not be made."""

SHORTEST_SECONDS, LONGEST_SECONDS = 60, 3600
"""The shipped alert rules look at the last hour: each must have an audit."""

_SHOWN = 3
_DELIVERY_SECONDS = 30.0


class EveryError(UserError):
    """The time between audits cannot be that."""

    exit_status = 2


class BehindError(UserError):
    """Differences are there, but compute and store have not read all events yet."""

    def __init__(self, records: int) -> None:
        super().__init__(
            f"figures differ, but compute or the store has {records:,} records still to read: nothing is judged before"
        )


def interval(every: str) -> float:
    """The seconds of a duration such as 10m.

    Raises:
        EveryError: it is none, or out of bounds.
    """
    try:
        seconds = quantities.seconds(every)
    except quantities.QuantityError:
        seconds = 0
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        msg = f"--every cannot be '{every}': write a time from 1m to 1h, such as 10m"
        raise EveryError(msg)
    return seconds


@dataclass(frozen=True)
class Watch:
    """Audits of a selection, and where their results go."""

    settings: Settings
    configuration: Configuration
    registry: Registry
    selection: Selection
    say: Callable[[str], None]

    @cached_property
    def _decoder(self) -> EventDecoder:
        return EventDecoder(self.registry)

    def run(self, every_seconds: float) -> None:
        """Audit until SIGINT or SIGTERM. What is away is said, and tried again soon."""
        # SIGINT too: a shell that starts it in the background lets it be ignored
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        try:
            self.say("ready")
            while True:
                begun = time.monotonic()
                pause = every_seconds if self.once() else min(RETRY_SECONDS, every_seconds)
                time.sleep(max(0.0, begun + pause - time.monotonic()))
        except KeyboardInterrupt:
            self.say("stopped")

    def once(self) -> bool:
        """One audit, told in a line and sent; whether that could be done."""
        now = datetime.now(UTC)
        try:
            with client() as connection:
                found = audit(
                    connection,
                    self.configuration.units,
                    self.configuration.indicators,
                    event_fields(self.registry),
                    self.selection,
                    catch_up=lambda: catch_up(self.settings.kafka, self.registry.streams, self.say),
                    now_ms=epoch_ms(now),
                )
            if found.behind:
                raise BehindError(found.behind)
            self._tell(found, now)
            self._send(found, now)
        except (UserError, ClickHouseError) as error:
            self.say(f"{now:%Y-%m-%dT%H:%M:%SZ} no audit: {str(error).splitlines()[0]}")
            return False
        return True

    def _tell(self, found: Audit, now: datetime) -> None:
        took = (datetime.now(UTC) - now).total_seconds()
        verdict = f"{len(found.differences):,} differ" if found.differences else "all equal"
        self.say(f"{now:%Y-%m-%dT%H:%M:%SZ} {found.buckets:,} buckets compared in {took:.1f} s, {verdict}")
        for one in found.differences[:_SHOWN]:
            self.say(f"  {one.in_words()}")
        if len(found.differences) > _SHOWN:
            self.say("  and more: `ioc audit` shows them")

    def _send(self, found: Audit, now: datetime) -> None:
        units = self.configuration.units
        with Publisher(
            self.settings.kafka,
            self._decoder,
            units,
            delivery_seconds=_DELIVERY_SECONDS,
            connect_seconds=_DELIVERY_SECONDS,
        ) as publisher:
            for event in events(found, units, now):
                publisher.send(event)
            publisher.flush()


def events(found: Audit, units: Units, now: datetime) -> Iterator[Event]:
    """One event for each province that has figures: how many were compared, and how many differ."""
    different = Counter(units.province_of(one.unit).code for one in found.differences)
    for province, buckets in found.by_province.items():
        yield {
            "specversion": "1.0",
            "id": f"{province}/{epoch_ms(now)}",
            "source": "/ioc/audit",
            "type": "vn.ioc.updates.figures_audited.v1",
            "time": now,
            "subject": province,
            "data": {"buckets": buckets, "differences": different[province]},
        }
