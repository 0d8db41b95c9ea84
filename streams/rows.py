"""From records of our topics to rows of our tables: each function takes one record and gives the rows it stands for.

Instants stay epoch milliseconds, buckets epoch seconds: Arrow takes them as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from schemas.decoder import Refusal
from schemas.registry import EventType, Registry
from streams import topics
from streams.batches import Record
from streams.core.admission import Admission
from streams.core.calendar import Calendar
from streams.core.dead_letters import DeadLetter
from streams.core.lifecycle import AlertTransition
from streams.core.receipts import Receipt
from streams.core.units import Units
from streams.core.updates import IndicatorUpdate

Row = tuple[Any, ...]
ToRows = Callable[[str, int, Record], Iterable[Row]]
"""(topic, partition, record) to rows in the order of the table's columns."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "events": (
        "kind",
        "unit",
        "source",
        "id",
        "time",
        "arrived_at",
        "dossier",
        "data",
        "part",
        "kafka_offset",
    ),
    "indicator_values": (
        *("indicator", "grain", "unit", "dims", "bucket", "part", "province", "day"),
        *("numerator", "denominator", "version", "updated_at"),
    ),
    "dead_letters": (
        *("id", "topic", "part", "kafka_offset", "arrived_at", "reason", "path", "message", "type", "source"),
        *("event_id", "schema_version", "payload", "payload_bytes"),
    ),
    "alert_transitions": (
        *("fingerprint", "starts_at", "state", "at", "ends_at", "alertname", "unit", "severity", "labels"),
        *("summary_vi", "summary_en", "description_vi", "description_en"),
        *("value", "numerator", "denominator", "threshold"),
    ),
    "notifications": (
        *("fingerprint", "starts_at", "state", "recipient", "channel", "attempt", "at", "outcome", "detail"),
    ),
}

_encode = msgspec.json.Encoder().encode
_update = msgspec.json.Decoder(IndicatorUpdate).decode
_letter = msgspec.json.Decoder(DeadLetter).decode
_transition = msgspec.json.Decoder(AlertTransition).decode
_receipt = msgspec.json.Decoder(Receipt).decode


class Rows:
    """What each topic's records become: `of[topic]` is a table and a function."""

    def __init__(self, admission: Admission, units: Units, registry: Registry) -> None:
        self._admission = admission
        self._case_fields = {kind: _case_field(event_type, registry) for kind, event_type in registry.items()}
        self._units = units
        self._calendars = {code: Calendar(units.zone_of(code)) for code in units.provinces}
        self.of: Mapping[str, tuple[str, ToRows]] = {
            **{topic.name: ("events", self.event) for topic in topics.events(registry.streams)},
            topics.INDICATORS.name: ("indicator_values", self.indicator_values),
            topics.DEAD_LETTERS.name: ("dead_letters", self.dead_letter),
            topics.ALERTS.name: ("alert_transitions", self.alert_transition),
            topics.NOTIFICATIONS.name: ("notifications", self.notification),
        }

    def event(self, topic: str, partition: int, record: Record) -> Iterable[Row]:
        """One row, or none for an event that compute refuses too: it becomes a dead letter there."""
        try:
            event, time_ms = self._admission.admit(topic, record.value, record.timestamp)
        except Refusal:
            return
        data = event.data
        yield (
            event.kind,
            event.subject,
            event.source,
            event.id,
            time_ms,
            record.timestamp,
            getattr(data, self._case_fields[event.kind], None) or "",
            _encode(data),
            partition,
            record.offset,
        )

    def indicator_values(self, topic: str, partition: int, record: Record) -> Iterable[Row]:
        """One row per value."""
        return self.figures(_update(record.value or b""))

    def figures(self, update: IndicatorUpdate) -> Iterable[Row]:
        """One row per value."""
        days = {
            (province, bucket): self._calendars[province].date(bucket * 1000)
            for province in {province for _, province in update.units}
            for _, bucket in update.buckets
        }
        for unit, province, indicator, dims, grain, bucket, numerator, denominator in update.figures():
            yield (
                *(indicator, grain, unit, dims, bucket, update.part, province),
                *(days[province, bucket], numerator, denominator, update.version, update.at),
            )

    def dead_letter(self, topic: str, partition: int, record: Record) -> Iterable[Row]:
        """One row."""
        letter = _letter(record.value or b"")
        yield (
            *(letter.id, letter.topic, letter.partition, letter.offset, letter.arrived_at),
            *(letter.reason, letter.path, letter.message, letter.type, letter.source, letter.event_id),
            *(letter.schema_version, letter.payload, letter.payload_bytes),
        )

    def alert_transition(self, topic: str, partition: int, record: Record) -> Iterable[Row]:
        """One row."""
        alert = _transition(record.value or b"")
        vi, en = alert.annotations.vi, alert.annotations.en
        yield (
            *(alert.fingerprint, alert.starts_at, alert.state, alert.at),
            *(alert.ends_at, alert.alertname),
            *(alert.labels.get("unit", ""), alert.labels.get("severity", ""), alert.labels),
            *(vi.summary, en.summary, vi.description, en.description),
            *(alert.value, alert.numerator, alert.denominator, alert.threshold),
        )

    def notification(self, topic: str, partition: int, record: Record) -> Iterable[Row]:
        """One row."""
        receipt = _receipt(record.value or b"")
        yield (
            *(receipt.fingerprint, receipt.starts_at, receipt.state, receipt.recipient),
            *(receipt.channel, receipt.attempt, receipt.at, receipt.outcome, receipt.detail),
        )


def _case_field(event_type: EventType, registry: Registry) -> str:
    """The field that names what an event is about: a case of its own stream, or of another, as a payment's dossier."""
    own = registry.streams[event_type.stream].cases.field
    fields = [own, *(stream.cases.field for stream in registry.streams.values())]
    return next((field for field in fields if field in event_type.fields), "")
