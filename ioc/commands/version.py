"""`ioc version`."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version as version_of
from typing import Annotated

import typer

_PARTS = ("ioc-monitor", "faust-streaming", "aiokafka", "clickhouse-connect", "chdb")


def version(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show the version, and those of the main parts.

    Example: ioc version --json
    """
    versions = {part: version_of(part) for part in _PARTS} | {"python": platform.python_version()}
    if as_json:
        typer.echo(json.dumps(versions))
    else:
        for part, number in versions.items():
            typer.echo(f"{part:<20}{number}")
