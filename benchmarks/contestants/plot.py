"""Draws the tables of benchmarks/RESULTS.md that are worth a look: who is how fast, and whether the curves are flat.

    benchmarks/contestants/.venv/bin/python benchmarks/contestants/plot.py

It reads the tables themselves, so the picture says nothing that they do not.
"""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
from matplotlib import pyplot

RESULTS = Path(__file__).resolve().parent.parent / "RESULTS.md"
PICTURE = RESULTS.parent.parent / "docs/images/benchmarks.svg"

_OURS, _OTHERS = "#c2410c", "#94a3b8"


def table(first_heading: str) -> list[list[str]]:
    """The rows of the table whose first column is called so, without its headings."""
    lines = iter(RESULTS.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {first_heading} |"):
            break
    else:
        message = f"{RESULTS}: there is no table whose first column is {first_heading!r}"
        raise SystemExit(message)
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip().strip("*") for cell in line.strip("|").split("|")])
    return rows


def number(cell: str) -> float:
    """1,234.5 as it is written there."""
    return float(re.sub("[^0-9.]", "", cell))


def main() -> None:
    """Write the picture."""
    pyplot.switch_backend("svg")  # needs no display
    matplotlib.rcParams["svg.hashsalt"] = "ioc"  # the same tables make the same file
    figure, (peers, units, indicators) = pyplot.subplots(
        1, 3, figsize=(13, 3.6), width_ratios=(2, 1, 1), layout="constrained"
    )
    rows = table("stream processor")[::-1]
    bars = peers.barh(
        [name for name, *_ in rows],
        [number(speed) for _, speed, *_ in rows],
        color=[_OURS if "compute" in name else _OTHERS for name, *_ in rows],
    )
    peers.bar_label(bars, labels=[f"{number(speed):,.0f}" for _, speed, *_ in rows], padding=3, fontsize=8)
    peers.set(title="events/s, one process each")
    peers.margins(x=0.15)
    for axes, heading, title in (
        (units, "units", "µs per event, by units"),
        (indicators, "indicators", "µs per event, by indicators"),
    ):
        rows = table(heading)
        at = [number(row[0]) for row in rows]
        axes.plot(at, [number(row[4]) for row in rows], "o-", color=_OURS, label="now")
        axes.plot(at, [number(row[6]) for row in rows], "o--", color=_OTHERS, label="before ADR 10")
        axes.set(title=title, xscale="log")
        axes.set_ylim(bottom=0)
        axes.legend()
    for axes in (peers, units, indicators):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    main()
