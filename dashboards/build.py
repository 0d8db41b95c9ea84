"""From Python to the committed JSON: one file per dashboard and language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from config.loader import Configuration
from dashboards.deadlines import deadlines
from dashboards.declared import declared
from dashboards.history import history
from dashboards.index import index
from dashboards.language import LANGUAGES, Language, Say
from dashboards.model import Dashboard
from dashboards.overview import overview
from dashboards.payments import payments
from dashboards.quality import quality
from dashboards.records import records
from dashboards.services import services
from dashboards.shipped import FOLDER, Shipped, plain


def dashboards(language: Language, configuration: Configuration) -> list[Dashboard]:
    """Every dashboard in one language, in the order of the playlist; the first is home."""
    say = Say(language)
    targets = {indicator.id: indicator.target for indicator in configuration.indicators.values()}
    streams = configuration.registry.streams.values()
    made = [
        overview(say, targets, streams),
        deadlines(say),
        services(say, targets),
        payments(say, targets),
        records(say, targets),
        history(say),
        index(say),
        quality(say, streams),
    ]
    return [*made, *(declared(declaration, say) for declaration in configuration.dashboards)]


def files(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Name and content of every file that belongs into `dashboards/json/`."""
    for language in LANGUAGES:
        for dashboard in dashboards(language, configuration):
            text = json.dumps(dashboard.json(), ensure_ascii=False, indent=2)
            yield f"{dashboard.uid}.json", text + "\n"


def shown(configuration: Configuration) -> Shipped:
    """Every dashboard of a configuration, without a detour over files."""
    made = {language: dashboards(language, configuration) for language in LANGUAGES}
    return Shipped(
        {
            (plain(one.uid), language): one.json()
            for of_languages in zip(*made.values(), strict=True)
            for language, one in zip(made, of_languages, strict=True)
        }
    )


def write(configuration: Configuration, folder: Path = FOLDER) -> list[Path]:
    """Write the files that differ and remove those that no dashboard makes any more; returns what changed."""
    folder.mkdir(exist_ok=True)
    wanted = dict(files(configuration))
    changed = drift(configuration, folder)
    for path in changed:
        if path.name in wanted:
            path.write_text(wanted[path.name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def drift(configuration: Configuration, folder: Path = FOLDER) -> list[Path]:
    """The files that are missing, differ from what the source makes, or belong to no dashboard."""
    wanted = dict(files(configuration))
    paths = {*folder.glob("*.json"), *(folder / name for name in wanted)}
    return sorted(p for p in paths if not p.exists() or p.read_text(encoding="utf-8") != wanted.get(p.name))
