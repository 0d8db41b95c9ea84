"""From handing an event to the producer until the alert that it makes fire is told, while other events flow.

Each probe is the first device that a commune reports: the rule that watches for it fires for every commune once. No
shipped rule counts devices, so nothing else makes it fire.
"""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import msgspec
from confluent_kafka import Consumer, Producer

from streams import topics
from streams.core.lifecycle import AlertTransition

ALERT = "DeviceSeen"
_EVERY_SECONDS = 0.5
_PATIENCE_SECONDS = 30.0

_INDICATOR = """\
indicators:
  - id: devices_seen
    name: {vi: Thiết bị, en: Devices}
    source: this benchmark
    over: [updates.devices_reported]
    format: count
"""
_RULE = f"""\
alerts:
  - alert: {ALERT}
    indicator: devices_seen
    window: today
    op: ">"
    threshold: 0
    severity: info
    units: [commune]
    annotations:
      vi: {{summary: "{{unit}}", description: "{{value}}"}}
      en: {{summary: "{{unit}}", description: "{{value}}"}}
"""


def configuration(shipped: Path, folder: Path) -> Path:
    """The shipped one with the probes' indicator and rule."""
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (folder / "indicators/probes.yaml").write_text(_INDICATOR, encoding="utf-8")
    (folder / "alerts/probes.yaml").write_text(_RULE, encoding="utf-8")
    return folder


class Probes(threading.Thread):
    """Sends a probe now and then, each of another unit, and waits for its alert; `latencies` are in seconds."""

    def __init__(self, bootstrap: str, units: Iterable[str]) -> None:
        super().__init__()
        self._units = list(units)
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "log_level": 0})
        self._consumer = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": f"probes-{uuid4()}", "auto.offset.reset": "earliest"}
        )
        self._consumer.subscribe([topics.ALERTS.name])
        self.latencies: list[float] = []

    def run(self) -> None:
        decode = msgspec.json.Decoder(AlertTransition).decode
        waiting: dict[str, float] = {}
        last = time.perf_counter()
        unsent = iter(self._units)
        while time.perf_counter() < last + _PATIENCE_SECONDS and len(self.latencies) < len(self._units):
            if time.perf_counter() >= last + _EVERY_SECONDS and (unit := next(unsent, None)):
                last = waiting[unit] = time.perf_counter()
                self._producer.produce(topics.events_topic("updates"), _event(unit), unit)
            self._producer.poll(0)
            record = self._consumer.poll(0.01)
            if record is None or record.error() or record.value() is None:
                continue
            told = decode(record.value())
            if told.alertname == ALERT and (sent := waiting.pop(told.labels["unit"], None)):
                self.latencies.append(time.perf_counter() - sent)
        self._consumer.close()


def _event(unit: str) -> bytes:
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": "/benchmarks/probes",
            "type": "vn.ioc.updates.devices_reported.v1",
            "time": dt.datetime.now(dt.UTC),
            "subject": unit,
            "data": {"device_kind": "kiosk"},
        }
    )
