"""Panels made of figures: each says which indicator it is of, and in which words it stands there.

A flow is summed over the viewer's period, a stock over all days until its end; both are of the chosen unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dashboards import panels
from dashboards.language import Say
from dashboards.model import Field, Grid, Panel, Query
from dashboards.sql import sql
from dashboards.values import in_words

Part = Literal["numerator", "denominator", "share", "millions", "days", "values"]
"""What of the sums is shown; `values` are how many dimensions have any."""

_SQL = {
    "numerator": "sumIf(numerator, {of})",
    "denominator": "sumIf(denominator, {of})",
    "share": "sumIf(numerator, {of}) / nullIf(sumIf(denominator, {of}), 0)",
    "millions": "sumIf(numerator, {of}) / 1000000",
    "days": "sumIf(numerator, {of}) / nullIf(sumIf(denominator, {of}), 0) / 86400000",
    "values": "uniqExactIf(dims, {of} AND dims != '' AND numerator > 0)",
}
_FIELDS = {
    "numerator": Field(unit="locale", decimals=0),
    "denominator": Field(unit="locale", decimals=0),
    "share": Field(unit="percentunit", decimals=1),
    "millions": Field(unit="locale", decimals=1),
    "days": Field(unit="none", decimals=1),
    "values": Field(unit="locale", decimals=0),
}


@dataclass(frozen=True)
class Figure:
    """A figure of an indicator; `value`, like `credit_kind=social`, is the dimension that it is of, if not of all."""

    indicator: str
    vi: str
    en: str
    part: Part = "numerator"
    stock: bool = False
    value: str = ""
    width: int = 110

    def column(self, say: Say) -> str:
        """SQL: an aggregate over rows of buckets, named in this language."""
        of = f"indicator = '{self.indicator}'" + (f" AND dims = '{self.value}'" if self.value else "")
        return f'{_SQL[self.part].format(of=of)} AS "{say(self.vi, self.en)}"'

    @property
    def field(self) -> Field:
        """How it is written."""
        return _FIELDS[self.part]


_STAT = """
    SELECT {columns}
    FROM indicator_buckets
    WHERE unit = @unit AND {counted}
"""


def stat(number: int, title: str, grid: Grid, say: Say, figures: Sequence[Figure], description: str) -> Panel:
    """The figures one beside the other."""
    panel = panels.stat(
        number,
        title,
        grid,
        _query(_STAT, say, figures),
        Field(unit="locale", decimals=0, no_value="–"),
        description=description,
        orientation="vertical",
    )
    return replace(panel, overrides={say(one.vi, one.en): one.field for one in figures})


_BARS = """
    SELECT {value} AS "{heading}", {columns}
    FROM indicator_buckets
    WHERE unit = @unit AND {counted}
    GROUP BY "{heading}"
    HAVING "{first}" > 0
    ORDER BY "{first}" DESC, "{heading}"
"""


def bars(
    number: int, title: str, grid: Grid, say: Say, figure: Figure, column: str, description: str
) -> Panel:
    """A bar for each value of a column, the longest first."""
    query = _query(_BARS, say, [figure], value=in_words(column, say), heading=say("Loại", "Kind"))
    field = replace(
        figure.field,
        min=0,
        max=1 if figure.part == "share" else None,
        color=panels.fixed_color("#8d96a0"),
        no_value=say("chưa phát sinh", "none yet"),
    )
    return panels.bar_gauge(number, title, grid, query, field, description=description)


_BY_VALUE = """
    SELECT {value} AS "{heading}", {columns}
    FROM indicator_buckets
    WHERE unit = @unit AND {counted}
    GROUP BY "{heading}"
    ORDER BY "{first}" DESC NULLS LAST, "{heading}"
"""


def by_value(
    number: int,
    title: str,
    grid: Grid,
    say: Say,
    figures: Sequence[Figure],
    column: str,
    heading: tuple[str, str],
    description: str,
) -> Panel:
    """A row for each value of a column; what is counted most comes first."""
    name = say(*heading)
    query = _query(_BY_VALUE, say, figures, value=in_words(column, say), heading=name)
    return _table(number, title, grid, say, figures, name, query, description)


# All units since the beginning: parts are added up at once, not bucket by bucket as the view does.
_BY_UNIT = """
    SELECT u.@name AS "{heading}", f.* EXCEPT (unit)
    FROM
    (
        SELECT unit, {columns}
        FROM indicator_values FINAL
        WHERE @within_unit AND {counted}
        GROUP BY unit
    ) AS f
    INNER JOIN (SELECT * FROM units FINAL WHERE level != 'province') AS u ON f.unit = u.code
    ORDER BY f."{first}" ASC NULLS LAST, u.code
"""


def by_unit(
    number: int, title: str, grid: Grid, say: Say, figures: Sequence[Figure], description: str
) -> Panel:
    """A row for each unit below the chosen one, the lowest first figure on top."""
    heading = say("Đơn vị", "Unit")
    query = _query(_BY_UNIT, say, figures, heading=heading)
    return _table(number, title, grid, say, figures, heading, query, description)


def _table(
    number: int,
    title: str,
    grid: Grid,
    say: Say,
    figures: Sequence[Figure],
    heading: str,
    query: Query,
    description: str,
) -> Panel:
    columns = {
        say(one.vi, one.en): replace(one.field, custom={"align": "right", "width": one.width})
        for one in figures
    }
    return panels.table(
        number,
        title,
        grid,
        query,
        {heading: Field(custom={"minWidth": 150}), **columns},
        description=description,
    )


def _query(text: str, say: Say, figures: Sequence[Figure], **parts: str) -> Query:
    """The text with the columns of the figures and the condition of the buckets that they are made of."""
    counted = []
    for stock, when in ((False, "@in_period"), (True, "@until_end")):
        if names := dict.fromkeys(f"'{one.indicator}'" for one in figures if one.stock is stock):
            counted.append(f"indicator IN ({', '.join(names)}) AND {when}")
    whole = text.format(
        columns=",\n           ".join(one.column(say) for one in figures),
        counted=counted[0] if len(counted) == 1 else f"({' OR '.join(counted)})",
        first=say(figures[0].vi, figures[0].en),
        **parts,
    )
    return Query(sql(whole, say))
