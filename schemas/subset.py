"""The subset of JSON Schema 2020-12 that event schemas are written in.

It is small enough to compile to structs, exact enough for sums (whole numbers only), and has no place for personal
data: no text but enums, codes, instants and dates; no field of a personal name.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from schemas.pattern_rules import pattern_mistakes
from schemas.personal_data import is_personal
from streams.core.life import LIFE_COLUMNS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

RESERVED = frozenset({"id", "source", "subject", "time", "type", "unit"} | LIFE_COLUMNS.keys()) - {"due_at"}
"""Columns that every event or dossier has already. `due_at` is theirs, but comes from the events' data."""

MAX_CODE = 128
MAX_INTEGER = 2**53 - 1
"""The largest whole number that every JSON reader takes exactly."""

_DESCRIBED = {"title", "x-title-vi", "description"}
_ROOT = _DESCRIBED | {
    "$schema",
    "version",
    "x-status-code",
    "type",
    "additionalProperties",
    "required",
    "properties",
}
_EVERY_FIELD = _DESCRIBED | {"type", "examples", "deprecated"}
_FIELD_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_FORMS = (
    "Make it a string with enum, with pattern and maxLength, or with format date-time or date;"
    " an integer with minimum and maximum; or a boolean."
)


class Mistake(NamedTuple):
    """What is wrong in a schema: `location` is the way from its root, `hint` says what to do."""

    location: tuple[str, ...]
    message: str
    hint: str

    @property
    def pointer(self) -> str:
        """The location as a JSON pointer."""
        return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in self.location)


def check_schema(schema: object) -> list[Mistake]:
    """Every mistake of one schema; none means that it can be compiled."""
    if not isinstance(schema, Mapping):
        return [Mistake((), "a schema is an object", "See the shipped schemas for the form.")]
    return [*_root(schema), *_properties(schema)]


def _root(schema: Mapping[str, Any]) -> Iterator[Mistake]:
    yield from _unknown((), schema, _ROOT)
    yield from _described((), schema)
    for name, wanted in (("$schema", DIALECT), ("type", "object"), ("additionalProperties", False)):
        if type(schema.get(name)) is not type(wanted) or schema[name] != wanted:
            hint = f"Set {name} to {json.dumps(wanted)}."
            yield Mistake((name,) if name in schema else (), f"{name} is not {json.dumps(wanted)}", hint)
    version = schema.get("version")
    if not isinstance(version, str) or not re.fullmatch(r"[1-9][0-9]*\.(?:0|[1-9][0-9]*)", version):
        hint = 'Write the type version and the minor version, at first "1.0".'
        yield Mistake(("version",) if "version" in schema else (), "version is not like 1.0", hint)
    status = schema.get("x-status-code", 1)
    if not _is_whole(status) or not 1 <= status <= 10:
        yield Mistake(
            ("x-status-code",), "there is no such status", "Give a status of the national portal, 1 to 10."
        )


def _properties(schema: Mapping[str, Any]) -> Iterator[Mistake]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        yield Mistake((), "no properties", "Add `properties` with at least one field.")
        return
    for name, field in properties.items():
        at = ("properties", name)
        yield from _name(at, name)
        if isinstance(field, Mapping):
            yield from _described(at, field)
            yield from _field(at, field)
        else:
            yield Mistake(at, "a field's schema is an object", _FORMS)
    required = schema.get("required", [])
    if not isinstance(required, list) or len(set(map(str, required))) < len(required):
        yield Mistake(
            ("required",), "required is not a list of different names", "List the names of required fields."
        )
        return
    for name in required:
        if not isinstance(name, str) or name not in properties:
            yield Mistake(
                ("required",),
                f"{name} is required but is no property",
                "Add it to properties, or remove it here.",
            )


def _name(at: tuple[str, ...], name: str) -> Iterator[Mistake]:
    if is_personal(name):
        hint = "Leave it out: an event says what happened in which unit, never to whom."
        yield Mistake(at, f"a field {name} may hold personal data or free text", hint)
    elif not _FIELD_NAME.fullmatch(name) or len(name) > 63:
        yield Mistake(
            at, f"{name!r} is not in lower_snake_case of at most 63 characters", "Rename the field."
        )
    elif name in RESERVED or keyword.iskeyword(name):
        yield Mistake(
            at,
            f"{name} is a column that events or dossiers have already, or a word of Python",
            "Rename the field.",
        )


