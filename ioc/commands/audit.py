"""`ioc audit`."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from config.loader import Configuration
    from store.audit import Audit, Difference

_SHOWN = 20


def _day(name: str, words: str) -> Any:
    return typer.Option(name, formats=["%Y-%m-%d"], metavar="DATE", help=words, show_default=False)


class DayWindow(StrEnum):
    """Windows that are made of days."""

    today = "today"
    week = "7d"
    month = "month"
    quarter = "quarter"
    year = "year"


class NothingToAuditError(UserError):
    """What was asked for is not there."""

    exit_status = 2


def audit(
    indicator: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this indicator; may be given again.", show_default=False),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE", help="Only this unit or province; may be given again.", show_default=False
        ),
    ] = None,
    first: Annotated[datetime | None, _day("--from", "Only from this local day on.")] = None,
    last: Annotated[datetime | None, _day("--to", "Only until this local day.")] = None,
    window: Annotated[
        DayWindow | None, typer.Option(help="Only the days of this window.", show_default=False)
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Again and again, until Ctrl-C; what it finds is an indicator.")
    ] = False,
    every: Annotated[str, typer.Option(metavar="TIME", help="With --watch: how often, 1m to 1h.")] = "10m",
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Compare figures with the raw events.

    ClickHouse recomputes every sum from the stored events, by the same definitions; each must equal what the stream
    computed, to the last unit. Compared are days, and of indicators over events also the hours and minutes that are
    kept: these hold what arrived in time (within 3 days, and 2 hours). Hours and minutes of indicators over cases
    are not compared: they hold what was known of a dossier or a task then, which cannot be seen from all its events.

    Ends with status 1 if a sum differs, and shows how to look at it. Does not disturb a running monitor; if sums differ
    while compute or the store is behind, it waits for them for up to a minute. Days that need events which the
    retention has removed are left out, and counted.

    With --watch it runs beside production and sends what it found as an event of each province: the indicator
    audit_differences counts them, and the alert FiguresDiffer fires.

    Example: ioc audit --indicator dossiers_received --window month
    """
    from config.columns import event_fields
    from config.loader import load
    from ioc.commands.database import client
    from ioc.datafolder import current_settings
    from schemas.registry import load_registry
    from store.audit import audit as run_audit
    from store.selection import Selection

    settings = current_settings()
    registry = load_registry(*settings.schema_folders)
    configuration = load(settings.config, registry)
    if window and (first or last):
        msg = "--window says which days: leave out --from and --to"
        raise NothingToAuditError(msg)
    selection = Selection(
        _known("indicator", indicator, configuration.indicators),
        _known("unit", unit, configuration.units),
        first.date() if first else None,
        last.date() if last else None,
        window.value if window else None,
    )
    if watch:
        from ioc.audit_watch import Watch, interval

        Watch(settings, configuration, registry, selection, typer.echo).run(interval(every))
        return
    with client() as connection:
        found = run_audit(
            connection,
            configuration.units,
            configuration.indicators,
            event_fields(registry),
            selection,
            catch_up=lambda: _catch_up(settings.kafka, registry.streams),
        )
    typer.echo(_json(found, configuration) if as_json else _words(found, configuration))
    raise typer.Exit(1 if found.differences else 0)


def _catch_up(kafka: str, streams: Iterable[str]) -> int:
    from streams.admin import BrokerAwayError
    from streams.lag import catch_up

    def say(line: str) -> None:
        typer.echo(line, err=True)

    try:
        return catch_up(kafka, streams, say)
    except BrokerAwayError:
        say(f"no Kafka broker answers at {kafka}: whether compute has counted all events cannot be seen")
        return 0


def _known(what: str, asked: list[str] | None, known: Container[str]) -> frozenset[str]:
    for one in asked or ():
        if one not in known:
            msg = f"there is no {what} '{one}': config/{what}s has those that there are"
            raise NothingToAuditError(msg)
    return frozenset(asked or ())


def _words(found: Audit, configuration: Configuration) -> str:
    if not found.buckets and not found.left_out:
        return "there is nothing to compare: no event that this needs has been stored"
    left_out = _left_out(found)
    if not found.differences:
        compared = [f"{found.buckets:,} buckets compared, all equal"] if found.buckets else []
        return "\n".join([*compared, *left_out])
    lines = [f"{len(found.differences):,} of {found.buckets:,} buckets differ:"]
    for one in found.differences[:_SHOWN]:
        stream, events = _looks(one, configuration)
        lines += [f"  {one.in_words()}", f"    stream: {stream}", f"    events: {events}"]
    if len(found.differences) > _SHOWN:
        lines.append(f"  and {len(found.differences) - _SHOWN:,} more (--json lists all)")
    if found.behind:
        lines.append(
            f"Compute or the store has {found.behind:,} records still to read: differences may pass when they have"
            " caught up. `ioc doctor` says how they are."
        )
    return "\n".join([*lines, *left_out])


def _left_out(found: Audit) -> list[str]:
    """One line on the buckets that were not compared, if there are any."""
    if not found.left_out:
        return []
    return [
        f"{found.left_out:,} buckets not compared: what came until {found.removed_until} is past its retention"
        " (config/retention.yaml)"
    ]


def _looks(d: Difference, configuration: Configuration) -> tuple[str, str]:
    from config.columns import event_fields
    from store.look import of_the_events, of_the_stream

    indicator, kinds = configuration.indicators[d.indicator], event_fields(configuration.registry)
    return of_the_stream(d), of_the_events(d, indicator, configuration.units, kinds)


def _json(found: Audit, configuration: Configuration) -> str:
    differences = [
        d._asdict()
        | {"day": d.day.isoformat(), "stream": list(d.stream), "recomputed": list(d.recomputed)}
        | {"look": dict(zip(("stream", "events"), _looks(d, configuration), strict=True))}
        for d in found.differences
    ]
    removed_until = found.removed_until and found.removed_until.isoformat()
    return json.dumps(
        {
            "buckets": found.buckets,
            "left_out": found.left_out,
            "removed_until": removed_until,
            "behind": found.behind,
            "differences": differences,
        },
        ensure_ascii=False,
    )
