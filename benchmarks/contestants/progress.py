"""What every contestant counts with: `python CONTESTANT BOOTSTRAP COUNT SECONDS TOPIC...` prints `rate N`."""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple


class Run(NamedTuple):
    """What a contestant is asked to do: read so many events of these topics, or as many as it can in so long."""

    bootstrap: str
    count: int
    seconds: float
    topics: list[str]


def asked() -> Run:
    """The command line."""
    bootstrap, count, seconds, *topics = sys.argv[1:]
    return Run(bootstrap, int(count), float(seconds), topics)


class Progress:
    """Ends the process with its rate as soon as all events are seen, or the time is up."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._seen, self._skipped, self._started = 0, 0, 0.0

    def start(self) -> None:
        """The first events are here; before their work."""
        self._started = self._started or time.perf_counter()

    def add(self, events: int = 1) -> None:
        """Events whose work is done; the clock starts at the first call if nobody has started it."""
        self.start()
        self._seen += events
        if self._seen >= self._run.count or not self._seen % 64 or events > 1:
            self._look()

    def reach(self, total: int) -> None:
        """For who sees results only: events counted so far. Those of the first result came before the clock started."""
        if not self._started:
            self._skipped = total
            self.start()
        elif total > self._skipped:
            self._seen = total
            self._look()

    def _look(self) -> None:
        elapsed = time.perf_counter() - self._started
        if self._seen >= self._run.count or elapsed > self._run.seconds:
            say((self._seen - self._skipped) / elapsed)


def say(rate: float) -> None:
    """Print the rate and leave at once: no engine is waited for."""
    print("rate", rate, flush=True)
    os._exit(0)
