"""`ioc check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def check(
    config: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to check in place of IOC_CONFIG.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The problems as a JSON list.")] = False,
) -> None:
    """Check every configuration file; list all mistakes.

    Each mistake comes with file and line and with what to do. Nothing needs to run for this, and nothing is
    changed. Ends with status 2 when there are mistakes.

    Example: ioc check --config /etc/ioc
    """
    from config.loader import load
    from config.problems import ConfigurationError
    from ioc.settings import Settings

    folder = config or Settings.from_environment().config
    try:
        load(folder)
    except ConfigurationError as error:
        if as_json:
            typer.echo(json.dumps([problem._asdict() for problem in error.problems], ensure_ascii=False))
        else:
            typer.echo(str(error), err=True)
            typer.echo(f"{len(error.problems)} to mend in {folder}", err=True)
        raise typer.Exit(error.exit_status) from None
    typer.echo("[]" if as_json else f"{folder}: everything is right")
