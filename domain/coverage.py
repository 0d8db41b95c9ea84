"""From a row to its event types, indicators, panels and alert rules; and the holes on that way.

Only the link from a row to its indicators is stated. All others follow from the definitions of indicators and rules,
and from the SQL of the panels, which names the indicators that it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.loader import Configuration
from dashboards.model import Json
from domain.rows import Row
from streams.core.alert_rules import AlertRule
from streams.core.indicators import Indicator


class PanelName(NamedTuple):
    """A panel as a reader finds it."""

    dashboard: str
    title: str


class Covered(NamedTuple):
    """What answers a row; `holes` say in words what is not there."""

    row: Row
    events: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    panels: tuple[PanelName, ...]
    rules: tuple[AlertRule, ...]
    holes: tuple[str, ...]


class Coverage:
    """Answers by indicator: of one configuration and the dashboards in one language."""

    def __init__(self, configuration: Configuration, dashboards: Iterable[Json]) -> None:
        self._indicators = configuration.indicators
        self._rules = configuration.alerts
        self._told_by = {
            stream.cases.name: f"{stream.name}.*" for stream in configuration.registry.streams.values()
        }
        self._panels = _panels(dashboards, configuration.indicators)

    def of(self, row: Row) -> Covered:
        """What answers a row, each thing once, in the order of its indicators."""
        indicators = tuple(self._indicators[name] for name in row.indicators if name in self._indicators)
        names = {indicator.id for indicator in indicators}
        return Covered(
            row,
            tuple(dict.fromkeys(kind for indicator in indicators for kind in self._events(indicator))),
            indicators,
            tuple(dict.fromkeys(panel for one in indicators for panel in self._panels[one.id])),
            tuple(rule for rule in self._rules if rule.indicator in names),
            tuple(self._holes(row)),
        )

    def _events(self, indicator: Indicator) -> tuple[str, ...]:
        """The kinds of events that it is over; of one over cases those of their stream."""
        return (self._told_by[indicator.over[0]],) if indicator.over_cases else indicator.over

    def _holes(self, row: Row) -> Iterator[str]:
        if not row.indicators:
            yield "no indicator answers it"
        ruled = {rule.indicator for rule in self._rules}
        for name in row.indicators:
            if name not in self._indicators:
                yield f"nobody defines the indicator {name}"
                continue
            if not self._panels[name]:
                yield f"no panel shows {name}"
            if self._indicators[name].target is not None and name not in ruled:
                yield f"{name} has a target and no alert rule"
        if row.goal and not ruled.intersection(row.indicators):
            yield "it has a goal and no alert rule"


def _panels(
    dashboards: Iterable[Json], indicators: Mapping[str, Indicator]
) -> Mapping[str, tuple[PanelName, ...]]:
    """The panels whose SQL names an indicator."""
    found: dict[str, list[PanelName]] = {name: [] for name in indicators}
    for dashboard in dashboards:
        for panel in dashboard["panels"]:
            named = {word for one in panel["targets"] for word in re.findall(r"'(\w+)'", one["rawSql"])}
            for name in named & found.keys():
                found[name].append(PanelName(dashboard["title"], panel["title"]))
    return {name: tuple(panels) for name, panels in found.items()}
