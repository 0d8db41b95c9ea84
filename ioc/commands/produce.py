"""`ioc produce`."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.errors import UserError

if TYPE_CHECKING:
    from producers.produce import Produced

_SECONDS_PER_LINE = 60.0
_DRAIN_SECONDS = 10.0


def produce(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source of config/sources.")],
    again: Annotated[
        bool, typer.Option("--again", help="Read it from its beginning, which counts nothing twice.")
    ] = False,
) -> None:
    """Run a configured source until Ctrl-C or SIGTERM.

    Killed at any point, it goes on where it was. What cannot be sent because Kafka is away waits on disk; what cannot
    be made an event becomes a dead letter. `ioc source try NAME` shows beforehand what it will send.

    Example: ioc produce land-registry
    """
    from ioc.datafolder import current_settings
    from producers.runner import run_source

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    left = run_source(
        current_settings(),
        name,
        stop,
        again=again,
        drain_seconds=_DRAIN_SECONDS,
        trouble=_say_trouble,
        report=_Reporter(),
    )
    typer.echo(
        "Stopped." if not left else f"Stopped: {left:,} events wait on disk and go out at the next start."
    )


def _say_trouble(error: UserError, seconds: float) -> None:
    typer.echo(f"{error}. Trying again in {seconds:.0f} s.", err=True)


class _Reporter:
    """Prints `ready` once, then a line when the counts have changed, at most one a minute."""

    def __init__(self) -> None:
        self._next = 0.0
        self._last: Produced | None = None

    def __call__(self, produced: Produced) -> None:
        now = time.monotonic()
        if not self._next:
            typer.echo("ready")
        if now >= self._next and produced != self._last:
            self._next, self._last = now + _SECONDS_PER_LINE, produced
            waiting = f", {produced.waiting:,} waiting for Kafka" if produced.waiting else ""
            typer.echo(
                f"{produced.read:,} rows read, {produced.sent:,} events, {produced.refused:,} refused{waiting}"
            )
