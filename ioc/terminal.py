"""What `ioc up` and `ioc demo` say while they run: a line per part as it gets ready, then only news."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

import typer


class Terminal:
    """Writes lines for a person; without colours where there is no terminal."""

    def __init__(
        self, stream: TextIO, now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    ) -> None:
        self._stream = stream
        self._now = now

    def say(self, text: str, colour: str | None = None) -> None:
        """A line as it is."""
        with contextlib.suppress(OSError):  # a terminal or a pipe that has gone away is no reason to stop
            typer.secho(text, fg=colour, file=self._stream)
            self._stream.flush()

    def ready(self, name: str, address: str, seconds: float) -> None:
        """A part serves, for the first time."""
        self.say(f"  {name:<16}{address or 'ready':<32}{seconds:>5.1f} s")

    def news(self, text: str, colour: str | None = None) -> None:
        """Something happened; with the time of day."""
        self.say(f"{self._now():%H:%M:%S} {text}", colour)

    def died(self, name: str, status: int, lines: Sequence[str], log: Path, delay_seconds: float) -> None:
        """A part died and will be started again after the delay."""
        self.news(
            f"{name} {how_it_ended(status)}; starting again in {delay_seconds:g} s. Its last lines:",
            "yellow",
        )
        for line in lines:
            self.say(f"         | {line}")
        self.say(f"         All of it: {log}")


def how_it_ended(status: int) -> str:
    """How a process ended, in words."""
    if status < 0:
        return f"was killed by signal {-status}"
    return f"ended with status {status}"
