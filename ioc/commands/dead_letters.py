"""`ioc dead-letters`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ioc.errors import UserError

app = typer.Typer(help="Events that were refused: list, show.", no_args_is_help=True)

_LIST = """
SELECT arrived_at, reason, type, path, message, id
FROM dead_letters FINAL
WHERE reason = {reason:String} OR {reason:String} = ''
ORDER BY arrived_at DESC, id
LIMIT {limit:UInt32}
"""
_COUNT = """
SELECT reason, count() AS letters, max(arrived_at) AS newest
FROM dead_letters FINAL
GROUP BY reason
ORDER BY letters DESC, reason
"""
_SHOW = "SELECT * FROM dead_letters FINAL WHERE id = {id:String} LIMIT 1"


class NoSuchLetterError(UserError):
    """No dead letter has this id."""


@app.command("list")
def list_(
    reason: Annotated[
        str, typer.Option(metavar="REASON", help="Only this reason, e.g. unknown_unit.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many, the newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """List the newest dead letters, and how many there are.

    Example: ioc dead-letters list --reason bad_data
    """
    from ioc.commands.database import client, rows, table

    with client() as connection:
        letters = rows(connection, _LIST, {"reason": reason, "limit": limit})
        counts = rows(connection, _COUNT, {})
    if as_json:
        for letter in letters:
            typer.echo(json.dumps(letter, ensure_ascii=False))
        return
    if letters:
        header = ("ARRIVED", "REASON", "ID", "WHAT")
        lines = [
            (x["arrived_at"], x["reason"], x["id"], f"{x['path']} {x['message']}".strip()) for x in letters
        ]
        typer.echo(table(header, lines) + "\n")
    typer.echo("  ".join(f"{c['reason']}: {c['letters']:,}" for c in counts) or "No dead letters.")


@app.command("show")
def show(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="As `ioc dead-letters list` shows it: topic/partition/offset.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show one dead letter with its payload, in which personal data has been removed.

    Example: ioc dead-letters show ioc.events.filings/2/1043
    """
    from ioc.commands.database import client, rows

    with client() as connection:
        found = rows(connection, _SHOW, {"id": id})
    if not found:
        msg = f"no dead letter has the id {id!r}: `ioc dead-letters list` shows the ids"
        raise NoSuchLetterError(msg)
    if as_json:
        typer.echo(json.dumps(found[0], ensure_ascii=False))
        return
    payload = found[0].pop("payload")
    for name, value in found[0].items():
        typer.echo(f"{name:<16}{value}")
    typer.echo(f"\n{payload}")
