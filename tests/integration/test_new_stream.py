"""A stream of cases that is nothing but files: its events are counted, stored, audited and told like any others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.columns import event_fields
from ioc.doctor import kafka as kafka_doctor
from producers.publisher import Publisher
from schemas.decoder import EventDecoder
from store.audit import audit
from tests.fixtures.errands import errand_settings
from tests.fixtures.monitor import Monitor

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

NOW = datetime.now(UTC).replace(microsecond=0)
UNITS = ("40.so-tu-phap", "40.so-xay-dung")


@pytest.fixture
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """A running monitor that has the stream."""
    settings = errand_settings(tmp_path_factory.mktemp("errands"))
    running = Monitor(tmp_path_factory.mktemp("monitor"), settings.config, settings.schemas)
    running.start()
    try:
        yield running
    finally:
        running.stop()


class Errand:
    """One errand and what is expected of it."""

    def __init__(self, number: int, rng: random.Random) -> None:
        self.name = f"e-{number}"
        self.unit = rng.choice(UNITS)
        self.size = rng.choice(["small", "large"])
        self.given = NOW - timedelta(days=rng.randint(20, 29), seconds=number)
        self.due = self.given + timedelta(days=rng.randint(3, 60))
        self.begun = rng.random() < 0.8
        self.end = rng.choice(["done", "done", "dropped", None]) if self.begun else None
        self.ended = self.given + timedelta(days=rng.randint(2, 15))
        self.steps = rng.randint(0, 9)

    @property
    def is_late(self) -> bool:
        """Ended after its last day, in Vietnam's time."""
        zone = timedelta(hours=7)
        return (self.ended + zone).date() > (self.due + zone).date()

    @property
    def is_overdue(self) -> bool:
        """Still open after its last day."""
        zone = timedelta(hours=7)
        return self.end is None and (NOW + zone).date() > (self.due + zone).date()

    def events(self) -> Iterator[dict[str, Any]]:
        """In no order that anybody relies on."""
        if self.end:
            yield self._event(self.end, self.ended)
        yield self._event("given_out", self.given, size=self.size, due_at=self.due)
        if self.begun:
            yield self._event("begun", self.given + timedelta(days=1), steps=self.steps)

    def _event(self, what: str, at: datetime, **data: object) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"{self.name}/{what}",
            "source": "/tests/errands",
            "type": f"vn.ioc.errands.{what}.v1",
            "time": at,
            "subject": self.unit,
            "data": {"errand": self.name, **data},
        }


@pytest.mark.slow
def test_a_stream_needs_no_code(monitor: Monitor) -> None:
    rng = random.Random(3)
    errands = [Errand(number, rng) for number in range(200)]
    events = [event for errand in errands for event in errand.events()]
    rng.shuffle(events)
    units, registry = monitor.configuration.units, monitor.registry
    with Publisher(monitor.settings.kafka, EventDecoder(registry), units) as publisher:
        for event in [*events, *rng.choices(events, k=50)]:  # some come twice
            assert publisher.send(event) is None
        publisher.flush()

    ended = [one for one in errands if one.end == "done"]
    expected = {
        ("errands_given", "size=large"): (sum(one.size == "large" for one in errands), 0),
        ("errands_given", "size=small"): (sum(one.size == "small" for one in errands), 0),
        ("errands_waiting", ""): (sum(not one.begun for one in errands), 0),
        ("errands_done", "size=large"): (sum(one.size == "large" for one in ended), 0),
        ("errands_done", "size=small"): (sum(one.size == "small" for one in ended), 0),
        ("errands_overdue", ""): (sum(one.is_overdue for one in errands), 0),
        ("errands_on_time", ""): (sum(not one.is_late for one in ended), len(ended)),
        ("steps_walked", ""): (sum(one.steps for one in errands if one.begun), 0),
    }
    figures = (
        "SELECT toString(indicator), toString(dims), toInt64(sum(numerator)), toInt64(sum(denominator))"
        " FROM indicator_buckets WHERE unit = '40' AND grain = 'day' AND bucket <= now()"
        " AND (indicator LIKE 'errands%' OR indicator = 'steps_walked') AND indicator != 'errands_time'"
        " GROUP BY 1, 2"
    )

    def told(client: Any) -> dict[tuple[str, str], tuple[int, int]]:
        return {(row[0], row[1]): (row[2], row[3]) for row in client.query(figures).result_rows}

    monitor.wait_for("the figures", lambda client: told(client) == expected)
    stored = "SELECT uniqExact(kind, id), countIf(dossier = '') FROM events WHERE kind LIKE 'errands.%'"
    monitor.wait_for("the events", lambda client: client.query(stored).result_rows == [(len(events), 0)])
    with monitor.client() as client:
        found = audit(client, units, monitor.configuration.indicators, event_fields(registry))
        assert found.differences == []
        quantiles = client.query(
            "SELECT sum(numerator) FROM indicator_buckets WHERE indicator = 'errands_time' AND unit = '40'"
        ).result_rows
        assert quantiles == [(len(ended),)]
        parts = client.query(
            "SELECT DISTINCT intDiv(part, 1000) FROM indicator_values WHERE indicator LIKE 'errands%'"
        )
        assert parts.result_rows == [(9,)]
    findings = {one.part: one for one in kafka_doctor.examine(monitor.settings, {}, NOW.timestamp())}
    assert findings["errands"].level == "ok"
