"""`ioc rebuild`: all figures from the raw events, beside the live monitor, then in place of its own.

The order, and what a kill leaves: see docs/adr/0012-rebuild.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from clickhouse_connect.driver.client import Client

from config.columns import event_fields
from config.loader import Configuration
from ioc.preparation import prepare_topics
from ioc.settings import Settings
from schemas.registry import Registry
from store import counted_by
from store.history import History, has_arrivals_until
from store.horizon import Horizon
from store.staging import Changes, Staging, complete, newest_generation, sweep
from streams import topics
from streams.admin import BrokerAwayError, end_offsets, group_offsets
from streams.claim import claim
from streams.core.sum_rows import SumRows
from streams.core.updates import IndicatorUpdate, updates
from streams.delivery import delivered
from streams.fencedlog import FencedError, read_to_end
from streams.lag import await_group
from streams.rebuilding import Rebuilding
from streams.rows import COLUMNS, Rows
from streams.statelog import UnreadableLogError
from streams.takeover import Logs, LogTakenError, Progress, forget_unreadable_alerts, progress_of
from streams.workers import admission, definitions

_TRIES, _RETRY_SECONDS = 5, 5.0
_STORE_SECONDS = 60.0
_SAY_SECONDS = 5.0

_encode = msgspec.json.Encoder().encode


class Result(NamedTuple):
    """What a rebuild has done."""

    events: int
    changes: Changes
    seconds: float


class Rebuild:
    """One run.

    Args:
        settings: where Kafka is.
        client: of the monitor's database.
        configuration: by which everything is recomputed.
        registry: of the events.
        say: takes lines for a person.
    """

    def __init__(
        self,
        settings: Settings,
        client: Client,
        configuration: Configuration,
        registry: Registry,
        say: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._kafka = settings.kafka
        self._client = client
        self._configuration = configuration
        self._registry = registry
        self._say = say
        self._rows = Rows(admission(configuration, registry), configuration.units, registry)
        self._indicators = list(configuration.indicators)
        self._may_count = (
            False  # whether a log may have the new state, so that what is staged must not be dropped
        )

    def run(self, *, dry: bool = False) -> Result:
        """Rebuild, or find out what it would change.

        Raises:
            UserError: why it cannot be done; nothing has changed then, unless the message says so.
        """
        prepare_topics(self._settings)
        try:
            with claim(self._kafka, "ioc-rebuild", topics.COMPUTE_STATE, "`ioc rebuild`"):
                return asyncio.run(self._run(dry=dry))
        except KafkaError as error:
            raise BrokerAwayError(self._kafka) from error

    async def _run(self, *, dry: bool) -> Result:
        started = time.monotonic()
        progress = await self._progress()
        generations = {partition: one.generation for partition, one in progress.items()}
        newest = max([newest_generation(self._client), *generations.values()])
        if len(progress) < topics.PARTITIONS:
            newest += 1  # a state is at most one generation ahead of its figures
        complete(self._client, generations)
        staging = Staging(self._client, newest + 1, range(topics.PARTITIONS), COLUMNS["indicator_values"])
        staging.create()
        try:
            rebuilding = Rebuilding(
                definitions(self._configuration, self._registry),
                admission(self._configuration, self._registry),
                self._configuration.units,
                staging.generation,
                time.time_ns() // 1_000_000,
                lambda partition, update: staging.add(partition, self._rows.figures(update)),
            )
            stored = group_offsets(self._kafka, "ioc-store")
            counted = group_offsets(self._kafka, "ioc-compute")
            events = self._fold(rebuilding)
            await rebuilding.follow(self._kafka, stored, counted, {})
            rebuilding.close()
            staging.flush()
            staging.add_zeros(self._indicators)
            self._keep_lost(staging)
            staging.gather()
            changes = staging.changes(self._indicators)
            if not dry:
                await self._switch(rebuilding, staging, stored, counted)
        finally:
            if not self._may_count:
                staging.drop()
        staging.drop()
        return Result(events, changes, time.monotonic() - started)

    def _keep_lost(self, staging: Staging) -> None:
        horizon = Horizon.of(self._client)
        if horizon.events and has_arrivals_until(self._client, horizon.events):
            self._say(
                f"what came until {horizon.events} is past its retention: days that lack such events stay as they are"
            )
            kinds = list(event_fields(self._registry))
            staging.keep_lost(
                horizon, self._configuration.indicators.values(), self._configuration.units, kinds
            )

    async def _progress(self) -> dict[int, Progress]:
        """How far the live workers have got, where that can be read, without disturbing them."""
        logs = await asyncio.gather(
            *(
                read_to_end(self._kafka, topics.COMPUTE_STATE.name, partition)
                for partition in range(topics.PARTITIONS)
            )
        )
        progress = {}
        for partition, log in enumerate(logs):
            try:
                progress[partition] = progress_of(log)
            except UnreadableLogError:
                self._say(
                    f"the state of partition {partition} was written by another version of the monitor: how far it had"
                    " got is not known, and the new one will go to where Kafka ends"
                )
        return progress

    def _fold(self, rebuilding: Rebuilding) -> int:
        history = History(self._client, self._registry)
        started = said = time.monotonic()
        total, done = history.count(), 0
        self._say(f"reading {total:,} events from ClickHouse")
        for stream in self._registry.streams:
            for partition in range(topics.PARTITIONS):
                for block in history.blocks(stream, partition):
                    for event, time_ms, arrived_ms in block:
                        rebuilding.take((topics.events_topic(stream), partition), event, time_ms, arrived_ms)
                    done += len(block)
                    if time.monotonic() - said > _SAY_SECONDS:
                        said = time.monotonic()
                        self._say(f"  {done:,} events, {said - started:.0f} s")
        self._say(f"  {done:,} events counted, {time.monotonic() - started:.0f} s")
        return done

    async def _switch(
        self,
        rebuilding: Rebuilding,
        staging: Staging,
        stored: dict[tuple[str, int], int],
        counted: dict[tuple[str, int], int],
    ) -> None:
        for tried in range(1, _TRIES + 1):
            logs = Logs(self._kafka)
            try:
                progress = await logs.open()
                until = {
                    (topic, partition): offset
                    for partition, one in progress.items()
                    for topic, offset in one.offsets.items()
                }
                await rebuilding.follow(self._kafka, stored, counted, until)
                rebuilding.close()
                staging.gather()
                await self._send(
                    (topics.DEAD_LETTERS.name, letter.id.encode(), _encode(letter))
                    for letter in rebuilding.letters
                )
                if forgotten := await forget_unreadable_alerts(self._kafka):
                    partitions = ", ".join(map(str, forgotten))
                    self._say(
                        f"what the alert rules knew (partitions {partitions}) was written by another version of the"
                        " monitor: they begin anew, and what is true fires again"
                    )
                self._may_count = True
                await logs.replace(rebuilding)
                staging.publish()
                break
            except FencedError:
                self._say(f"a worker has taken the state back; once more ({tried} of {_TRIES})")
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                await logs.close()
        else:
            raise LogTakenError(_TRIES)
        self._say("the figures have changed places; telling them to the alert rules")
        told = end_offsets(self._kafka, [topics.INDICATORS])
        await self._send(
            (topics.INDICATORS.name, key, _encode(update)) for key, update in self._figures(staging)
        )
        counted_by.note(self._client, self._configuration.units, self._configuration.indicators)
        if self._is_stored(told):
            sweep(self._client, self._indicators, staging.generation)

    def _figures(self, staging: Staging) -> Iterator[tuple[bytes, IndicatorUpdate]]:
        """What alert rules may look at: days of their windows, all days of stocks, minutes of an hour."""
        at_ms, units = time.time_ns() // 1_000_000, self._configuration.units
        for part, values in staging.recent(self._stocks()):
            known = SumRows.of(value for value in values if value.key.unit in units)
            yield from updates(known, units, part, staging.told_version, at_ms)

    def _stocks(self) -> list[str]:
        return [one.id for one in self._configuration.indicators.values() if one.kind == "stock"]

    async def _send(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self._kafka, linger_ms=5)
        await producer.start()
        try:
            await delivered([await producer.send(topic, value, key) for topic, key, value in records])
        finally:
            await producer.stop()

    def _is_stored(self, told: dict[tuple[str, int], int]) -> bool:
        """Whether the store has written all figures before these offsets, within a while."""
        if not await_group(self._kafka, "ioc-store", told, _STORE_SECONDS):
            return True
        self._say(
            "the store has not written all that was told before; figures that are no longer defined may stay."
            " Start it (ioc up), wait, and see `ioc audit`"
        )
        return False
