"""Rows and what becomes of them, side by side on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from producers.event import Event, Refused
from producers.trial import Tried


def trial_table(trial: Iterable[Tried]) -> Table:
    """A line for each row: where it is, the columns that were asked for, and each event or refusal."""
    table = Table(show_lines=True, expand=True)
    table.add_column("row", no_wrap=True)
    table.add_column("columns", ratio=2)
    table.add_column("events and refusals", ratio=3)
    for tried in trial:
        made = [*map(_event, tried.events), *map(_refusal, tried.refused)]
        table.add_row(tried.place, _pairs(tried.row), Group(*made) if made else _nothing())
    return table


def _pairs(pairs: Any) -> Text:
    text = Text()
    for name, value in pairs.items():
        text.append(f"{name}: ", style="dim")
        text.append(f"{'' if value is None else value}\n")
    text.rstrip()
    return text


def _event(event: Event) -> RenderableType:
    head = Text(event["type"].removeprefix("vn.ioc."), style="bold")
    return Group(head, _pairs({"unit": event["subject"], "time": event["time"], **event["data"]}))


def _refusal(refused: Refused) -> Text:
    text = Text(f"refused: {refused.reason}", style="bold red")
    text.append(f" {refused.path}: {refused.message}", style="not bold default")
    return text


def _nothing() -> Text:
    return Text("nothing: 'when' does not hold, or a row before had the same key", style="dim")
