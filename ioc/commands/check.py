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
    """List all mistakes in configuration and schemas.

    Each mistake comes with file and line and with what to do. Nothing needs to run for this, and nothing is
    changed. Ends with status 2 when there are mistakes.

    Example: ioc check --config /etc/ioc
    """
    from dataclasses import replace

    from config.loader import load
    from config.problems import ConfigurationError, render
    from ioc.settings import Settings
    from schemas.check import check as check_schemas
    from schemas.registry import load_registry

    settings = Settings.from_environment()
    if config:
        settings = replace(settings, config=config)
    folder = settings.config
    problems = check_schemas(*settings.schema_folders)  # first: the configuration is read against the schemas
    if not problems:
        try:
            load(folder, load_registry(*settings.schema_folders))
        except ConfigurationError as error:
            problems = list(error.problems)
    if as_json:
        typer.echo(json.dumps([problem._asdict() for problem in problems], ensure_ascii=False))
    elif problems:
        typer.echo(render(problems), err=True)
        typer.echo(f"{len(problems)} to mend in {folder}", err=True)
    else:
        typer.echo(f"{folder}: everything is right")
    if problems:
        raise typer.Exit(ConfigurationError.exit_status)
