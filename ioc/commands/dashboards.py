"""`ioc dashboards`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from config.loader import Configuration

app = typer.Typer(help="Grafana dashboards: build, check, push.", no_args_is_help=True)


@app.command("build")
def build() -> None:
    """Write the dashboards' JSON anew from their source and the configuration.

    Example: ioc dashboards build
    """
    from dashboards.build import write

    changed = write(_configuration())
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

    stale = drift(_configuration())
    for path in stale:
        typer.echo(f"{path}: out of step with its source. Run `ioc dashboards build`", err=True)
    raise typer.Exit(1 if stale else 0)


@app.command("push")
def push() -> None:
    """Bring our dashboards into an existing Grafana.

    IOC_GRAFANA_URL names it; IOC_GRAFANA_TOKEN (or a file named by IOC_GRAFANA_TOKEN_FILE) is a service account's token
    with the role Editor. Pushing again changes nothing. Its data source needs the uid that the dashboards name.

    Example: ioc dashboards push
    """
    from dashboards.build import shown
    from dashboards.push import push as push_to
    from ioc.settings import Settings, SettingsError

    settings = Settings.from_environment()
    if not settings.grafana_url:
        msg = "which Grafana? Set IOC_GRAFANA_URL to its address, such as https://grafana.example.vn"
        raise SettingsError(msg)
    dashboards = shown(_configuration()).dashboards.values()
    for pushed in push_to(settings.grafana_url, settings.grafana_token.reveal(), dashboards):
        typer.echo(f"{pushed.outcome:<10}{pushed.uid}")


def _configuration() -> Configuration:
    from config.loader import load
    from ioc.settings import Settings
    from schemas.registry import load_registry

    settings = Settings.from_environment()
    return load(settings.config, load_registry(*settings.schema_folders))
