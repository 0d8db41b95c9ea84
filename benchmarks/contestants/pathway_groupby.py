"""Pathway: a count per unit and minute of event time. Its clock starts with the first counts that come out."""

from __future__ import annotations

from typing import Any

import pathway as pw
from progress import Progress, asked

run = asked()
progress = Progress(run)


class Event(pw.Schema):
    subject: str
    time: str


class Total:
    """Of all groups, as their counts change; looked at between two times of the engine, and when it is complete."""

    def __init__(self) -> None:
        self._events, self._time = 0, 0

    def change(self, key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
        if self._events and time != self._time:
            progress.reach(self._events)
        self._time = time
        self._events += row["events"] if is_addition else -row["events"]
        if self._events == run.count:
            progress.reach(self._events)


settings = {
    "bootstrap.servers": run.bootstrap,
    "group.id": "benchmark-pathway",
    "session.timeout.ms": "6000",
    "auto.offset.reset": "earliest",
    "max.partition.fetch.bytes": str(4 * 2**20),
}
events = pw.Table.concat_reindex(
    *(
        pw.io.kafka.read(settings, topic=name, schema=Event, format="json", autocommit_duration_ms=200)
        for name in run.topics
    )
)
minutes = events.select(pw.this.subject, minute=pw.this.time.str.slice(0, 16))
counts = minutes.groupby(pw.this.subject, pw.this.minute).reduce(
    pw.this.subject, pw.this.minute, events=pw.reducers.count()
)
pw.io.subscribe(counts, on_change=Total().change)
pw.run(monitoring_level=pw.MonitoringLevel.NONE)