def _field(at: tuple[str, ...], field: Mapping[str, Any]) -> Iterator[Mistake]:
    match field:
        case {"type": "string", "enum": values}:
            yield from _unknown(at, field, _EVERY_FIELD | {"enum"})
            yield from _enum((*at, "enum"), values)
        case {"type": "string", "format": format_}:
            yield from _unknown(at, field, _EVERY_FIELD | {"format"})
            if format_ not in ("date-time", "date"):
                yield Mistake(
                    (*at, "format"), f"the format {format_} has no place here", "Use date-time or date."
                )
        case {"type": "string", "pattern": pattern}:
            yield from _unknown(at, field, _EVERY_FIELD | {"pattern", "maxLength"})
            yield from _pattern(at, pattern, field.get("maxLength"))
        case {"type": "integer"}:
            yield from _unknown(at, field, _EVERY_FIELD | {"minimum", "maximum"})
            yield from _bounds(at, field.get("minimum"), field.get("maximum"))
        case {"type": "boolean"}:
            yield from _unknown(at, field, _EVERY_FIELD)
        case {"type": "string"}:
            yield Mistake(
                at, "a text without enum, pattern or format could be anything, also personal data", _FORMS
            )
        case {"type": "number"}:
            yield Mistake(
                at, "a number with decimals cannot be summed exactly", "Use an integer of a smaller unit."
            )
        case _:
            yield Mistake(at, "this form of a field cannot be compiled", _FORMS)
    if not isinstance(field.get("deprecated", False), bool):
        yield Mistake((*at, "deprecated"), "deprecated is true or false", "Set it to true, or remove it.")
    if not isinstance(field.get("examples", []), list):
        yield Mistake((*at, "examples"), "examples is a list", "List values that the field may have.")


def _enum(at: tuple[str, ...], values: object) -> Iterator[Mistake]:
    if not isinstance(values, list) or not values or len(set(map(str, values))) < len(values):
        yield Mistake(at, "an enum is a list of different words", "List the values that the field may have.")
        return
    for value in values:
        if not isinstance(value, str) or not _FIELD_NAME.fullmatch(value) or len(value) > 63:
            yield Mistake(
                at,
                f"the value {value!r} is not a lower_snake_case word",
                "Write it so; words for people belong into the title.",
            )


def _pattern(at: tuple[str, ...], pattern: object, max_length: object) -> Iterator[Mistake]:
    if not isinstance(max_length, int) or isinstance(max_length, bool) or not 1 <= max_length <= MAX_CODE:
        yield Mistake(at, "a pattern needs a maxLength", f"Add a maxLength of 1 to {MAX_CODE}.")
    if not isinstance(pattern, str):
        yield Mistake((*at, "pattern"), "a pattern is a text", "See the shipped schemas.")
        return
    for message, hint in pattern_mistakes(pattern):
        yield Mistake((*at, "pattern"), message, hint)


def _bounds(at: tuple[str, ...], minimum: Any, maximum: Any) -> Iterator[Mistake]:
    if not _is_whole(minimum) or not _is_whole(maximum):
        yield Mistake(
            at, "an integer needs minimum and maximum", "Add both as whole numbers, so that sums stay exact."
        )
    elif not -MAX_INTEGER <= minimum <= maximum <= MAX_INTEGER:
        hint = f"Keep -{MAX_INTEGER} <= minimum <= maximum <= {MAX_INTEGER}."
        yield Mistake(at, "minimum and maximum leave nothing, or more than readers take exactly", hint)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _described(at: tuple[str, ...], schema: Mapping[str, Any]) -> Iterator[Mistake]:
    for name in sorted(_DESCRIBED):
        text = schema.get(name)
        if not isinstance(text, str) or not text.strip():
            hint = (
                "Say it in Vietnamese, as the wall shows it."
                if name == "x-title-vi"
                else "Say it in English."
            )
            yield Mistake(at, f"{name} is missing", hint)


def _unknown(at: tuple[str, ...], schema: Mapping[str, Any], known: Container[str]) -> Iterator[Mistake]:
    for name in schema:
        if name not in known:
            yield Mistake((*at, name), f"{name} has no place here", "Remove it.")
