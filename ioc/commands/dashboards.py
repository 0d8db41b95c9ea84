"""`ioc dashboards`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from dashboards.targets import Targets

app = typer.Typer(help="Grafana dashboards: build, check.", no_args_is_help=True)


@app.command("build")
def build() -> None:
    """Write the dashboards' JSON anew from their source and the targets of the configuration.

    Example: ioc dashboards build
    """
    from dashboards.build import write

    changed = write(_targets())
    for path in changed:
        typer.echo(f"changed {path}")
    if not changed:
        typer.echo("nothing to change")


@app.command("check")
def check() -> None:
    """Say which JSON is out of step with its source; status 1 if any is.

    Example: ioc dashboards check
    """
    from dashboards.build import drift

    stale = drift(_targets())
    for path in stale:
        typer.echo(f"{path}: out of step with its source. Run `ioc dashboards build`", err=True)
    raise typer.Exit(1 if stale else 0)


def _targets() -> Targets:
    from config.loader import load
    from ioc.settings import Settings

    indicators = load(Settings.from_environment().config).indicators
    return {indicator.id: indicator.target for indicator in indicators.values()}
