"""`ioc index`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ioc.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.core.deviations import Comparison, Deviation, Kind
    from streams.core.index import Index

app = typer.Typer(help="Indices of points: check.", no_args_is_help=True)


class NoSuchIndexError(UserError):
    """What was asked for is not configured."""

    exit_status = 2


@app.command("check")
def check(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV: unit,period,kind,indicator,numerator,denominator,score"),
    ],
    index: Annotated[
        str,
        typer.Option(metavar="ID", help="Which index, if there are several.", show_default=False),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Recompute published scores of an index.

    Each row of the file that has a numerator and a denominator is computed anew by the definition in config/index, with
    the code that computes our own scores; so are the sums of groups whose rows are all there, and totals. Whatever
    was published further from it than the index tolerates is shown. Nothing needs to run for this.

    `kind` is row, group or total; `indicator` the row's number, the group's name or total. A column `as_of` tells
    scores of one period apart that were read at different times; other columns are left alone.

    Ends with status 1 if a score deviates, with status 2 if the file cannot be read.

    Example: ioc index check published.csv
    """
    from config.loader import load
    from ioc.datafolder import current_settings
    from ioc.published_scores import read
    from schemas.registry import load_registry
    from streams.core.deviations import compare

    settings = current_settings()
    chosen = _chosen(load(settings.config, load_registry(*settings.schema_folders)).indices, index)
    found = compare(chosen, read(file, chosen))
    typer.echo(_json(chosen, found) if as_json else _words(chosen, found))
    raise typer.Exit(1 if found.deviations else 0)


def _chosen(indices: Mapping[str, Index], name: str) -> Index:
    if not indices:
        msg = "no index is configured: config/index has none. docs/configuration.md shows an example"
        raise NoSuchIndexError(msg)
    if not name and len(indices) > 1:
        msg = f"there are several indices: choose one with --index ({', '.join(indices)})"
        raise NoSuchIndexError(msg)
    if name and name not in indices:
        msg = f"there is no index '{name}': config/index has {', '.join(indices)}"
        raise NoSuchIndexError(msg)
    return indices[name] if name else next(iter(indices.values()))


def _words(index: Index, found: Comparison) -> str:
    from ioc.commands.database import table

    lines = [f"{index.id}: {_counted(found.compared)} recomputed"]
    if found.skipped:
        lines.append(f"not recomputed, for want of numerators and denominators: {_counted(found.skipped)}")
    if not found.deviations:
        lines.append(f"no score deviates by more than {_points(index.tolerance)}")
        return "\n".join(lines)
    lines.append(f"{len(found.deviations):,} deviate by more than {_points(index.tolerance)}:")
    header = ("LINE", "UNIT", "PERIOD", "SCORE", "PUBLISHED", "COMPUTED", "DEVIATION", "CASES")
    return "\n".join([*lines, table(header, [_cells(one) for one in found.deviations])])


def _counted(kinds: Mapping[Kind, int]) -> str:
    from streams.core.deviations import GROUP, ROW, TOTAL

    known = [(kinds[kind], kind) for kind in (ROW, GROUP, TOTAL) if kind in kinds]
    return ", ".join(f"{count:,} {kind}{'s' * (count != 1)}" for count, kind in known) or "nothing"


def _cells(one: Deviation) -> tuple[str, ...]:
    published = one.published
    kind, what = published.name
    counts = published.counts
    return (
        str(published.line),
        published.sheet.unit,
        published.sheet.period,
        what if kind == what else f"{kind} {what}",
        _points(published.score),
        _points(one.computed),
        f"{'+' * (one.hundredths > 0)}{_points(one.hundredths)}",
        f"{counts.numerator:,} / {counts.denominator:,}" if counts else "",
    )


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


def _json(index: Index, found: Comparison) -> str:
    deviations = [
        {
            "line": one.published.line,
            **one.published.sheet._asdict(),
            "kind": one.published.name[0],
            "indicator": one.published.name[1],
            "published": one.published.score / 100,
            "computed": one.computed / 100,
            "deviation": one.hundredths / 100,
        }
        for one in found.deviations
    ]
    result = {
        "index": index.id,
        "compared": found.compared,
        "skipped": found.skipped,
        "deviations": deviations,
    }
    return json.dumps(result, ensure_ascii=False)
