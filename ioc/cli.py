"""The `ioc` command: its subcommands, and the one place where an error becomes a message."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

from ioc.commands import alerts, dashboards, dead_letters, index, new, source
from ioc.commands.audit import audit
from ioc.commands.check import check
from ioc.commands.doctor import doctor
from ioc.commands.importing import import_
from ioc.commands.produce import produce
from ioc.commands.rebuild import rebuild
from ioc.commands.run import demo, up
from ioc.commands.simulate import simulate
from ioc.commands.version import version
from ioc.errors import UserError


class Commands(TyperGroup):
    """Shows a user's mistake as a message on stderr and not as a traceback, which `--debug` asks for."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]  # typer passes its own context
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            if ctx.params.get("debug"):
                raise
            typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
            typer.echo(str(error), err=True)
            raise typer.Exit(error.exit_status) from None


app = typer.Typer(
    cls=Commands,
    help="The live monitor of a province's public services.",
    epilog="Start with: ioc demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """The live monitor of a province's public services."""
    # What libraries log is not for the person at the terminal: we say ourselves what went wrong.
    logging.basicConfig(level=logging.INFO if debug else logging.CRITICAL)


app.command("demo")(demo)
app.command("up")(up)
app.command("check")(check)
app.command("doctor")(doctor)
app.command("import")(import_)
app.command("produce")(produce)
app.command("simulate")(simulate)
app.command("audit")(audit)
app.command("rebuild")(rebuild)
app.command("version")(version)
app.add_typer(alerts.app, name="alerts")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(index.app, name="index")
app.add_typer(new.app, name="new")
app.add_typer(source.app, name="source")


def main() -> None:
    """Run the command; ends the process with its exit status."""
    sys.exit(app(prog_name="ioc"))
