"""The panels in the monitor's house style: grey as long as all is well, colour only for what is abnormal.

Colour never stands alone: the queries put a word or a symbol beside a value that is out of bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboards.model import Field, Grid, Json, Panel, Query, Threshold

NEUTRAL = "text"
WARNING = "orange"
CRITICAL = "red"

ROW_TEXT = "${__data.fields[0]}"
"""A display name: the row's text. A lone figure shows no text of its row without it."""

_BY_THRESHOLD: Json = {"mode": "thresholds"}


def fixed_color(color: str) -> Json:
    """One colour, whatever the value."""
    return {"mode": "fixed", "fixedColor": color}


def always_neutral() -> tuple[Threshold, ...]:
    """Nothing about the value is abnormal."""
    return (Threshold(None, NEUTRAL),)


def above(limit: float, color: str = WARNING) -> tuple[Threshold, ...]:
    """Abnormal from `limit` on."""
    return (Threshold(None, NEUTRAL), Threshold(limit, color))


def below(limit: float | None, color: str = WARNING) -> tuple[Threshold, ...]:
    """Abnormal under `limit`; None: nothing is. What is not known (null) takes the lowest step and is not abnormal."""
    if limit is None:
        return always_neutral()
    return (Threshold(None, NEUTRAL), Threshold(0, color), Threshold(limit, NEUTRAL))


def mapped_nothing(text: str) -> Json:
    """Shows `text` where there is no figure."""
    return {
        "type": "special",
        "options": {"match": "null+nan", "result": {"text": text, "color": NEUTRAL, "index": 0}},
    }


def stat(
    number: int,
    title: str,
    grid: Grid,
    query: Query,
    field: Field,
    *,
    description: str = "",
    orientation: str = "auto",
    wide: bool = False,
) -> Panel:
    """A large figure a row; the row's text column stands above it, or in a wide layout beside it."""
    options = {
        "reduceOptions": _every_row(),
        "orientation": orientation,
        "textMode": "value_and_name",
        "wideLayout": wide,
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "showPercentChange": False,
    }
    return Panel(number, "stat", title, grid, description, (query,), _judged(field), options=options)


def gauge(number: int, title: str, grid: Grid, query: Query, field: Field, *, description: str = "") -> Panel:
    """A figure on a scale from the field's min to its max, the thresholds beside it."""
    options = {
        "reduceOptions": _every_row(),
        "orientation": "auto",
        "showThresholdLabels": False,
        "showThresholdMarkers": True,
        "sizing": "auto",
        "minVizWidth": 75,
        "minVizHeight": 75,
    }
    return Panel(number, "gauge", title, grid, description, (query,), _judged(field), options=options)


def bar_gauge(
    number: int, title: str, grid: Grid, query: Query, field: Field, *, description: str = ""
) -> Panel:
    """A bar a row, named by the row's text column."""
    options = {
        "reduceOptions": _every_row(),
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "text",
        "namePlacement": "top",
        "text": {"titleSize": 14, "valueSize": 18},
        "showUnfilled": True,
        "sizing": "manual",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 60,
        "legend": {"calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": False},
    }
    return Panel(number, "bargauge", title, grid, description, (query,), _judged(field), options=options)


def time_series(
    number: int,
    title: str,
    grid: Grid,
    query: Query,
    field: Field,
    *,
    description: str = "",
    overrides: Mapping[str, Field] | None = None,
    stacked_bars: bool = False,
) -> Panel:
    """Lines, or stacked bars, over time; overrides go by the series' names."""
    custom: Json = {
        "drawStyle": "bars" if stacked_bars else "line",
        "lineInterpolation": "linear",
        "lineWidth": 0 if stacked_bars else 2,
        "fillOpacity": 85 if stacked_bars else 10,
        "gradientMode": "none",
        "showPoints": "never",
        "pointSize": 5,
        "spanNulls": False,
        "barAlignment": 1 if stacked_bars else 0,
        "barWidthFactor": 0.9,
        "stacking": {"mode": "normal" if stacked_bars else "none", "group": "A"},
        "axisPlacement": "auto",
        "axisLabel": "",
        "axisColorMode": "text",
        "axisBorderShow": False,
        "axisCenteredZero": False,
        "axisSoftMin": 0,
        "scaleDistribution": {"type": "linear"},
        "thresholdsStyle": {"mode": "off"},
        "hideFrom": {"legend": False, "tooltip": False, "viz": False},
        "insertNulls": False,
    }
    options = {
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc", "hideZeros": False},
    }
    drawn = replace(field, color=field.color or fixed_color(NEUTRAL), custom={**custom, **field.custom})
    return Panel(number, "timeseries", title, grid, description, (query,), drawn, overrides or {}, options)


def table(
    number: int,
    title: str,
    grid: Grid,
    query: Query,
    columns: Mapping[str, Field],
    *,
    description: str = "",
    no_value: str = "–",
) -> Panel:
    """Rows as the query orders them; `columns` says how those that need it look."""
    options = {
        "showHeader": True,
        "cellHeight": "sm",
        "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": ""},
        "sortBy": [],
    }
    plain = Field(
        no_value=no_value,
        color=fixed_color(NEUTRAL),
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False},
    )
    return Panel(number, "table", title, grid, description, (query,), plain, columns, options)


def bar_chart(
    number: int,
    title: str,
    grid: Grid,
    query: Query,
    x_field: str,
    *,
    description: str = "",
    overrides: Mapping[str, Field] | None = None,
    stacked: bool = False,
) -> Panel:
    """Bars over the words of the column `x_field`, so that empty years take no room."""
    options = {
        "xField": x_field,
        "orientation": "vertical",
        "xTickLabelRotation": 0,
        "xTickLabelSpacing": 100,
        "showValue": "never",
        "stacking": "normal" if stacked else "none",
        "groupWidth": 0.8,
        "barWidth": 0.9,
        "barRadius": 0,
        "fullHighlight": False,
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "multi", "sort": "none", "hideZeros": False},
    }
    custom: Json = {
        "lineWidth": 0,
        "fillOpacity": 85,
        "gradientMode": "none",
        "axisPlacement": "auto",
        "axisLabel": "",
        "axisColorMode": "text",
        "axisBorderShow": False,
        "axisCenteredZero": False,
        "axisSoftMin": 0,
        "scaleDistribution": {"type": "linear"},
        "thresholdsStyle": {"mode": "off"},
        "hideFrom": {"legend": False, "tooltip": False, "viz": False},
    }
    field = Field(color=fixed_color(NEUTRAL), custom=custom)
    return Panel(number, "barchart", title, grid, description, (query,), field, overrides or {}, options)


def judged_column(thresholds: Sequence[Threshold], *, width: int) -> Field:
    """A table's column of ratios whose text is coloured where the ratio is abnormal."""
    custom: dict[str, Any] = {"cellOptions": {"type": "color-text"}, "align": "right", "width": width}
    return Field(
        unit="percentunit",
        decimals=1,
        color=_BY_THRESHOLD,
        thresholds=thresholds,
        custom=custom,
    )


def _every_row() -> Json:
    return {"values": True, "calcs": ["lastNotNull"], "fields": "", "limit": 50}


def _judged(field: Field) -> Field:
    return replace(field, color=field.color or _BY_THRESHOLD, thresholds=field.thresholds or always_neutral())
