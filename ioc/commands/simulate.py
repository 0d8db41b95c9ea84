"""`ioc simulate`."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from producers.simulator import Report

_SECONDS_PER_LINE = 60.0
_TROUBLE = "Trouble"


def simulate(
    province: Annotated[
        str, typer.Option(metavar="NAME", help="A province of config/units, by its code or its file's name.")
    ] = "40",
    rate: Annotated[float, typer.Option(metavar="N", help="Events per second, in the mean of a year.")] = 1.0,
    speed: Annotated[
        float, typer.Option(metavar="N", help="How many times shorter lives of dossiers are.")
    ] = 24.0,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed gives the same events.")] = 1,
    backfill: Annotated[
        float, typer.Option(metavar="DAYS", help="How much of the past to make up for.")
    ] = 2.0,
    bad: Annotated[
        float,
        typer.Option(metavar="SHARE", help="Broken copies sent per event, 0 to 1.", rich_help_panel=_TROUBLE),
    ] = 0.0,
    repeated: Annotated[
        float, typer.Option(metavar="SHARE", help="Events sent twice, 0 to 1.", rich_help_panel=_TROUBLE)
    ] = 0.0,
    late: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Events held back for up to three days.", rich_help_panel=_TROUBLE
        ),
    ] = 0.0,
    shuffled: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="Time within which the order is any.", rich_help_panel=_TROUBLE),
    ] = 0.0,
    silent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A stream or a unit of which nothing comes; may be given again.",
            rich_help_panel=_TROUBLE,
            show_default=False,
        ),
    ] = None,
    burst: Annotated[
        int,
        typer.Option(
            metavar="MINUTES",
            help="Minutes of every hour that are ten times as busy.",
            rich_help_panel=_TROUBLE,
        ),
    ] = 0,
) -> None:
    """Send the events of a simulated province until Ctrl-C.

    First what happened since it last ran, then what happens, as it happens. A year adds up to what provinces reported.
    Needs a running monitor (`ioc up`).

    Example: ioc simulate --province nghe-an --rate 20 --late 0.01 --bad 0.001
    """
    from ioc.datafolder import current_settings
    from producers.simulator import Options, run_simulator
    from producers.trouble import Trouble

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    trouble = Trouble(repeated, late, timedelta(seconds=shuffled), frozenset(silent or ()))
    options = Options(province, rate, speed, seed, timedelta(days=backfill), bad, burst, trouble)
    run_simulator(current_settings(), options, stop, report=_Reporter())


class _Reporter:
    """Prints `ready`, for which the supervisor waits, after the first events, then a line a minute."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, report: Report) -> None:
        now = time.monotonic()
        if not self._next:
            typer.echo("ready")
        if now >= self._next:
            self._next = now + _SECONDS_PER_LINE
            behind = f", {report.behind} behind" if report.behind > timedelta(minutes=1) else ""
            typer.echo(f"{report.sent:,} events sent, {report.bad:,} broken ones{behind}")
