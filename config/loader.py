"""The whole configuration from its folder, or every mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from config.builders import calendars, codes, dashboards, retention, sources, units
from config.builders.alerts import AlertRuleBuilder
from config.builders.indicators import IndicatorBuilder
from config.builders.indices import IndexBuilder
from config.builders.recipients import RecipientBuilder
from config.documents import read
from config.problems import ConfigurationError, Problem
from config.retention import Retention
from config.shapes import Sheets, shape
from dashboards.declaration import Declaration
from producers.source import Source
from schemas.registry import Registry, load_registry
from streams.core.alert_rules import AlertRule
from streams.core.index import Index
from streams.core.indicators import Indicator
from streams.core.recipients import Recipient
from streams.core.units import Units

Built = TypeVar("Built")


@dataclass(frozen=True)
class Configuration:
    """What the monitor is told; every name in it has been checked against the others, and against the event types."""

    registry: Registry
    units: Units
    indicators: Mapping[str, Indicator]
    indices: Mapping[str, Index]
    alerts: tuple[AlertRule, ...]
    recipients: tuple[Recipient, ...]
    sources: Mapping[str, Source]
    retention: Retention
    dashboards: tuple[Declaration, ...]


def load(folder: Path, registry: Registry | None = None) -> Configuration:
    """Read and check every file of a configuration against the event types of a registry, by default the shipped one.

    Raises:
        ConfigurationError: with every problem found in any file.
    """
    registry = registry or load_registry()
    reader = _Reader(folder)
    calendar_files = reader.sheets("calendar", "calendars/*.yaml", needed=False)
    unit_files = reader.sheets("units", "units/*.yaml")
    code_files = reader.sheets("codes", "codes/*.yaml", needed=False)
    indicator_files = reader.sheets("indicators", "indicators/*.yaml", "sources/*/indicators.yaml")
    index_files = reader.sheets("index", "index/*.yaml", needed=False)
    alert_files = reader.sheets("alerts", "alerts/*.yaml", "sources/*/alerts.yaml")
    recipient_files = reader.sheets("recipients", "recipients.yaml")
    source_files = reader.sheets("source", "sources/*.yaml", "sources/*/source.yaml", needed=False)
    retention_files = reader.sheets("retention", "retention.yaml")
    dashboard_files = reader.sheets(
        "dashboard", "dashboards/*.yaml", "sources/*/dashboard.yaml", needed=False
    )

    working = reader.built(calendars.build(calendar_files))
    all_units = reader.built(codes.build(code_files, reader.built(units.build(unit_files, working))))
    indicators = reader.built(IndicatorBuilder(registry).build(indicator_files))
    alert_rules = AlertRuleBuilder(indicators, indicator_files, unit_files)
    configuration = Configuration(
        registry=registry,
        units=all_units,
        indicators=indicators,
        indices=reader.built(IndexBuilder(indicators, indicator_files).build(index_files)),
        alerts=reader.built(alert_rules.build(alert_files)),
        recipients=reader.built(RecipientBuilder(alert_files, all_units, unit_files).build(recipient_files)),
        sources=reader.built(sources.build(source_files, registry, all_units)),
        retention=reader.built(retention.build(retention_files, indicators.values())),
        dashboards=reader.built(dashboards.build(dashboard_files, indicators)),
    )
    reader.finish()
    return configuration


class _Reader:
    """Reads files and gathers the problems of all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[Path] = set()
        self._problems: list[Problem] = []

    def sheets(self, schema: str, *patterns: str, needed: bool = True) -> Sheets:
        """The files of a part, whose shape a schema in config/formats describes."""
        paths = sorted(path for pattern in patterns for path in self._folder.glob(pattern))
        self._read.update(paths)
        sheets = []
        for path in paths:
            document, problems = read(path, _shown(path))
            self._problems += problems
            if document:
                sheets.append(shape(document, schema))
                self._problems += sheets[-1].problems
        if needed and not paths:
            self._missing(patterns[0])
        return Sheets(tuple(sheets), len(sheets) == len(paths) >= needed)

    def built(self, result: tuple[Built, list[Problem]]) -> Built:
        """What was made of files, noting the problems that came of it."""
        self._problems += result[1]
        return result[0]

    def finish(self) -> None:
        """Look for files that no part has read.

        Raises:
            ConfigurationError: there were problems.
        """
        of_schemas = set(self._folder.glob("sources/*/schemas/*/stream.yaml"))
        for path in sorted(self._folder.rglob("*.y*ml")):
            if path not in self._read | of_schemas:
                hint = "Files end in .yaml and lie where docs/configuration.md says."
                self._problems.append(Problem(_shown(path), 0, "nothing reads this file", hint))
        if self._problems:
            raise ConfigurationError(self._problems)

    def _missing(self, pattern: str) -> None:
        if self._folder.is_dir():
            hint = "docs/configuration.md shows an example."
            self._problems.append(Problem(_shown(self._folder / pattern), 0, "there is no such file", hint))
        else:
            hint = "Name the folder of the configuration in IOC_CONFIG."
            self._problems.append(Problem(_shown(self._folder), 0, "there is no such folder", hint))


def _shown(path: Path) -> str:
    """A path as a person at the terminal would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
