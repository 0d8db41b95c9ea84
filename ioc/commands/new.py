"""`ioc new`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ioc.errors import UserError

app = typer.Typer(help="Make what a province adds: a source.", no_args_is_help=True)

_NAME = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")


class BadNameError(UserError):
    """A source cannot be called so."""

    exit_status = 2


@app.callback()
def _group() -> None:
    """Make what a province adds: a source."""


@app.command("source")
def source(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Lower case, digits and hyphens: land-registry.")
    ],
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A file of the register: its form is guessed, its columns are listed."
        ),
    ] = None,
) -> None:
    """Make the folder of a new source, which works as it is.

    Mapping, schema with examples, indicators, a sample and what it becomes: change one after the other, and look at
    the result with `ioc source try`, `ioc source test` and `ioc check`. Nothing of a FILE but the names of its columns
    is copied. docs/add-a-source.md goes through it.

    Example: ioc new source land-registry --like register.csv
    """
    from config.loader import load
    from ioc.settings import Settings
    from producers.files.guess import guess
    from producers.files.line import RegisterError
    from producers.rehearsal import accept, sample_of
    from producers.template import write_source
    from producers.trial import Trial
    from schemas.registry import load_registry

    if not _NAME.fullmatch(name):
        msg = f"a source cannot be called '{name}': use lower case, digits and hyphens, such as land-registry"
        raise BadNameError(msg)
    if like and not like.is_file():
        raise RegisterError(like, 0, "there is no such file")
    settings = Settings.from_environment()
    configuration = load(settings.config, load_registry(*settings.schema_folders))
    folder = settings.config / "sources" / name
    files = write_source(folder, next(iter(configuration.units.units)), guess(like) if like else None)
    accept(folder, Trial(settings, name).of_rows(sample_of(folder)))
    for path in [*files, folder / "expected.ndjson"]:
        typer.echo(path)
    typer.echo(f"Next: change source.yaml, and see what it makes: ioc source try {name} FILE")
