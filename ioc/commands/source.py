"""`ioc source`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Sources of events: try one before it is run.", no_args_is_help=True)


@app.command("try")
def try_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source of config/sources.")],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="A file of its rows; without, its own place.", show_default=False
        ),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many rows.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
) -> None:
    """Show rows beside the events that they become, or why they do not; nothing is sent.

    Shows the columns that the source asks for, and no others. Ends with status 1 when something was refused. Kafka
    and ClickHouse need not run.

    Example: ioc source try land register.csv --limit 5
    """
    from rich.console import Console

    from config.loader import load
    from ioc.datafolder import current_settings
    from producers.gate import Gate
    from producers.runner import find_source
    from producers.trial import try_source
    from producers.trial_table import trial_table
    from schemas.decoder import EventDecoder
    from schemas.registry import load_registry

    settings = current_settings()
    registry = load_registry(settings.schemas)
    configuration = load(settings.config, registry)
    source = find_source(configuration, name)
    gate = Gate(EventDecoder(registry), configuration.units)
    trial = list(try_source(source, registry, gate, file, limit))
    refused = sum(len(one.refused) for one in trial)
    if as_json:
        for one in trial:
            typer.echo(one.as_json())
    else:
        if trial:
            Console().print(trial_table(trial))
        events = sum(len(one.events) for one in trial)
        typer.echo(f"{len(trial):,} rows: {events:,} events, {refused:,} refused. Nothing was sent.")
    raise typer.Exit(1 if refused else 0)
