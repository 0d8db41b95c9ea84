"""`ioc source`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Sources of events: try one before it is run, test it.", no_args_is_help=True)


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

    from ioc.datafolder import current_settings
    from producers.trial import Trial
    from producers.trial_table import trial_table

    trying = Trial(current_settings(), name)
    trial = trying.of_file(file, limit) if file else trying.of_place(limit)
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


@app.command("test")
def test(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A source that has a folder in config/sources.")
    ],
    accept: Annotated[
        bool, typer.Option("--accept", help="What comes out now is what is expected from now on.")
    ] = False,
) -> None:
    """Compare what the source's sample becomes with what is expected of it.

    The sample is sample.ndjson in the source's folder, what is expected is expected.ndjson beside it. Ends with status
    1 when they differ. Nothing is sent, and nothing needs to run.

    Example: ioc source test land
    """
    from ioc.settings import Settings
    from producers.rehearsal import accept as accept_all
    from producers.rehearsal import differences, sample_of
    from producers.trial import Trial

    settings = Settings.from_environment()
    folder = settings.config / "sources" / name
    trying = Trial(settings, name)
    trial = trying.of_rows(sample_of(folder))
    if accept:
        accept_all(folder, trial)
    found = list(differences(folder, trial))
    for difference in found:
        typer.secho(difference.place, bold=True)
        typer.echo(f"  expected: {difference.expected or 'no such row'}")
        typer.echo(f"  found:    {difference.found or 'no such row'}")
    events, refused = (
        sum(map(len, made)) for made in ([x.events for x in trial], [x.refused for x in trial])
    )
    counts = f"{len(trial)} rows, {events} events, {refused} refused"
    typer.echo(f"{counts}: {f'{len(found)} rows differ' if found else 'as expected'}.")
    raise typer.Exit(1 if found else 0)
