"""docs/coverage.md: which row is answered by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from domain.coverage import Coverage, Covered, PanelName
from domain.rows import Domain

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"

_HEAD = """\
# Coverage

<!-- Written by `python -m domain build`; edit domain/rows.yaml, the configuration or the dashboards instead. -->

Every row of a province's reports on Project 06, from the events that tell of it to the people who are warned: event
types, [indicators](configuration.md#indicators), panels, and [alert rules](configuration.md#alert-rules) where the
row has a goal. Figures are those of Nghe An, or of whom they name, as reported. `filings.*` are the events that a
dossier's life is made of. A test fails when a row has a hole: an indicator that nobody defines, that no panel
shows, or that has a target and no rule.
"""


def page(domain: Domain, coverage: Coverage) -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    for table in domain.tables:
        lines = ["| row | reported | event types | indicators | panels | alert rules |", "|" + " --- |" * 6]
        lines += [_line(coverage.of(row)) for row in table.rows]
        parts.append(f"## {table.name.en}\n\n{table.name.vi}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _line(covered: Covered) -> str:
    row = covered.row
    cells = (
        [f"**{row.name.en}**", row.name.vi, *(f"⚠ {hole}" for hole in covered.holes)],
        row.reported,
        [f"`{kind}`" for kind in covered.events],
        [f"`{one.id}`" for one in covered.indicators],
        list(_titles(covered.panels)),
        [f"`{rule.alert}`" for rule in covered.rules],
    )
    return "| " + " | ".join("<br>".join(cell) or "–" for cell in cells) + " |"


def _titles(panels: Iterable[PanelName]) -> Iterator[str]:
    """Panels under the name of their dashboard."""
    for dashboard, group in groupby(sorted(panels), key=lambda panel: panel.dashboard):
        yield f"*{dashboard}*: {', '.join(dict.fromkeys(panel.title for panel in group))}"
