"""`ioc doctor`."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ioc.doctor import Finding

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "off": "bright_black"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Say what is reachable, how far behind, how fresh.

    Looks at Kafka, its topics, the roles and the streams, at ClickHouse, the wall, and Grafana if one is configured.
    Ends with status 1 when something fails, so that a monitor can call it.

    Example: ioc doctor --json
    """
    from ioc.datafolder import current_settings
    from ioc.doctor import examine

    failed = False
    for finding in examine(current_settings(), time.time()):
        failed |= finding.level == "fail"
        if as_json:
            typer.echo(json.dumps(finding._asdict(), ensure_ascii=False))
        else:
            _show(finding)
    raise typer.Exit(1 if failed else 0)


def _show(finding: Finding) -> None:
    typer.secho(f"{finding.level:<6}", fg=_COLOURS[finding.level], nl=False)
    typer.echo(f"{finding.part:<12}{finding.what}")
    if finding.advice:
        typer.echo(f"{'':<18}{finding.advice}")
