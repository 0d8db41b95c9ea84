"""`ioc import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The register: CSV, XLSX, NDJSON or XES.")],
    source: Annotated[
        str, typer.Option(metavar="NAME", help="Which source of config/sources says what its rows mean.")
    ],
    again: Annotated[
        bool, typer.Option("--again", help="From the beginning, though it was imported before.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="The summary as JSON, and no progress bar.")
    ] = False,
) -> None:
    """Send a register's events, with their own times.

    Interrupted with Ctrl-C, the same command goes on from where it was; run twice, nothing is counted twice. The
    summary says how many rows were read, sent, and refused for which reason. Needs a running monitor (`ioc up`).

    Example: ioc import receipt.csv --source receipt
    """
    import contextlib

    import msgspec

    from config.loader import load
    from ioc.datafolder import current_settings
    from ioc.preparation import prepare_topics
    from producers.files.line import RegisterError
    from producers.importer import import_file, until_interrupted
    from producers.progress import ImportBar
    from producers.publisher import Publisher
    from producers.runner import find_source
    from schemas.decoder import EventDecoder
    from schemas.registry import load_registry
    from streams.core.validity import Validity

    settings = current_settings()
    registry = load_registry(*settings.schema_folders)
    configuration = load(settings.config, registry)
    declared = find_source(configuration, source)
    if declared.file is None:
        msg = f"the source {source} has no block `file`: run it with `ioc produce {source}`"
        raise RegisterError(file, 0, msg)
    if not file.is_file():  # before anything is asked of the broker
        raise RegisterError(file, 0, "there is no such file")
    prepare_topics(settings)
    validity = Validity(configuration.units, registry.streams)
    bar = None if as_json else ImportBar(file.name)
    with (
        Publisher(
            settings.kafka, EventDecoder(registry), configuration.units, validity=validity
        ) as publisher,
        until_interrupted() as stop,
        bar or contextlib.nullcontext(),
    ):
        summary = import_file(
            file,
            declared,
            registry,
            publisher,
            settings.data / "imports",
            again=again,
            progress=bar or (lambda _: None),
            stop=stop,
        )
    typer.echo(msgspec.json.encode(summary, enc_hook=str) if as_json else str(summary))
    raise typer.Exit(summary.exit_status)
