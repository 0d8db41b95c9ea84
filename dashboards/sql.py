"""The SQL of the panels: plain text with `@name` for what is put in, so that it reads like what ClickHouse gets.

A figure comes from the buckets of one grain. A period that starts at local midnight, or is longer than a day and a
half, is made of days (always complete); one of up to two hours is made of minutes, any other of hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from textwrap import dedent
from types import MappingProxyType

from dashboards.language import Say

TIME_ZONE = "Asia/Ho_Chi_Minh"
"""Of every dashboard; imported history of a zone further west still falls into its own days and months."""

_SPAN = "dateDiff('second', $__fromTime, $__toTime)"
_GRAIN = (
    f"multiIf({_SPAN} > 129600 OR toStartOfDay($__fromTime, '{TIME_ZONE}') = $__fromTime, 'day',"
    f" {_SPAN} <= 7200, 'minute', 'hour')"
)
_PARTS = {
    "span": _SPAN,
    # A bucket's condition: it belongs to the viewer's period.
    "in_period": f"grain = {_GRAIN} AND $__timeFilter(bucket)",
    # A bucket's condition: it is a bar of a chart over that period.
    "in_steps": (
        f"grain = multiIf({_SPAN} <= 7200, 'minute', {_SPAN} <= 691200, 'hour', 'day') AND $__timeFilter(bucket)"
    ),
    # A bucket's condition for a stock at the end of that period, or now if that is still to come.
    "until_end": "grain = 'day' AND bucket <= least($__toTime, now())",
    # A unit's condition: it is the chosen one, or one below it.
    "within_unit": "unit IN (SELECT code FROM units WHERE ${unit:sqlstring} IN (code, parent, province))",
    # The zone of the chosen unit's calendar.
    "zone": "(SELECT any(time_zone) FROM units WHERE code = ${unit:sqlstring})",
    "province": "${province:sqlstring}",
    "unit": "${unit:sqlstring}",
}


class _SqlTemplate(Template):
    delimiter = "@"


def sql(text: str, say: Say, expressions: Mapping[str, str] = MappingProxyType({}), /, **words: str) -> str:
    """The query with its parts and words put in, without the source's indentation.

    Beside `expressions` and `words` these are known: those of `_PARTS`; `@name`, the column of names in this language;
    and two functions for the WITH clause, `@grouped` (12.345 or 12,345) and `@out_of` (45.231 / 50.333).

    Raises:
        KeyError: a name in the text is not known.
        ValueError: a word would break out of its quotes.
    """
    for word in words.values():
        if "'" in word or '"' in word or "\\" in word:
            msg = f"{word!r} cannot stand inside quotes in SQL"
            raise ValueError(msg)
    mark = say(".", ",")
    grouped = rf"trim(LEADING '{mark}' FROM reverse(replaceRegexpAll(reverse(toString(n)), '\\d{{3}}', '\\0{mark}')))"
    functions = {
        "name": f"name_{say.language}",
        "grouped": f"n -> {grouped} AS grouped",
        "out_of": "(n, d) -> concat(grouped(n), ' / ', grouped(d)) AS out_of",
    }
    return _SqlTemplate(dedent(text).strip()).substitute(_PARTS | functions | dict(expressions) | words)


def percent(share: float, say: Say) -> str:
    """A share in words: 90 % or 62,5 %."""
    return f"{share * 100:.4g} %".replace(".", say(",", "."))
