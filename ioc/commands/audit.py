"""`ioc audit`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from store.audit import Audit, Difference

_SHOWN = 20


def audit(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Compare all figures with the raw events.

    ClickHouse recomputes every day bucket of every indicator and unit from the stored events; each one must equal what
    the stream computed, to the last unit. Ends with status 1 if one does not. Does not disturb a running monitor.
    Days that need events which the retention has removed are left out, and counted.

    Example: ioc audit
    """
    from config.columns import event_fields
    from config.loader import load
    from ioc.commands.database import client
    from ioc.datafolder import current_settings
    from schemas.registry import load_registry
    from store.audit import audit as run_audit

    registry = load_registry()
    configuration = load(current_settings().config, registry)
    with client() as connection:
        found = run_audit(connection, configuration.units, configuration.indicators, event_fields(registry))
    typer.echo(_json(found) if as_json else _words(found))
    raise typer.Exit(1 if found.differences else 0)


def _words(found: Audit) -> str:
    if not found.buckets and not found.left_out:
        return "there is nothing to compare yet: no event has been stored"
    left_out = _left_out(found)
    if not found.differences:
        compared = [f"{found.buckets:,} buckets compared, all equal"] if found.buckets else []
        return "\n".join([*compared, *left_out])
    lines = [f"{len(found.differences):,} of {found.buckets:,} buckets differ:"]
    lines += map(_line, found.differences[:_SHOWN])
    if len(found.differences) > _SHOWN:
        lines.append(f"  and {len(found.differences) - _SHOWN:,} more (--json lists all)")
    lines.append(f"To look at the first one: {found.differences[0].how_to_look()}")
    return "\n".join([*lines, *left_out])


def _left_out(found: Audit) -> list[str]:
    """One line on the buckets that were not compared, if there are any."""
    if not found.left_out:
        return []
    return [
        f"{found.left_out:,} buckets not compared: what came until {found.removed_until} is past its retention"
        " (config/retention.yaml)"
    ]


def _line(d: Difference) -> str:
    dims = f" {d.dims}" if d.dims else ""
    stream, raw = (f"{sums.numerator}/{sums.denominator}" for sums in (d.stream, d.recomputed))
    return f"  {d.day} {d.indicator} {d.unit}{dims}: the stream says {stream}, the events say {raw}"


def _json(found: Audit) -> str:
    differences = [
        d._asdict() | {"day": d.day.isoformat(), "stream": list(d.stream), "recomputed": list(d.recomputed)}
        for d in found.differences
    ]
    removed_until = found.removed_until and found.removed_until.isoformat()
    return json.dumps(
        {
            "buckets": found.buckets,
            "left_out": found.left_out,
            "removed_until": removed_until,
            "differences": differences,
        },
        ensure_ascii=False,
    )
