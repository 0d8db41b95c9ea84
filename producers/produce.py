"""A source at work until it is stopped: what `ioc produce NAME` does."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ioc.errors import UserError
from producers.delivery import Backlog
from producers.feed import Feed
from producers.journal import Journal
from producers.pace import Pace
from producers.reading import Reader, Reading, SourceAwayError
from producers.retries import Retries

_AT_ONCE = 1_000
_BATCH_SECONDS = 0.5
_ROOM_SECONDS = 0.5


class Produced(NamedTuple):
    """How a source is getting on: counts since its first start, and what waits for the broker."""

    read: int
    sent: int
    refused: int
    waiting: int


def produce(
    reader: Reader,
    feed: Feed,
    journal: Journal,
    backlog: Backlog,
    stop: threading.Event,
    *,
    per_second: float | None = None,
    away: Callable[[UserError, float], None] = lambda *_: None,
    report: Callable[[Produced], None] = lambda _: None,
) -> None:
    """Take what the reader gives into the journal, until stopped; a source that is away is tried again.

    Args:
        reader: gives the rows.
        feed: takes them.
        journal: knows where to go on.
        backlog: when it is full, reading waits.
        stop: ends it, after the batch that is being taken.
        per_second: the most events to make.
        away: is told of each failure and how long is waited.
        report: is told the counts after every batch and every look that found nothing.

    Raises:
        UserError: only a person can mend it; what was taken before is safe.
    """
    pace = Pace(per_second)
    retries = Retries()
    while not stop.is_set():
        began = time.monotonic()
        try:
            for batch in _batches(reader.read(journal), pace.at_once(_AT_ONCE), stop):
                while backlog.full and not stop.is_set():
                    backlog.await_change(lambda: not backlog.full, _ROOM_SECONDS)
                    report(_produced(feed, backlog))
                if stop.is_set() and backlog.full:
                    return  # read again at the next start
                before = feed.tally.sent
                feed.take(batch)
                report(_produced(feed, backlog))
                stop.wait(pace.after(feed.tally.sent - before, time.monotonic()))
        except SourceAwayError as error:
            seconds = retries.failed(time.monotonic() - began)
            if error.after_seconds:  # not all at the same instant when its time is over
                seconds = max(seconds, error.after_seconds * random.uniform(1, 1.1))  # noqa: S311  # no secret
            away(error, seconds)
            stop.wait(seconds)
        else:
            retries = Retries()
            report(_produced(feed, backlog))
            stop.wait(reader.pause_seconds)


def _produced(feed: Feed, backlog: Backlog) -> Produced:
    refused = sum(reason.count for reason in feed.tally.refused.values())
    return Produced(feed.tally.read, feed.tally.sent, refused, backlog.records)


def _batches(readings: Iterator[Reading], most: int, stop: threading.Event) -> Iterator[list[Reading]]:
    """As many as came in half a second, or `most`; of what was read before an error, nothing is left out."""
    batch: list[Reading] = []
    due = time.monotonic() + _BATCH_SECONDS
    try:
        for reading in readings:
            batch.append(reading)
            if len(batch) >= most or time.monotonic() > due or stop.is_set():
                yield batch
                batch = []
                due = time.monotonic() + _BATCH_SECONDS
            if stop.is_set():
                return
    except UserError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch
