"""`ioc dead-letters`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.errors import UserError

if TYPE_CHECKING:
    from producers.replay import Letter, Replayed

app = typer.Typer(help="Events that were refused: list, show, replay.", no_args_is_help=True)

_LIST = """
SELECT arrived_at, reason, type, path, message, id, id IN (SELECT id FROM dead_letter_replays) AS replayed
FROM dead_letters FINAL
WHERE ({reason:String} IN (reason, '')) AND ({all:Bool} OR NOT replayed)
ORDER BY arrived_at DESC, id
LIMIT {limit:UInt32}
"""
_COUNT = """
SELECT reason, count() AS letters, countIf(id IN (SELECT id FROM dead_letter_replays)) AS replayed
FROM dead_letters FINAL
GROUP BY reason
ORDER BY letters DESC, reason
"""
_SHOW = "SELECT * FROM dead_letters FINAL WHERE id = {id:String} LIMIT 1"
_REPLAY = """
SELECT id, topic, type, payload
FROM dead_letters FINAL
WHERE ({reason:String} IN (reason, ''))
    AND ({source:String} = '' OR topic = {source:String})
    AND (empty({ids:Array(String)}) OR id IN {ids:Array(String)})
    AND ({again:Bool} OR id NOT IN (SELECT id FROM dead_letter_replays))
ORDER BY arrived_at, id
LIMIT {limit:UInt32}
"""
_SHOWN_REFUSALS = 10
_AT_ONCE = 1_000


class NoSuchLetterError(UserError):
    """No dead letter has this id."""


class ReplayError(UserError):
    """The replay cannot be begun; the message says what to say otherwise."""

    exit_status = 2


@app.command("list")
def list_(
    reason: Annotated[
        str, typer.Option(metavar="REASON", help="Only this reason, e.g. unknown_unit.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many, the newest first.")] = 20,
    all_: Annotated[bool, typer.Option("--all", help="Those that were replayed, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """List the newest dead letters that were not replayed, and how many there are.

    Example: ioc dead-letters list --reason bad_data
    """
    from ioc.commands.database import client, rows, table

    with client() as connection:
        letters = rows(connection, _LIST, {"reason": reason, "limit": limit, "all": all_})
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
    typer.echo("  ".join(map(_counted, counts)) or "No dead letters.")


@app.command("show")
def show(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="As `ioc dead-letters list` shows it: topic/partition/offset.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    payload_only: Annotated[
        bool, typer.Option("--payload", help="The payload and nothing else, to be edited and replayed.")
    ] = False,
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
    if payload_only:
        typer.echo(found[0]["payload"])
        return
    if as_json:
        typer.echo(json.dumps(found[0], ensure_ascii=False))
        return
    payload = found[0].pop("payload")
    for name, value in found[0].items():
        typer.echo(f"{name:<16}{value}")
    typer.echo(f"\n{payload}")


@app.command("replay")
def replay(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="These letters.", show_default=False)
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="REASON", help="All of this reason.", show_default=False)
    ] = "",
    source: Annotated[
        str, typer.Option(metavar="NAME", help="All rows of this source.", show_default=False)
    ] = "",
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="In place of the letter's payload, of one letter.", show_default=False
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Those that were replayed, too.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many, the oldest first.")] = 100_000,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")
    ] = False,
) -> None:
    """Send what was refused, after its cause was mended.

    A row of a source is mapped by the source as it is now; an event is sent as it was. What would be refused again
    stays a dead letter. Events keep their identity, so nothing counts twice, however often it is replayed. Ends with
    status 1 when something is still refused. To mend an event by hand: `ioc dead-letters show ID --payload > FILE`,
    edit FILE, `ioc dead-letters replay ID --file FILE`.

    Example: ioc dead-letters replay --source land --reason unmapped_code
    """
    from ioc.commands.database import client, rows
    from producers.letters import TOPIC_PREFIX
    from producers.replay import Letter

    if not (ids or reason or source):
        msg = "which letters? Name ids, a --reason or a --source; `ioc dead-letters list` shows what there is"
        raise ReplayError(msg)
    if file and len(ids or []) != 1:
        msg = "--file takes the place of one letter's payload: name its id"
        raise ReplayError(msg)
    asked = {
        "ids": ids or [],
        "reason": reason,
        "source": source and f"{TOPIC_PREFIX}{source}",
        "again": again,
        "limit": limit,
    }
    with client() as connection:
        letters = [
            Letter(x["id"], x["topic"], x["type"], x["payload"].encode())
            for x in rows(connection, _REPLAY, asked)
        ]
        if ids and len(letters) < len(set(ids)):
            absent = ", ".join(sorted(set(ids) - {letter.id for letter in letters}))
            msg = f"not there, or replayed already (--again replays it once more): {absent}"
            raise NoSuchLetterError(msg)
        if file:
            letters = [letters[0]._replace(payload=_content(file))]
        refused, events = _replayed(connection, letters, dry_run=dry_run)
    for one in refused[:_SHOWN_REFUSALS]:
        for why in one.refused:
            typer.echo(f"  {one.letter.id}: {why.reason} {why.path}: {why.message}")
    sent = "would be sent" if dry_run else "sent"
    typer.echo(f"{len(letters):,} letters: {events:,} events {sent}, {len(refused):,} letters still refused.")
    raise typer.Exit(1 if refused else 0)


def _replayed(connection: Any, letters: Sequence[Letter], *, dry_run: bool) -> tuple[list[Replayed], int]:
    """Send what the letters give now, and mark them; returns what is still refused, and how many events were sent."""
    from config.loader import load
    from ioc.datafolder import current_settings
    from producers.replay import Replay
    from producers.sender import Sender
    from schemas.registry import load_registry
    from streams.topics import events_topic

    settings = current_settings()
    looking = Replay(load(settings.config, load_registry(*settings.schema_folders)))
    made = [looking.of(letter) for letter in letters]
    good = [one for one in made if one.events]
    if good and not dry_run:
        with Sender(settings.kafka) as sender:
            for first in range(0, len(good), _AT_ONCE):
                some = good[first : first + _AT_ONCE]
                for one in some:
                    for event in one.events:
                        sender.send_record(events_topic(event.stream), event.key, event.payload)
                sender.flush()  # only what every replica has is marked; a kill in between sends it again
                now = datetime.now(UTC)
                marks = [[one.letter.id, now, len(one.events)] for one in some]
                connection.insert("dead_letter_replays", marks, ["id", "replayed_at", "events"])
    return [one for one in made if one.refused], sum(len(one.events) for one in good)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{file}: cannot be read: {error.strerror}"
        raise ReplayError(msg) from error


def _counted(count: dict[str, Any]) -> str:
    replayed = f" ({count['replayed']:,} replayed)" if count["replayed"] else ""
    return f"{count['reason']}: {count['letters']:,}{replayed}"
