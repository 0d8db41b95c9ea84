"""Random schemas of the subset, and data that nearly or fully fits them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from schemas.subset import DIALECT

WORDS = st.sampled_from(["red", "green", "blue", "online", "direct", "other"])
PATTERNS = st.sampled_from(
    [
        r"^[A-Z]{1,4}$",
        r"^H[0-9]{2}(?:\.[0-9]{2}){2}$",
        r"^(?:a|bc)?[0-9]{3}$",
        r"^(?!\+?[0-9]{9,12}$)[A-Za-z0-9._/-]{1,64}$",
    ]
)
_TITLES = {"title": "A field", "x-title-vi": "Một trường", "description": "What it says."}
_INSTANTS = st.datetimes(datetime(1969, 12, 30), datetime(2201, 1, 2), timezones=st.none())  # noqa: DTZ001  offset follows
_OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def fields() -> st.SearchStrategy[dict[str, Any]]:
    """The schema of one field."""
    bounds = st.tuples(st.integers(-50, 50), st.integers(0, 50)).map(lambda b: (b[0], b[0] + b[1]))
    return st.one_of(
        st.lists(WORDS, min_size=1, unique=True).map(lambda words: {"type": "string", "enum": words}),
        PATTERNS.map(lambda pattern: {"type": "string", "pattern": pattern, "maxLength": 12}),
        st.sampled_from(["date-time", "date"]).map(lambda name: {"type": "string", "format": name}),
        bounds.map(lambda b: {"type": "integer", "minimum": b[0], "maximum": b[1]}),
        st.just({"type": "boolean"}),
    ).map(lambda field: _TITLES | field)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A schema of one to five fields."""
    names = draw(
        st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon"]), min_size=1, unique=True)
    )
    return {
        "$schema": DIALECT,
        **_TITLES,
        "version": "1.0",
        "type": "object",
        "additionalProperties": False,
        "required": draw(st.lists(st.sampled_from(names), unique=True)),
        "properties": {name: draw(fields()) for name in names},
    }


def values(field: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the field of a schema takes, or nearly."""
    return st.one_of(_fitting(field), _fitting(field), _odd())


@st.composite
def data(draw: st.DrawFn, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Data that fits a schema, or misses it in one place or another."""
    properties = schema["properties"]
    names = [name for name in properties if name in schema["required"] or draw(st.booleans())]
    if draw(st.integers(0, 9)) == 0:
        names = draw(st.lists(st.sampled_from([*properties, "unheard_of"]), unique=True))
    bad = draw(st.sampled_from([None, *names])) if draw(st.booleans()) else None
    return {
        name: draw((_odd() if name == bad else _fitting(properties[name])) if name in properties else _odd())
        for name in names
    }


def _fitting(field: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    match field:
        case {"enum": words}:
            return st.sampled_from(words)
        case {"pattern": pattern}:
            return st.from_regex(pattern)
        case {"format": "date"}:
            return st.dates(date(1969, 12, 30), date(2201, 1, 2)).map(date.isoformat)
        case {"format": _}:
            return st.builds(lambda day, offset: day.replace(tzinfo=offset).isoformat(), _INSTANTS, _OFFSETS)
        case {"type": "integer", "minimum": low, "maximum": high}:
            return st.integers(low - 1, high + 1)
        case _:
            return st.booleans()


def _odd() -> st.SearchStrategy[Any]:
    """What comes from sources that were not careful."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(ODD_TEXTS),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=1),
    )


ODD_TEXTS = [
    "",
    " ",
    "online",
    "online ",
    "A\n",
    "١٢٣",
    "040085001234",
    "2026-10-10",
    "2026-10-10\n",
    "2026-1-10",
    "2026-02-30",
    "20261010",
    "2026-W41-6",
    "2026-10-10T08:15:00",
    "2026-10-10T08:15:00Z",
    "2026-10-10t08:15:00z",
    "2026-10-10 08:15:00+07:00",
    "2026-10-10T08:15:00+0700",
    "2026-10-10T08:15:00+07",
    "2026-10-10T08:15:00.5+07:00",
    "2026-10-10T08:15:00.123456789+07:00",
    "2026-10-10T08:15:00,5+07:00",
    "2026-10-10T08:15+07:00",
    "2026-10-10T24:00:00Z",
    "2026-10-10T23:59:60Z",
    "2026-10-10T08:15:00+24:00",
    "2026-10-10T08:15:00+07:60",
    "2026-10-10T08:15:00-00:00",
    "0001-01-01T00:00:00+07:00",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
    "2200-12-31T23:59:59Z",
    "2201-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
]
"""Texts at the borders of the formats."""
