"""Grafana's dashboard model (schema version 41), as far as the monitor uses it, typed.

A dashboard is built of these values and written with `Dashboard.json()`. Panels are made by `dashboards.panels`, which
knows the house style; this module knows only what Grafana's JSON looks like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]

SCHEMA_VERSION = 41
DATASOURCE: Json = {"type": "grafana-clickhouse-datasource", "uid": "ioc-clickhouse"}

Format = Literal["time_series", "table"]
_FORMAT_NUMBERS: Mapping[Format, int] = {"time_series": 0, "table": 1}


@dataclass(frozen=True)
class Grid:
    """A panel's place on the grid of 24 columns; a row is 30 pixels high, with a gap of 8."""

    x: int
    y: int
    w: int
    h: int

    def json(self) -> Json:
        """Grafana's `gridPos`."""
        return {"x": self.x, "y": self.y, "w": self.w, "h": self.h}


@dataclass(frozen=True)
class Query:
    """The SQL of a panel, with the data source's macros and `${variable:sqlstring}`."""

    sql: str
    format: Format = "table"

    def json(self, ref_id: str) -> Json:
        """A panel's target, as the data source's SQL editor writes it."""
        return {
            "refId": ref_id,
            "datasource": DATASOURCE,
            "editorType": "sql",
            "queryType": "timeseries" if self.format == "time_series" else "table",
            "format": _FORMAT_NUMBERS[self.format],
            "rawSql": self.sql,
        }


@dataclass(frozen=True)
class Threshold:
    """From this value on (None: from the lowest) the colour holds."""

    value: float | None
    color: str

    def json(self) -> Json:
        """A step of `thresholds`."""
        return {"value": self.value, "color": self.color}


@dataclass(frozen=True)
class Field:
    """How a value looks: a panel's defaults, or, in an override, one column's."""

    unit: str | None = None
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    display_name: str | None = None
    color: Json | None = None
    thresholds: Sequence[Threshold] | None = None
    mappings: Sequence[Json] = ()
    no_value: str | None = None
    links: Sequence[Json] = ()
    custom: Mapping[str, Any] = default(default_factory=dict)

    def json(self) -> Json:
        """Grafana's `fieldConfig.defaults`; what is not said is left out."""
        said: Json = {
            "unit": self.unit,
            "decimals": self.decimals,
            "min": self.min,
            "max": self.max,
            "displayName": self.display_name,
            "color": self.color,
            "thresholds": self._thresholds(),
            "mappings": list(self.mappings) or None,
            "noValue": self.no_value,
            "links": list(self.links) or None,
            "custom": dict(self.custom) or None,
        }
        return {name: value for name, value in said.items() if value is not None}

    def properties(self) -> list[Json]:
        """The same as the properties of an override, in which each custom option has an id of its own."""
        plain = self.json()
        custom = plain.pop("custom", {})
        pairs = [*plain.items(), *((f"custom.{name}", value) for name, value in custom.items())]
        return [{"id": name, "value": value} for name, value in pairs]

    def _thresholds(self) -> Json | None:
        if self.thresholds is None:
            return None
        return {"mode": "absolute", "steps": [threshold.json() for threshold in self.thresholds]}


@dataclass(frozen=True)
class Panel:
    """One block of a dashboard; `id` stays with it for good, since links and caches use it."""

    id: int
    type: str
    title: str
    grid: Grid
    description: str = ""
    queries: Sequence[Query] = ()
    field: Field = Field()
    overrides: Mapping[str, Field] = default(default_factory=dict)
    options: Mapping[str, Any] = default(default_factory=dict)
    transparent: bool = False

    def json(self) -> Json:
        """Grafana's panel; an override goes by the column's name."""
        overrides = [
            {"matcher": {"id": "byName", "options": name}, "properties": one.properties()}
            for name, one in self.overrides.items()
        ]
        panel: Json = {
            "id": self.id,
            "type": self.type,
            "title": self.title,
            "description": self.description,
            "gridPos": self.grid.json(),
            "transparent": self.transparent,
            "fieldConfig": {"defaults": self.field.json(), "overrides": overrides},
            "options": dict(self.options),
        }
        if self.queries:
            panel["datasource"] = DATASOURCE
            panel["targets"] = [query.json(chr(ord("A") + n)) for n, query in enumerate(self.queries)]
        return panel


@dataclass(frozen=True)
class Variable:
    """A choice of the viewer, read from the store: the SQL's first column is the value, its second the words for it.

    `current` must be among the options, or the first one is taken.
    """

    name: str
    label: str
    sql: str
    current: str

    def json(self) -> Json:
        """A variable of type `query`, read anew whenever the dashboard is opened."""
        return {
            "type": "query",
            "name": self.name,
            "label": self.label,
            "datasource": DATASOURCE,
            "query": self.sql,
            "definition": self.sql,
            "current": {"text": self.current, "value": self.current},
            "options": [],
            "refresh": 1,
            "sort": 0,
            "regex": "",
            "multi": False,
            "includeAll": False,
            "hide": 0,
            "skipUrlSync": False,
        }


@dataclass(frozen=True)
class Dashboard:
    """A whole dashboard in one language."""

    uid: str
    title: str
    description: str
    tags: Sequence[str]
    time_zone: str
    time_from: str
    time_to: str
    refresh: str
    panels: Sequence[Panel]
    variables: Sequence[Variable] = ()
    links: Sequence[Json] = ()

    def json(self) -> Json:
        """Grafana's dashboard; `id` is Grafana's own and stays empty, `version` is counted by Grafana."""
        return {
            "id": None,
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": list(self.tags),
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "fiscalYearStartMonth": 0,
            "timezone": self.time_zone,
            "weekStart": "monday",
            "time": {"from": self.time_from, "to": self.time_to},
            "timepicker": {"refresh_intervals": ["5s", "10s", "30s", "1m", "5m"]},
            "refresh": self.refresh,
            "liveNow": False,
            "annotations": {"list": []},
            "templating": {"list": [variable.json() for variable in self.variables]},
            "links": list(self.links),
            "panels": [panel.json() for panel in self.panels],
        }
